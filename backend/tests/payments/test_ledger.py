"""The ledger: double entry, one posting per cause, append only, and never off by a fen."""

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shunyue.identity.api import Merchant
from shunyue.kernel.database import Database, Transaction
from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import system_actor
from shunyue.payments import ledger

_EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["charge", "sale", "refund_promised", "refund_paid", "refund_withdrawn"]),
        st.integers(min_value=1, max_value=10**12),
        st.booleans(),
    ),
    max_size=12,
)


async def _entry(tx: Transaction, account: str, amount_fen: int) -> None:
    """Write half a posting by hand."""
    transaction_id = await tx.connection.fetchval(
        "INSERT INTO ledger_transaction (merchant_id, id, kind, order_id, source_id, posted_at)"
        " VALUES ($1, $2, 'charge', $2, $2, app_now()) RETURNING id",
        tx.merchant_id,
        new_id(),
    )
    await tx.connection.execute(
        "INSERT INTO ledger_entry (merchant_id, transaction_id, account, amount_fen)"
        " VALUES ($1, $2, $3, $4)",
        tx.merchant_id,
        transaction_id,
        account,
        amount_fen,
    )


class TestPost:
    async def test_cause_is_posted_once(self, database: Database, merchant: Merchant) -> None:
        order_id, attempt_id = new_id(), new_id()

        for _ in range(3):
            async with database.begin(system_actor(merchant.merchant_id)) as tx:
                await ledger.charge(tx, order_id=order_id, attempt_id=attempt_id, amount_fen=480)

        async with database.begin(system_actor(merchant.merchant_id)) as tx:
            assert await ledger.balances(tx) == {
                "channel_clearing": 480,
                "customer_prepayment": -480,
            }

    async def test_database_refuses_a_second_posting_of_a_cause(
        self, dsn: str, database: Database, merchant: Merchant
    ) -> None:
        async with database.begin(system_actor(merchant.merchant_id)) as tx:
            await ledger.charge(tx, order_id=new_id(), attempt_id=new_id(), amount_fen=480)
        owner = await asyncpg.connect(dsn)

        with pytest.raises(asyncpg.UniqueViolationError, match="ledger_posted_once"):
            await owner.execute(
                "INSERT INTO ledger_transaction SELECT merchant_id, $1, kind, order_id,"
                " source_id, posted_at FROM ledger_transaction",
                new_id(),
            )

        await owner.close()

    async def test_movements_show_how_holdings_changed(
        self, database: Database, merchant: Merchant
    ) -> None:
        order_id, refund_id = new_id(), new_id()

        async with database.begin(system_actor(merchant.merchant_id)) as tx:
            await ledger.charge(tx, order_id=order_id, attempt_id=new_id(), amount_fen=480)
            await ledger.refund_promised(tx, order_id=order_id, refund_id=refund_id, amount_fen=480)
            await ledger.refund_paid(tx, order_id=order_id, refund_id=refund_id, amount_fen=480)
            movements = await ledger.movements_of(tx, order_id)

        assert {one["kind"]: one["change_fen"] for one in movements} == {
            "charge": 480,
            "refund_promised": 0,
            "refund_paid": -480,
        }


@pytest.mark.req("PY-13")
class TestSumsToZero:
    async def test_half_a_posting_is_refused_at_commit(
        self, database: Database, merchant: Merchant
    ) -> None:
        with pytest.raises(asyncpg.CheckViolationError, match="does not sum to zero"):
            async with database.begin(system_actor(merchant.merchant_id)) as tx:
                await _entry(tx, "revenue", 480)

    async def test_without_the_constraint_half_a_posting_would_stay(
        self, dsn: str, database: Database, merchant: Merchant
    ) -> None:
        owner = await asyncpg.connect(dsn)
        await owner.execute("DROP TRIGGER ledger_sums_to_zero ON ledger_entry")
        await owner.close()

        async with database.begin(system_actor(merchant.merchant_id)) as tx:
            await _entry(tx, "revenue", 480)

        async with database.begin(system_actor(merchant.merchant_id)) as tx:
            assert sum((await ledger.balances(tx)).values()) == 480

    @settings(
        max_examples=30,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(events=_EVENTS)
    async def test_any_story_sums_to_zero(
        self, database: Database, merchant: Merchant, events: list[tuple[str, int, bool]]
    ) -> None:
        causes = [new_id()]

        async with database.begin(system_actor(merchant.merchant_id)) as tx:
            for kind, amount_fen, is_repeated in events:
                if not is_repeated:
                    causes.append(new_id())
                await _post(tx, kind, amount_fen, causes[-1])

        async with database.begin(system_actor(merchant.merchant_id)) as tx:
            assert sum((await ledger.balances(tx)).values()) == 0
            assert await _unbalanced(tx) == 0


class TestAppendOnly:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_entry SET amount_fen = 1",
            "DELETE FROM ledger_entry",
            "UPDATE ledger_transaction SET kind = 'sale'",
            "DELETE FROM ledger_transaction",
        ],
    )
    async def test_nobody_changes_the_past(
        self, dsn: str, database: Database, merchant: Merchant, statement: str
    ) -> None:
        async with database.begin(system_actor(merchant.merchant_id)) as tx:
            await ledger.charge(tx, order_id=new_id(), attempt_id=new_id(), amount_fen=480)

        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.begin(system_actor(merchant.merchant_id)) as tx:
                await tx.connection.execute(statement)
        owner = await asyncpg.connect(dsn)
        with pytest.raises(asyncpg.RestrictViolationError, match="append only"):
            await owner.execute(statement)
        await owner.close()


async def _post(tx: Transaction, kind: str, amount_fen: int, cause: object) -> None:
    order_id = new_id()
    assert isinstance(cause, type(order_id))
    match kind:
        case "charge":
            await ledger.charge(tx, order_id=order_id, attempt_id=cause, amount_fen=amount_fen)
        case "sale":
            await ledger.sale(tx, order_id=cause, amount_fen=amount_fen)
        case "refund_promised":
            await ledger.refund_promised(
                tx, order_id=order_id, refund_id=cause, amount_fen=amount_fen
            )
        case "refund_paid":
            await ledger.refund_paid(tx, order_id=order_id, refund_id=cause, amount_fen=amount_fen)
        case _:
            await ledger.refund_withdrawn(
                tx, order_id=order_id, refund_id=cause, amount_fen=amount_fen
            )


async def _unbalanced(tx: Transaction) -> int:
    count: int = await tx.connection.fetchval(
        "SELECT count(*) FROM (SELECT 1 FROM ledger_entry"
        " GROUP BY merchant_id, transaction_id HAVING sum(amount_fen) <> 0) t"
    )
    return count
