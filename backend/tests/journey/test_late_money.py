"""Money that comes late or twice: the same place if it is free, else back."""

from uuid import UUID

import pytest

from shunyue.kernel.tokens import Actor
from shunyue.payments.api import Attempt
from tests.builders.visits import Shop

WINDOW_SECONDS = 30 * 60


async def expired_with_late_charge(shop: Shop, customer: Actor, slot: UUID) -> tuple[str, Attempt]:
    """Let an order expire whose payment lands after the provider said that it was closed."""
    number = await shop.place_and_register(customer, slot)
    attempt = await shop.start_payment(customer, number)
    await shop.break_simulator("close_race", seconds=300)
    await shop.live(WINDOW_SECONDS + 60, 30)
    assert (await shop.order(number)).state == "expired"
    await shop.move_clock(300)
    return number, attempt


@pytest.mark.req("PY-12")
class TestLateSuccess:
    async def test_same_place_is_booked_again_while_it_is_free(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number, _ = await expired_with_late_charge(shop, customer, slot)

        await shop.deliver_notices()
        await shop.catch_up()

        order = await shop.order(number)
        assert (order.state, order.payment_state) == ("confirmed", "paid")
        assert (order.ended_at, order.end_reason) == (None, None)
        assert await shop.bookings(number) == 1
        assert await shop.places_taken(slot) == 1
        assert await shop.balances() == {"channel_clearing": 48000, "revenue": -48000}
        assert "booked_again" in await shop.told(number)

    async def test_money_goes_back_when_the_place_is_gone(
        self, shop: Shop, customer: Actor, rival: Actor, slot: UUID
    ) -> None:
        number, _ = await expired_with_late_charge(shop, customer, slot)
        rivals_number = await shop.place_and_register(rival, slot)

        await shop.deliver_notices()
        await shop.live(120, 10)

        order = await shop.order(number)
        assert (order.state, order.payment_state) == ("expired", "refunded")
        assert await shop.bookings(number) == 0
        assert [one["kind"] for one in await shop.journal()] == ["charge", "refund"]
        assert await shop.balances() == {}
        assert {"paid_late", "refunded"} <= set(await shop.told(number))
        assert (await shop.order(rivals_number)).state == "awaiting_payment"

    async def test_money_goes_back_when_the_slot_has_begun(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number, _ = await expired_with_late_charge(shop, customer, slot)
        await shop.value("UPDATE slot SET starts_at = $1, closes_at = $1", shop.now)

        await shop.deliver_notices()
        await shop.live(120, 10)

        assert (await shop.order(number)).payment_state == "refunded"
        assert await shop.places_taken(slot) == 0

    async def test_refund_is_told_even_if_its_steps_arrive_out_of_order(
        self, shop: Shop, customer: Actor, rival: Actor, slot: UUID
    ) -> None:
        number, _ = await expired_with_late_charge(shop, customer, slot)
        await shop.place(rival, slot)
        await shop.deliver_notices()
        while (await shop.facts(number))[-1] != "paid_late":
            assert await shop.step()
        await shop.relay.run_once()
        await shop.postpone_delivery("refund_advanced", seconds=60)
        await shop.live(40, 10)
        assert [one["kind"] for one in await shop.journal()] == ["charge", "refund"]

        await shop.live(60, 10)

        assert (await shop.order(number)).payment_state == "refunded"


@pytest.mark.req("PY-12")
class TestSecondSuccess:
    async def test_second_charge_goes_back_and_the_booking_is_untouched(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        first = await shop.start_payment(customer, number, "native")
        second = await shop.start_payment(customer, number, "h5")
        await shop.pay(first)
        await shop.pay(second)

        await shop.live(120, 10)

        order = await shop.order(number)
        assert (order.state, order.payment_state) == ("confirmed", "paid")
        assert await shop.bookings(number) == 1
        assert [one["kind"] for one in await shop.journal()] == ["charge", "charge", "refund"]
        assert [one.reason for one in await shop.refunds(number)] == ["paid_twice"]
        assert await shop.balances() == {"channel_clearing": 48000, "revenue": -48000}
        assert {"paid_twice", "refunded"} <= set(await shop.told(number))
        assert (await shop.facts(number))[-3:] == ["paid_twice", "refund_started", "refunded"]

    async def test_second_charge_after_a_late_one_goes_back_too(
        self, shop: Shop, customer: Actor, rival: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.start_payment(customer, number, "native")
        await shop.start_payment(customer, number, "h5")
        await shop.break_simulator("close_race", seconds=600, count=2)
        await shop.live(WINDOW_SECONDS + 120, 60)
        await shop.place(rival, slot)
        await shop.move_clock(600)

        await shop.deliver_notices()
        await shop.live(300, 20)

        assert (await shop.order(number)).state == "expired"
        kinds = [one["kind"] for one in await shop.journal()]
        assert sorted(kinds) == ["charge", "charge", "refund", "refund"]
        assert await shop.balances() == {}
