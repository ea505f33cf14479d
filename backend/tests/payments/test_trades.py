"""What the provider says about an attempt: paid once, in any order, and only if everything fits."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from shunyue.kernel.tokens import Actor
from shunyue.payments.api import Attempt, refund_all, stop_collecting
from shunyue.payments.providers.port import TradeState
from tests.builders.money import trade_of
from tests.builders.visits import Shop


@pytest.fixture
async def attempt(shop: Shop, customer: Actor, slot: UUID) -> Attempt:
    """An attempt that can be paid at the provider."""
    number = await shop.place_and_register(customer, slot)
    return await shop.start_payment(customer, number)


async def record(shop: Shop, attempt: Attempt, trade: TradeState) -> str:
    """Take news in, in a transaction of its own."""
    async with shop.database.begin(shop.system) as tx:
        return await shop.record(tx, attempt, trade)


async def settled_events(shop: Shop) -> int:
    """Count how often a payment was announced as settled."""
    count: int = await shop.value(
        "SELECT count(*) FROM outbox WHERE name = 'payments.payment_settled.v1'"
    )
    return count


@pytest.mark.req("PY-01")
class TestPaid:
    async def test_paid_is_recorded_once_however_often_it_is_said(
        self, shop: Shop, attempt: Attempt
    ) -> None:
        news = trade_of(attempt)

        outcomes = [await record(shop, attempt, news) for _ in range(3)]

        assert outcomes == ["settled", "known", "known"]
        assert await shop.balances() == {"channel_clearing": 48000, "customer_prepayment": -48000}
        assert await settled_events(shop) == 1

    @pytest.mark.parametrize("stale", ["pending", "closed", "failed", "absent"])
    async def test_older_news_after_paid_changes_nothing(
        self, shop: Shop, attempt: Attempt, stale: str
    ) -> None:
        await record(shop, attempt, trade_of(attempt))

        assert await record(shop, attempt, trade_of(attempt, stale)) == "known"

        assert await shop.value("SELECT state FROM payment_attempt") == "paid"

    @pytest.mark.parametrize("ended", ["closed", "failed"])
    async def test_paid_after_closed_is_believed(
        self, shop: Shop, attempt: Attempt, ended: str
    ) -> None:
        await record(shop, attempt, trade_of(attempt, ended))

        assert await record(shop, attempt, trade_of(attempt)) == "settled"

    async def test_paid_after_collecting_stopped_settles_late(
        self, shop: Shop, attempt: Attempt
    ) -> None:
        async with shop.database.begin(shop.system) as tx:
            await stop_collecting(tx, attempt.order_id)
        await record(shop, attempt, trade_of(attempt, "closed"))

        assert await record(shop, attempt, trade_of(attempt)) == "settled"

        assert await settled_events(shop) == 1

    async def test_coupon_of_the_provider_does_not_lower_what_was_paid(
        self, shop: Shop, attempt: Attempt
    ) -> None:
        await shop.ask_simulator("pay", out_trade_no=attempt.out_trade_no, coupon_fen=100)

        assert await shop.ask(attempt) == "settled"

    async def test_attempt_in_refund_at_the_provider_counts_as_paid(
        self, shop: Shop, attempt: Attempt
    ) -> None:
        await shop.pay(attempt)
        async with shop.database.begin(shop.system) as tx:
            await shop.record(tx, attempt, trade_of(attempt))
            await refund_all(tx, attempt.order_id, attempt.id, "order_cancelled")
        await shop.live(60)

        provider = await shop.provider_of(attempt)
        news = await provider.query(attempt.out_trade_no)

        assert news.state == "paid"
        assert [one["trade_state"] for one in await shop.trades()] == ["REFUND"]

    async def test_twenty_concurrent_notices_settle_once(
        self, shop: Shop, attempt: Attempt
    ) -> None:
        news = trade_of(attempt)

        outcomes = await asyncio.gather(*(record(shop, attempt, news) for _ in range(20)))

        assert sorted(set(outcomes)) == ["known", "settled"]
        assert outcomes.count("settled") == 1
        assert await settled_events(shop) == 1


@pytest.mark.req("PY-01")
class TestMismatch:
    @pytest.mark.parametrize(
        ("what", "claims"),
        [
            ("amount", {"amount_fen": 47999}),
            ("amount", {"amount_fen": 48001}),
            ("currency", {"currency": "USD"}),
            ("account", {"merchant_account_id": "1900000000"}),
            ("app", {"app_id": "wx0000000000000000"}),
            ("number", {"out_trade_no": "261123042178P0000000"}),
            ("transaction", {"transaction_id": None}),
            ("transaction", {"paid_at": None}),
        ],
    )
    async def test_payment_that_does_not_fit_is_never_paid_and_is_shown_to_people(
        self, shop: Shop, attempt: Attempt, what: str, claims: dict[str, Any]
    ) -> None:
        assert await record(shop, attempt, trade_of(attempt, **claims)) == "mismatch"

        assert await shop.value("SELECT state FROM payment_attempt") == "pending"
        assert await shop.balances() == {}
        assert await settled_events(shop) == 0
        assert await shop.value("SELECT reason FROM audit_entry") == what

    async def test_right_news_after_a_wrong_one_is_believed(
        self, shop: Shop, attempt: Attempt
    ) -> None:
        await record(shop, attempt, trade_of(attempt, amount_fen=1))

        assert await record(shop, attempt, trade_of(attempt)) == "settled"

    async def test_one_charge_cannot_pay_two_attempts(
        self, shop: Shop, customer: Actor, attempt: Attempt
    ) -> None:
        order_number = attempt.out_trade_no[:12]
        other = await shop.start_payment(customer, order_number, "h5")
        news = trade_of(attempt)
        await record(shop, attempt, news)

        with pytest.raises(Exception, match="payment_attempt_one_charge"):
            await record(shop, other, trade_of(other, transaction_id=news.transaction_id))


@pytest.mark.req("PY-12")
class TestSecondSuccess:
    async def test_all_of_it_goes_back_exactly_once(
        self, shop: Shop, customer: Actor, attempt: Attempt
    ) -> None:
        number = attempt.out_trade_no[:12]
        other = await shop.start_payment(customer, number, "h5")
        await record(shop, attempt, trade_of(attempt))
        news = trade_of(other)

        outcomes = await asyncio.gather(*(record(shop, other, news) for _ in range(10)))

        assert sorted(set(outcomes)) == ["known", "surplus"]
        assert outcomes.count("surplus") == 1
        refunds = await shop.refunds(number)
        assert [(one.attempt_id, one.amount_fen, one.reason) for one in refunds] == [
            (other.id, 48000, "paid_twice")
        ]

    async def test_two_attempts_paid_at_once_settle_once(
        self, shop: Shop, customer: Actor, attempt: Attempt
    ) -> None:
        number = attempt.out_trade_no[:12]
        other = await shop.start_payment(customer, number, "h5")

        outcomes = await asyncio.gather(
            record(shop, attempt, trade_of(attempt)), record(shop, other, trade_of(other))
        )

        assert sorted(outcomes) == ["settled", "surplus"]
        assert len(await shop.refunds(number)) == 1

    async def test_paying_one_attempt_winds_the_others_up(
        self, shop: Shop, customer: Actor, attempt: Attempt
    ) -> None:
        number = attempt.out_trade_no[:12]
        await record(shop, attempt, trade_of(attempt, "closed"))
        other = await shop.start_payment(customer, number)

        await record(shop, attempt, trade_of(attempt))
        await shop.catch_up()

        states = {one.id: one.state for one in await shop.attempts(number)}
        assert states == {attempt.id: "paid", other.id: "closed"}


class TestQuerySchedule:
    @pytest.mark.req("PY-11")
    @pytest.mark.parametrize("paid_after_seconds", [0, 4, 33, 100, 340, 900])
    async def test_every_payment_is_known_within_ten_minutes_without_any_notice(
        self, shop: Shop, attempt: Attempt, paid_after_seconds: int
    ) -> None:
        await shop.break_simulator("notice_dropped", count=None)
        await shop.live(paid_after_seconds)
        await shop.pay(attempt)
        waited = 0

        while await settled_events(shop) == 0:
            await shop.live(5)
            waited += 5

        assert waited <= 600

    async def test_no_more_questions_once_it_is_decided(self, shop: Shop, attempt: Attempt) -> None:
        await shop.pay(attempt)

        await shop.live(30)

        assert await shop.value("SELECT count(*) FROM timer WHERE kind = 'payments.query'") == 0

    async def test_failing_questions_are_asked_again(self, shop: Shop, attempt: Attempt) -> None:
        await shop.pay(attempt)
        await shop.break_simulator("error_before", route="query", count=3)

        await shop.live(120)

        assert await settled_events(shop) == 1
