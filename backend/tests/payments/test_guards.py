"""The guards of money: each race is won with them, and lost once they are taken away."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shunyue.journey.handlers import settle_order
from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import Actor
from shunyue.payments import ledger
from shunyue.payments.api import Attempt, PaymentSettled
from tests.builders.money import trade_of
from tests.builders.visits import Shop

RIVALS = 20
ROUNDS = 20


@pytest.fixture
async def attempt(shop: Shop, customer: Actor, slot: UUID) -> Attempt:
    """A charge that was recorded and not yet acted on."""
    number = await shop.place_and_register(customer, slot)
    attempt = await shop.start_payment(customer, number)
    async with shop.database.begin(shop.system) as tx:
        await shop.record(tx, attempt, trade_of(attempt))
    return attempt


@pytest.fixture
async def owner(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """Whoever may take guards away."""
    owner = await asyncpg.connect(dsn)
    yield owner
    await owner.close()


def settled(attempt: Attempt) -> PaymentSettled:
    """Give the event of a recorded charge."""
    assert attempt.created_at is not None
    return PaymentSettled(
        order_id=attempt.order_id,
        attempt_id=attempt.id,
        amount_fen=attempt.amount_fen,
        paid_at=attempt.created_at,
        transaction_id="4200",
        channel="wechat",
    )


async def _race(shop: Shop, work: Any) -> list[BaseException | None]:
    async def rival() -> None:
        async with shop.database.begin(shop.system) as tx:
            await work(tx)

    return await asyncio.gather(*(rival() for _ in range(RIVALS)), return_exceptions=True)


class TestBookedOnce:
    async def test_twenty_settlements_of_one_charge_book_once(
        self, shop: Shop, attempt: Attempt
    ) -> None:
        event = settled(attempt)

        await _race(shop, lambda tx: settle_order(tx, event))

        assert await shop.value("SELECT count(*) FROM booking") == 1
        assert await shop.balances() == {"channel_clearing": 48000, "revenue": -48000}

    async def test_database_refuses_a_second_booking_of_an_order(
        self, shop: Shop, attempt: Attempt
    ) -> None:
        async with shop.database.begin(shop.system) as tx:
            await settle_order(tx, settled(attempt))

        with pytest.raises(asyncpg.UniqueViolationError, match="booking_once_per_order"):
            await shop.value(_SECOND_BOOKING, new_id())

    async def test_without_the_constraint_an_order_is_booked_twice(
        self, shop: Shop, attempt: Attempt, owner: asyncpg.Connection
    ) -> None:
        async with shop.database.begin(shop.system) as tx:
            await settle_order(tx, settled(attempt))
        await owner.execute("ALTER TABLE booking DROP CONSTRAINT booking_once_per_order")

        await shop.value(_SECOND_BOOKING, new_id())

        assert await shop.value("SELECT count(*) FROM booking") == 2


class TestPostedOnce:
    async def test_twenty_postings_of_one_cause_post_once(
        self, shop: Shop, attempt: Attempt
    ) -> None:
        source = new_id()

        await _race(shop, lambda tx: _post(tx, attempt, source))

        assert await shop.value(_POSTINGS, source) == 1

    async def test_without_the_constraint_the_cause_is_posted_by_every_rival(
        self, shop: Shop, attempt: Attempt, owner: asyncpg.Connection
    ) -> None:
        source = new_id()
        await owner.execute("ALTER TABLE ledger_transaction DROP CONSTRAINT ledger_posted_once")

        outcomes = await _race(shop, lambda tx: _post_plainly(tx, attempt, source))

        assert outcomes == [None] * RIVALS
        assert await shop.value(_POSTINGS, source) == RIVALS


class TestRefundedOnce:
    async def test_without_the_index_rivals_promise_one_charge_back_again(
        self, shop: Shop, attempt: Attempt, owner: asyncpg.Connection
    ) -> None:
        await owner.execute("DROP INDEX refund_automatic_once")
        await owner.execute("DROP TRIGGER refund_within_charge ON refund")

        await _race(shop, lambda tx: _promise_plainly(tx, attempt))

        assert await shop.value("SELECT count(*) FROM refund") > 1

    @pytest.mark.parametrize("guard_left", ["index", "trigger"])
    async def test_either_guard_alone_keeps_it_at_one(
        self, shop: Shop, attempt: Attempt, owner: asyncpg.Connection, guard_left: str
    ) -> None:
        if guard_left == "index":
            await owner.execute("DROP TRIGGER refund_within_charge ON refund")
        else:
            await owner.execute("DROP INDEX refund_automatic_once")

        outcomes = await _race(shop, lambda tx: _promise_plainly(tx, attempt))

        assert await shop.value("SELECT count(*) FROM refund") == 1
        assert outcomes.count(None) == 1


class TestRefundLock:
    async def test_rivals_never_refund_more_than_the_charge(
        self, shop: Shop, attempt: Attempt
    ) -> None:
        outcomes = await _race(shop, lambda tx: _refund_a_third(tx, attempt))

        assert outcomes.count(None) == 3
        assert await shop.value("SELECT sum(amount_fen) FROM refund") == attempt.amount_fen

    async def test_without_its_lock_the_trigger_lets_too_much_through(
        self, shop: Shop, attempt: Attempt, owner: asyncpg.Connection
    ) -> None:
        source = await owner.fetchval("SELECT pg_get_functiondef('refund_within_charge'::regproc)")
        assert "FOR NO KEY UPDATE" in source
        await owner.execute(source.replace("FOR NO KEY UPDATE", ""))

        for _ in range(ROUNDS):
            await _race(shop, lambda tx: _refund_a_third(tx, attempt))
            refunded = await shop.value("SELECT sum(amount_fen) FROM refund")
            if refunded > attempt.amount_fen:
                return
            await shop.value("DELETE FROM refund")
        pytest.fail("the lock guards nothing that this race can see")


_POSTINGS = "SELECT count(*) FROM ledger_transaction WHERE source_id = $1"
_SECOND_BOOKING = (
    "INSERT INTO booking (merchant_id, id, order_id, hold_id, slot_id, party_size, booked_at)"
    " SELECT merchant_id, $1, order_id, hold_id, slot_id, party_size, booked_at FROM booking"
)


async def _post(tx: Any, attempt: Attempt, source: UUID) -> None:
    await ledger.charge(tx, order_id=attempt.order_id, attempt_id=source, amount_fen=1)


async def _post_plainly(tx: Any, attempt: Attempt, source: UUID) -> None:
    await tx.connection.execute(
        "INSERT INTO ledger_transaction (merchant_id, id, kind, order_id, source_id, posted_at)"
        " VALUES ($1, $2, 'charge', $3, $4, app_now())",
        tx.merchant_id,
        new_id(),
        attempt.order_id,
        source,
    )


async def _promise_plainly(tx: Any, attempt: Attempt) -> None:
    """Promise a whole charge back as if no code looked for an earlier refund."""
    await _insert_refund(tx, attempt, attempt.amount_fen, "paid_twice")


async def _refund_a_third(tx: Any, attempt: Attempt) -> None:
    await _insert_refund(tx, attempt, attempt.amount_fen // 3, "goodwill")


async def _insert_refund(tx: Any, attempt: Attempt, amount_fen: int, reason: str) -> None:
    await tx.connection.execute(
        "INSERT INTO refund (merchant_id, id, order_id, attempt_id, out_refund_no, amount_fen,"
        " reason, state, requested_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'intended', app_now())",
        tx.merchant_id,
        new_id(),
        attempt.order_id,
        attempt.id,
        new_id().hex,
        amount_fen,
        reason,
    )
