"""Under row-level security the hot reads still use their indexes, however many rows there are."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import psycopg
import pytest

from shunyue.identity.api import Merchant
from shunyue.kernel.database import Database, Transaction
from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import system_actor
from shunyue.scheduling import queries
from tests.builders.supply import make_customer, make_offering, make_resource, make_slot

_MANY = 20_000
_ROWS_READ = (
    "SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)"
    " FROM pg_stat_xact_user_tables WHERE relname = 'hold'"
)


@pytest.fixture
async def crowd(
    database: Database, merchant: Merchant, owner: psycopg.Connection
) -> dict[str, UUID]:
    """20,000 slots of four offerings, each with a holder and its busy time."""
    merchant_id = merchant.merchant_id
    offerings = [await make_offering(database, merchant_id) for _ in range(4)]
    resources = [await make_resource(database, merchant_id) for _ in range(4)]
    customer = await make_customer(database, merchant_id)
    owner.execute(
        "INSERT INTO slot (merchant_id, id, offering_id, resource_id, starts_at, ends_at,"
        " closes_at, capacity, max_party, places_taken, is_occupying_when_taken, occupied_from,"
        " occupied_until) SELECT %(merchant)s, gen_random_uuid(),"
        " (%(offerings)s::uuid[])[n %% 4 + 1],"
        " (%(resources)s::uuid[])[n %% 4 + 1], at, at + interval '1 hour', at, 1, 1, 1, true, at,"
        " at + interval '1 hour' FROM generate_series(0, %(many)s - 1) AS n,"
        " LATERAL (SELECT date_trunc('hour', app_now()) + (n / 4 - 400) * interval '1 hour' AS at)",
        {
            "merchant": merchant_id,
            "offerings": offerings,
            "resources": resources,
            "many": _MANY,
        },
    )
    owner.execute(
        "INSERT INTO slot_resource SELECT merchant_id, id, resource_id FROM slot"
        " WHERE merchant_id = %s",
        [merchant_id],
    )
    owner.execute(
        "INSERT INTO occupancy SELECT merchant_id, resource_id, id, starts_at, ends_at FROM slot"
        " WHERE merchant_id = %s",
        [merchant_id],
    )
    owner.execute(
        "INSERT INTO hold (merchant_id, id, slot_id, customer_id, party_size, state,"
        " idempotency_key, expires_at, slot_ends_at) SELECT merchant_id,"
        " gen_random_uuid(), id, %s, 1, 'confirmed', gen_random_uuid(),"
        " app_now() + interval '15 minutes', ends_at FROM slot"
        " WHERE merchant_id = %s",
        [customer.id, merchant_id],
    )
    owner.execute("ANALYZE")
    return {"merchant": merchant_id, "offering": offerings[0]}


async def plan_of(tx: Transaction, asked: list[Any]) -> list[dict[str, Any]]:
    """Return the steps that the database plans for the statement about slots that was sent."""
    await asyncio.sleep(0)  # The driver tells what it sent in a later turn of the loop.
    sent = next(one for one in asked if "FROM slot s" in one.query)
    raw = await tx.connection.fetchval(f"EXPLAIN (FORMAT JSON) {sent.query}", *sent.args)
    return list(_steps(msgspec.json.decode(raw)[0]["Plan"]))


def _steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for one in plan.get("Plans", ()):
        yield from _steps(one)


def read_from_end_to_end(steps: list[dict[str, Any]]) -> set[str]:
    """Return the tables that a plan reads whole."""
    return {one["Relation Name"] for one in steps if one["Node Type"] == "Seq Scan"}


@pytest.mark.req("TE-07")
class TestAvailability:
    async def test_week_of_an_offering_reads_no_table_whole(
        self, database: Database, crowd: dict[str, UUID]
    ) -> None:
        async with database.begin(system_actor(crowd["merchant"])) as tx:
            asked: list[Any] = []
            now = datetime.now(UTC)
            with tx.connection.query_logger(asked.append):
                slots = await queries.slots_between(
                    tx, crowd["offering"], now, now + timedelta(days=7)
                )

            steps = await plan_of(tx, asked)

        assert len(slots) == 168
        assert read_from_end_to_end(steps) == set()

    async def test_it_runs_behind_the_wall(
        self, database: Database, crowd: dict[str, UUID], pool: asyncpg.Pool
    ) -> None:
        async with database.begin(system_actor(crowd["merchant"])) as tx:
            role = await tx.connection.fetchval("SELECT current_user")
            is_guarded = await tx.connection.fetchval("SELECT row_security_active('slot')")

        assert (role, is_guarded) == ("shunyue_app", True)

    async def test_day_of_the_board_reads_no_busy_time_or_hold_whole(
        self, database: Database, crowd: dict[str, UUID]
    ) -> None:
        async with database.begin(system_actor(crowd["merchant"])) as tx:
            asked: list[Any] = []
            now = datetime.now(UTC)
            with tx.connection.query_logger(asked.append):
                await queries.slots_of_day(tx, now, now + timedelta(days=1))

            steps = await plan_of(tx, asked)

        assert read_from_end_to_end(steps) & {"occupancy", "hold"} == set()

    async def test_push_about_a_slot_reads_no_busy_time_or_hold_whole(
        self, database: Database, crowd: dict[str, UUID]
    ) -> None:
        async with database.begin(system_actor(crowd["merchant"])) as tx:
            slot_id = await tx.connection.fetchval(
                "SELECT id FROM slot WHERE merchant_id = $1 AND starts_at > app_now() LIMIT 1",
                crowd["merchant"],
            )
            asked: list[Any] = []
            with tx.connection.query_logger(asked.append):
                touched = await queries.slots_touched_by(
                    tx.connection, crowd["merchant"], [slot_id]
                )

            steps = await plan_of(tx, asked)

        assert [one.id for one in touched] == [slot_id]
        assert read_from_end_to_end(steps) & {"occupancy", "hold"} == set()


@pytest.mark.req("BK-11")
class TestOpenBookings:
    async def test_counting_them_reads_nothing_of_what_a_customer_once_booked(
        self, database: Database, crowd: dict[str, UUID], owner: psycopg.Connection
    ) -> None:
        owner.execute("UPDATE hold SET slot_ends_at = app_now() - interval '1 day'")
        slot_id = await make_slot(database, crowd["merchant"], crowd["offering"])
        owner.execute("UPDATE slot SET max_open = 3 WHERE id = %s", [slot_id])
        async with database.begin(system_actor(crowd["merchant"])) as tx:
            customer_id = await tx.connection.fetchval(
                "SELECT customer_id FROM hold WHERE merchant_id = $1 LIMIT 1", crowd["merchant"]
            )
            before = await tx.connection.fetchval(_ROWS_READ)
            outcome = await tx.connection.fetchval(
                "SELECT outcome FROM take_places($1, $2, '{1}', $3, $4, $4, 15, true)",
                crowd["merchant"],
                [slot_id],
                [customer_id],
                [new_id()],
            )
            read = await tx.connection.fetchval(_ROWS_READ) - before

        assert outcome == "held"
        assert 0 < read < 20
