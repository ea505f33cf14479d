"""Cancelling what is booked: the fee is the one that was shown, and the rest goes back."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from shunyue.journey.errors import CancellationFeeChanged, OrderNotCancellable, SlotHasBegun
from shunyue.kernel.errors import DomainError
from shunyue.kernel.tokens import Actor
from shunyue.ordering.api import CancellationCost, Order
from tests.builders.supply import make_offering, make_slot
from tests.builders.visits import Shop

HOUR = 3600


@pytest.fixture
async def far_slot(shop: Shop, offering: UUID) -> UUID:
    """A slot that can be cancelled free of charge for at least another day."""
    return await make_slot(shop.database, shop.merchant_id, offering, starts_in=timedelta(hours=49))


async def slot_at(shop: Shop, *, price_fen: int, fee_percent: int) -> UUID:
    """Add a slot of tomorrow: cancelling costs that share of that price from now on."""
    offering = await make_offering(shop.database, shop.merchant_id, price_fen=price_fen)
    await shop.value("UPDATE offering SET fee_percent = $2 WHERE id = $1", offering, fee_percent)
    return await make_slot(shop.database, shop.merchant_id, offering)


async def journal_of(shop: Shop) -> list[tuple[str, int]]:
    """List what moved at the provider."""
    return [(one["kind"], one["amount_fen"]) for one in await shop.journal()]


@pytest.mark.req("BK-11")
class TestFree:
    async def test_everything_goes_back_before_the_free_time_is_over(
        self, shop: Shop, customer: Actor, far_slot: UUID
    ) -> None:
        number = await shop.book(customer, far_slot)

        at = shop.now
        order = await shop.cancel(customer, number)
        await shop.live(60, 10)

        assert (order.state, order.payment_state) == ("cancelled", "refunding")
        assert (order.end_reason, order.ended_at) == ("customer", at)
        assert (await shop.order(number)).payment_state == "refunded"
        assert await journal_of(shop) == [("charge", 48000), ("refund", 48000)]
        assert await shop.balances() == {}
        assert [one.reason for one in await shop.refunds(number)] == ["cancelled_by_customer"]
        assert "cancelled_refund" in await shop.told(number)

    async def test_order_without_a_price_ends_without_money(
        self, shop: Shop, customer: Actor
    ) -> None:
        slot = await slot_at(shop, price_fen=0, fee_percent=20)
        number = await shop.place_and_register(customer, slot)

        order = await shop.cancel(customer, number)
        await shop.catch_up()

        assert (order.state, order.payment_state) == ("cancelled", "none")
        assert await shop.bookings(number) == 0
        assert await shop.places_taken(slot) == 0
        assert "cancelled" in await shop.told(number)

    async def test_place_goes_back_at_once_and_can_be_booked_again(
        self, shop: Shop, customer: Actor, rival: Actor, far_slot: UUID
    ) -> None:
        number = await shop.book(customer, far_slot)

        await shop.cancel(customer, number)

        assert await shop.places_taken(far_slot) == 0
        assert await shop.bookings(number) == 0
        assert (await shop.order(await shop.book(rival, far_slot))).state == "confirmed"


@pytest.mark.req("BK-01", "BK-11", "PY-13")
class TestLate:
    @pytest.mark.parametrize(
        ("price_fen", "percent", "fee_fen"),
        [(48000, 20, 9600), (999, 33, 329), (1, 50, 0), (10001, 10, 1000)],
    )
    async def test_fee_is_the_promised_share_rounded_down_and_stays_earned(
        self, shop: Shop, customer: Actor, price_fen: int, percent: int, fee_fen: int
    ) -> None:
        slot = await slot_at(shop, price_fen=price_fen, fee_percent=percent)
        number = await shop.book(customer, slot)
        shown = await shop.cost(number)

        await shop.cancel(customer, number, fee_fen)
        await shop.live(60, 10)

        assert shown == CancellationCost(fee_fen, price_fen - fee_fen)
        state = (await shop.order(number)).payment_state
        assert state == ("part_refunded" if fee_fen else "refunded")
        assert await journal_of(shop) == [("charge", price_fen), ("refund", price_fen - fee_fen)]
        assert ("cancelled_with_fee" if fee_fen else "cancelled_refund") in await shop.told(number)
        kept = {"channel_clearing": fee_fen, "revenue": -fee_fen} if fee_fen else {}
        assert await shop.balances() == kept

    async def test_order_keeps_the_terms_it_was_made_on(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.book(customer, slot)
        await shop.value("UPDATE offering SET fee_percent = 90, price_fen = 100")

        await shop.cancel(customer, number, 9600)

        assert [one.amount_fen for one in await shop.refunds(number)] == [38400]

    async def test_whole_price_as_fee_leaves_nothing_to_refund(
        self, shop: Shop, customer: Actor
    ) -> None:
        slot = await slot_at(shop, price_fen=48000, fee_percent=100)
        number = await shop.book(customer, slot)

        order = await shop.cancel(customer, number, 48000)
        await shop.live(60, 10)

        assert (order.state, order.payment_state) == ("cancelled", "paid")
        assert await shop.refunds(number) == []
        assert await shop.balances() == {"channel_clearing": 48000, "revenue": -48000}
        assert await shop.places_taken(slot) == 0
        assert "cancelled_fee_only" in await shop.told(number)

    async def test_refund_that_the_provider_closed_is_asked_again_for_the_same_part(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        await shop.break_simulator("refund_closed")
        number = await shop.book(customer, slot)

        await shop.cancel(customer, number, 9600)
        await shop.live(400, 20)

        found = [(one.state, one.amount_fen) for one in await shop.refunds(number)]
        assert found == [("closed", 38400), ("succeeded", 38400)]
        assert await shop.balances() == {"channel_clearing": 9600, "revenue": -9600}

    async def test_money_that_was_never_earned_is_not_given_back_from_revenue(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.book(customer, slot)
        await shop.owner.execute("SET session_replication_role = replica")
        await shop.owner.execute("DELETE FROM ledger_transaction WHERE kind = 'sale'")

        with pytest.raises(AssertionError, match="never sold"):
            await shop.cancel(customer, number, 9600)

        assert (await shop.order(number)).state == "confirmed"


@pytest.mark.req("BK-11")
class TestRefused:
    async def test_fee_that_came_meanwhile_is_told_and_nothing_is_done(
        self, shop: Shop, customer: Actor, far_slot: UUID
    ) -> None:
        number = await shop.book(customer, far_slot)
        shown = await shop.cost(number)
        await shop.move_clock(26 * HOUR)

        with pytest.raises(CancellationFeeChanged) as refusal:
            await shop.cancel(customer, number)

        assert shown == CancellationCost(0, 48000)
        assert refusal.value.params == {"fee_fen": 9600, "refund_fen": 38400}
        assert (await shop.order(number)).state == "confirmed"
        assert await shop.places_taken(far_slot) == 1
        assert await shop.refunds(number) == []

    async def test_slot_that_has_begun_is_not_cancelled(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.book(customer, slot)
        await shop.move_clock(25 * HOUR)

        with pytest.raises(SlotHasBegun):
            await shop.cancel(customer, number, 9600)
        with pytest.raises(SlotHasBegun):
            await shop.cancel_for_merchant(number)

        assert await shop.cost(number) is None
        assert await shop.bookings(number) == 1

    async def test_cancelling_again_has_no_effect(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.book(customer, slot)
        await shop.cancel(customer, number, 9600)

        with pytest.raises(OrderNotCancellable):
            await shop.cancel(customer, number, 9600)
        with pytest.raises(OrderNotCancellable):
            await shop.cancel_for_merchant(number)

        assert len(await shop.refunds(number)) == 1
        assert (await shop.facts(number)).count("cancelled") == 1


@pytest.mark.req("MC-01", "PY-13")
class TestMerchant:
    async def test_gives_everything_back_and_says_why(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.book(customer, slot)

        order = await shop.cancel_for_merchant(number, note="老师生病")
        await shop.live(60, 10)

        assert (order.state, order.end_reason, order.end_note) == (
            "cancelled",
            "merchant",
            "老师生病",
        )
        assert await journal_of(shop) == [("charge", 48000), ("refund", 48000)]
        assert await shop.balances() == {}
        assert await shop.value(_AUDITED) == ["order.cancelled", "老师生病", 0, 48000]
        assert "老师生病" in await shop.value(_TOLD, number, "cancelled_by_merchant_refund")

    async def test_may_keep_the_fee_of_the_terms(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.book(customer, slot)

        await shop.cancel_for_merchant(number, 9600)
        await shop.live(60, 10)

        assert await journal_of(shop) == [("charge", 48000), ("refund", 38400)]
        assert "cancelled_by_merchant_with_fee" in await shop.told(number)

    async def test_may_keep_everything_where_the_terms_do(
        self, shop: Shop, customer: Actor
    ) -> None:
        slot = await slot_at(shop, price_fen=48000, fee_percent=100)
        number = await shop.book(customer, slot)

        await shop.cancel_for_merchant(number, 48000)
        await shop.catch_up()

        assert await shop.refunds(number) == []
        assert "老师生病" in await shop.value(_TOLD, number, "cancelled_by_merchant_fee_only")

    async def test_keeps_no_other_fee(self, shop: Shop, customer: Actor, slot: UUID) -> None:
        number = await shop.book(customer, slot)

        with pytest.raises(CancellationFeeChanged):
            await shop.cancel_for_merchant(number, 9601)

        assert await shop.value(_AUDITED) is None

    async def test_unpaid_order_is_over_at_once(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)

        order = await shop.cancel_for_merchant(number)
        await shop.catch_up()

        assert (order.state, order.end_reason) == ("cancelled", "merchant")
        assert await shop.places_taken(slot) == 0
        assert "老师生病" in await shop.value(_TOLD, number, "cancelled_by_merchant")

    async def test_charge_that_may_still_land_is_waited_for_and_goes_back(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        attempt = await shop.start_payment(customer, number)
        await shop.pay(attempt)

        order = await shop.cancel_for_merchant(number)
        await shop.live(120, 10)

        assert (order.state, order.payment_state) == ("awaiting_payment", "checking")
        ended = await shop.order(number)
        assert (ended.state, ended.end_reason, ended.payment_state) == (
            "cancelled",
            "merchant",
            "refunded",
        )
        assert await shop.balances() == {}
        assert "老师生病" in await shop.value(_TOLD, number, "cancelled_by_merchant_though_paid")


@pytest.mark.req("MC-01", "PY-13", "TE-03")
class TestRace:
    async def test_customer_and_merchant_at_once_have_one_effect(
        self, shop: Shop, customer: Actor, offering: UUID
    ) -> None:
        slot = await make_slot(shop.database, shop.merchant_id, offering, capacity=3)
        for _ in range(3):
            number = await shop.book(customer, slot)

            results = await asyncio.gather(
                *(shop.cancel(customer, number, 9600) for _ in range(4)),
                *(shop.cancel_for_merchant(number) for _ in range(4)),
                return_exceptions=True,
            )
            await shop.live(30, 10)

            assert len([one for one in results if isinstance(one, Order)]) == 1
            assert all(isinstance(one, Order | DomainError) for one in results), results
            assert len(await shop.refunds(number)) == 1
            assert (await shop.facts(number)).count("cancelled") == 1
            assert await shop.places_taken(slot) == 0


_AUDITED = (
    "SELECT jsonb_build_array(action, reason, details->'fee_fen', details->'refund_fen')"
    " FROM audit_entry WHERE action = 'order.cancelled'"
)
_TOLD = "SELECT text FROM inbox_message WHERE order_number = $1 AND kind = $2"
