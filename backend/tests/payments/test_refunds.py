"""Refunds: promised once, carried out whatever the provider does, never more than was paid."""

from uuid import UUID

import asyncpg
import pytest

from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import Actor
from shunyue.payments.api import Attempt, Refund, refund_all
from shunyue.payments.commands import record_refund
from tests.builders.money import refund_news, trade_of
from tests.builders.visits import Shop


@pytest.fixture
async def attempt(shop: Shop, customer: Actor, slot: UUID) -> Attempt:
    """A charge that belongs to no booking: the order was given up meanwhile."""
    number = await shop.place_and_register(customer, slot)
    attempt = await shop.start_payment(customer, number)
    await shop.pay(attempt)
    await shop.cancel(customer, number)
    await shop.ask(attempt)
    return attempt


@pytest.fixture
async def refund(shop: Shop, attempt: Attempt) -> Refund:
    """That charge on its way back; the provider knows nothing yet."""
    async with shop.database.begin(shop.system) as tx:
        await refund_all(tx, attempt.order_id, attempt.id, "order_cancelled")
    return (await shop.refunds(attempt.out_trade_no[:12]))[0]


async def states(shop: Shop) -> list[str]:
    """List the states of all refunds, first ones first."""
    found: list[str] = await shop.value("SELECT array_agg(state ORDER BY id) FROM refund")
    return found


@pytest.mark.req("PY-13")
class TestRefundAll:
    async def test_asked_twice_it_happens_once(
        self, shop: Shop, attempt: Attempt, refund: Refund
    ) -> None:
        async with shop.database.begin(shop.system) as tx:
            await refund_all(tx, attempt.order_id, attempt.id, "paid_twice")

        assert [one.id for one in await shop.refunds(attempt.out_trade_no[:12])] == [refund.id]

    async def test_all_of_the_charge_is_promised(self, attempt: Attempt, refund: Refund) -> None:
        assert (refund.amount_fen, refund.state) == (attempt.amount_fen, "intended")

    async def test_promised_money_waits_in_refund_clearing(
        self, shop: Shop, refund: Refund
    ) -> None:
        assert await shop.balances() == {
            "channel_clearing": refund.amount_fen,
            "refund_clearing": -refund.amount_fen,
        }


@pytest.mark.req("PY-13")
class TestCarryingOut:
    async def test_refund_goes_from_processing_to_succeeded(
        self, shop: Shop, refund: Refund
    ) -> None:
        await shop.ask_simulator("settings", refund_delay_seconds=20)

        await shop.live(5)
        accepted = await states(shop)
        await shop.live(60)

        assert accepted == ["processing"]
        assert await states(shop) == ["succeeded"]
        assert (await shop.journal())[-1]["amount_fen"] == refund.amount_fen
        assert await shop.balances() == {}

    async def test_notice_alone_ends_a_refund(self, shop: Shop, refund: Refund) -> None:
        await shop.catch_up()
        await shop.move_clock(1)

        await shop.deliver_notices()
        await shop.read_notices()

        assert await states(shop) == ["succeeded"]

    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "error_before"},
            {"kind": "error_after"},
            {"kind": "response_lost"},
            {"kind": "error_before", "status": 429},
            {"kind": "error_before", "status": 403, "code": "NOT_ENOUGH"},
            {"kind": "wrong_signature"},
        ],
        ids=lambda fault: "-".join(str(part) for part in fault.values()),
    )
    async def test_doubtful_answer_is_asked_again_under_the_same_number(
        self, shop: Shop, attempt: Attempt, refund: Refund, fault: dict[str, object]
    ) -> None:
        await shop.ask_simulator("faults", route="refund", count=2, **fault)

        await shop.live(300)

        journal = [one for one in await shop.journal() if one["kind"] == "refund"]
        assert [one["out_refund_no"] for one in journal] == [refund.out_refund_no]
        assert await states(shop) == ["succeeded"]
        assert len(await shop.refunds(attempt.out_trade_no[:12])) == 1

    async def test_closed_refund_is_asked_again_under_a_new_number(
        self, shop: Shop, attempt: Attempt, refund: Refund
    ) -> None:
        await shop.break_simulator("refund_closed")

        await shop.live(400)

        first, second = await shop.refunds(attempt.out_trade_no[:12])
        assert (first.id, first.state, second.state) == (refund.id, "closed", "succeeded")
        assert first.out_refund_no != second.out_refund_no
        assert await shop.balances() == {}

    async def test_abnormal_refund_is_told_and_ends_when_people_mend_it(
        self, shop: Shop, attempt: Attempt, refund: Refund
    ) -> None:
        await shop.break_simulator("refund_abnormal")
        await shop.live(120)
        told = await shop.told(attempt.out_trade_no[:12])
        abnormal = await states(shop)

        await shop.ask_simulator("end_refund", out_refund_no=refund.out_refund_no, status="SUCCESS")
        await shop.live(1800, 60)

        assert abnormal == ["abnormal"]
        assert "refund_failed" in told
        assert await states(shop) == ["succeeded"]

    async def test_stuck_refund_is_looked_after_for_good(self, shop: Shop, refund: Refund) -> None:
        await shop.break_simulator("refund_stuck")
        await shop.live(7200, 600)
        stuck = await states(shop)

        await shop.ask_simulator("end_refund", out_refund_no=refund.out_refund_no, status="SUCCESS")
        await shop.live(3600, 600)

        assert stuck == ["processing"]
        assert await states(shop) == ["succeeded"]


class TestRecordRefund:
    async def test_late_acceptance_after_success_changes_nothing(
        self, shop: Shop, refund: Refund
    ) -> None:
        async with shop.database.begin(shop.system) as tx:
            await record_refund(tx, refund.id, refund_news(refund, "succeeded"))

        async with shop.database.begin(shop.system) as tx:
            assert await record_refund(tx, refund.id, refund_news(refund, "processing")) == "known"

        assert await states(shop) == ["succeeded"]

    async def test_news_about_another_amount_is_not_believed(
        self, shop: Shop, refund: Refund
    ) -> None:
        async with shop.database.begin(shop.system) as tx:
            outcome = await record_refund(
                tx, refund.id, refund_news(refund, "succeeded", refund_fen=1)
            )

        assert outcome == "mismatch"
        assert await states(shop) == ["intended"]
        assert await shop.value("SELECT reason FROM audit_entry") == "refund_amount"


@pytest.mark.req("PY-13")
class TestNeverMoreThanPaid:
    async def test_database_refuses_to_refund_more_than_was_paid(
        self, shop: Shop, attempt: Attempt, refund: Refund
    ) -> None:
        with pytest.raises(asyncpg.CheckViolationError, match="exceed the charge"):
            await _insert_refund(shop, attempt, amount_fen=1, reason="goodwill")

    async def test_database_refuses_to_refund_an_unpaid_attempt(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        unpaid = await shop.start_payment(customer, number)

        with pytest.raises(asyncpg.CheckViolationError):
            await _insert_refund(shop, unpaid, amount_fen=1, reason="goodwill")

    async def test_parts_are_refunded_up_to_the_last_fen(
        self, shop: Shop, attempt: Attempt
    ) -> None:
        await _insert_refund(shop, attempt, amount_fen=attempt.amount_fen - 1, reason="goodwill")
        await _insert_refund(shop, attempt, amount_fen=1, reason="goodwill")

        with pytest.raises(asyncpg.CheckViolationError):
            await _insert_refund(shop, attempt, amount_fen=1, reason="goodwill")

    async def test_automatic_refund_is_unique_per_charge(
        self, shop: Shop, attempt: Attempt
    ) -> None:
        await _insert_refund(shop, attempt, amount_fen=1, reason="paid_twice")

        with pytest.raises(asyncpg.UniqueViolationError, match="refund_automatic_once"):
            await _insert_refund(shop, attempt, amount_fen=1, reason="order_cancelled")

    async def test_closed_refund_makes_room_for_the_next(
        self, shop: Shop, attempt: Attempt, refund: Refund
    ) -> None:
        async with shop.database.begin(shop.system) as tx:
            await record_refund(tx, refund.id, refund_news(refund, "closed"))

        assert await states(shop) == ["closed", "intended"]

    async def test_only_a_paid_attempt_is_refunded(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        unpaid = await shop.start_payment(customer, number)
        async with shop.database.begin(shop.system) as tx:
            await shop.record(tx, unpaid, trade_of(unpaid, "closed"))

        with pytest.raises(AssertionError):
            async with shop.database.begin(shop.system) as tx:
                await refund_all(tx, unpaid.order_id, unpaid.id, "order_cancelled")


async def _insert_refund(shop: Shop, attempt: Attempt, *, amount_fen: int, reason: str) -> None:
    await shop.value(
        "INSERT INTO refund (merchant_id, id, order_id, attempt_id, out_refund_no, amount_fen,"
        " reason, state, requested_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'intended', app_now())",
        shop.merchant_id,
        new_id(),
        attempt.order_id,
        attempt.id,
        new_id().hex,
        amount_fen,
        reason,
    )
