"""A studio: one merchant's slots, everybody who wants places, and a clock that can be stopped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from shunyue.booking.api import Wish
from shunyue.booking.queries import TAKE_PLACES, placement_of
from shunyue.booking.records import Placement
from shunyue.kernel import clock
from shunyue.kernel.database import Database
from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import Actor, system_actor
from tests.builders.supply import make_customer, make_offering, make_resource, make_slot

# Tomorrow's, whatever day the tests run on: a slot of the past can't be held.
NOON = (datetime.now(UTC) + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)


@dataclass
class Studio:
    """What tests about places do with a scratch database."""

    database: Database
    owner: asyncpg.Connection
    merchant_id: UUID

    async def customer(self) -> Actor:
        """Add somebody who wants a place."""
        return await make_customer(self.database, self.merchant_id)

    async def customers(self, count: int) -> list[Actor]:
        """Add a crowd."""
        return [await self.customer() for _ in range(count)]

    async def offering(self, price_fen: int = 48000) -> UUID:
        """Add something to book."""
        return await make_offering(self.database, self.merchant_id, price_fen=price_fen)

    async def resource(self) -> UUID:
        """Add somebody who can be busy."""
        return await make_resource(self.database, self.merchant_id)

    async def slot(
        self, capacity: int = 1, *, max_party: int | None = None, offering: UUID | None = None
    ) -> UUID:
        """Add a slot that needs nobody in particular."""
        return await make_slot(
            self.database,
            self.merchant_id,
            offering or await self.offering(),
            capacity=capacity,
            max_party=max_party,
        )

    async def lesson(
        self,
        *resources: UUID,
        starts_at: datetime = NOON,
        buffer_minutes: int = 0,
        capacity: int = 1,
    ) -> UUID:
        """Add an hour of an offering of its own that keeps all `resources` busy while held."""
        slot_id, offering = new_id(), await self.offering()
        ends_at, buffer = starts_at + timedelta(hours=1), timedelta(minutes=buffer_minutes)
        await self.change(
            "INSERT INTO slot (merchant_id, id, offering_id, resource_id, starts_at, ends_at,"
            " closes_at, capacity, max_party, is_occupying_when_taken, occupied_from,"
            " occupied_until) VALUES ($1, $2, $3, $4, $5, $6, $5, $7, $7, true, $8, $9)",
            slot_id,
            offering,
            resources[0] if len(resources) == 1 else None,
            starts_at,
            ends_at,
            capacity,
            starts_at - buffer,
            ends_at + buffer,
        )
        for resource_id in resources:
            await self.change(
                "INSERT INTO slot_resource (merchant_id, slot_id, resource_id) VALUES ($1, $2, $3)",
                slot_id,
                resource_id,
            )
        return slot_id

    async def wish(self, slot_id: UUID, party_size: int = 1, *, by: Actor | None = None) -> Wish:
        """Word a new wish, of somebody new unless told."""
        customer = by or await self.customer()
        assert customer.id is not None
        return Wish(slot_id, party_size, customer.id, new_id())

    async def take(
        self, *wishes: Wish, minutes: int | None = 15, pool: asyncpg.Pool | None = None
    ) -> list[Placement]:
        """Send wishes as one statement, the way the product does."""
        async with (pool or self.database.pool).acquire() as connection:
            rows: Sequence[Any] = await connection.fetch(
                TAKE_PLACES,
                self.merchant_id,
                [one.slot_id for one in wishes],
                [one.party_size for one in wishes],
                [one.customer_id for one in wishes],
                [one.key for one in wishes],
                [new_id() for _ in wishes],
                minutes,
                minutes is not None,
            )
        return [placement_of(row) for row in rows]

    async def hold(
        self, slot_id: UUID, party_size: int = 1, *, by: Actor | None = None
    ) -> Placement:
        """Take places of one slot in a statement of its own."""
        [placement] = await self.take(await self.wish(slot_id, party_size, by=by))
        return placement

    async def change(self, statement: str, *args: Any) -> None:
        """Run a statement as the merchant, which is its first parameter."""
        async with self.database.begin(system_actor(self.merchant_id)) as tx:
            await tx.connection.execute(statement, self.merchant_id, *args)

    async def value(self, query: str, *args: Any) -> Any:
        """Ask for one value as the merchant, which is the query's first parameter."""
        async with self.database.begin(system_actor(self.merchant_id)) as tx:
            return await tx.connection.fetchval(query, self.merchant_id, *args)

    async def places_taken(self, slot_id: UUID) -> int:
        """Count the places that the slot believes to be taken."""
        taken: int = await self.value(
            "SELECT places_taken FROM slot WHERE merchant_id = $1 AND id = $2", slot_id
        )
        return taken

    async def open_holds(self, slot_id: UUID) -> int:
        """Count the places that holds keep."""
        held: int = await self.value(
            "SELECT coalesce(sum(party_size), 0) FROM hold WHERE merchant_id = $1 AND slot_id = $2"
            " AND state IN ('active', 'confirmed')",
            slot_id,
        )
        return held

    async def busy(self, resource_id: UUID) -> list[UUID]:
        """List the slots that keep a resource busy, expired or not."""
        slots: list[UUID] = await self.value(
            "SELECT coalesce(array_agg(slot_id ORDER BY starts_at), '{}') FROM occupancy"
            " WHERE merchant_id = $1 AND resource_id = $2",
            resource_id,
        )
        return slots

    async def state_of(self, hold_id: UUID) -> str:
        """Read how a hold stands."""
        state: str = await self.value(
            "SELECT state FROM hold WHERE merchant_id = $1 AND id = $2", hold_id
        )
        return state

    async def told(self, name: str) -> int:
        """Count events of a name, such as `hold_expired`."""
        count: int = await self.value(
            "SELECT count(*) FROM outbox WHERE merchant_id = $1 AND name LIKE '%.' || $2 || '.%'",
            name,
        )
        return count

    async def stop_clock(self, at: datetime) -> None:
        """Let it be `at` for everybody who asks this database."""
        await self.owner.execute(
            "CREATE OR REPLACE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE"
            f" PARALLEL SAFE AS $$ SELECT timestamptz '{at.isoformat()}' $$"
        )

    async def move_clock(self, seconds: int) -> None:
        """Let it be `seconds` later than it really is."""
        await clock.move_database(self.owner, seconds)


async def rewrite(owner: asyncpg.Connection, function: str, old: str, new: str) -> None:
    """Replace a part of a database function in this scratch database only."""
    source: str = await owner.fetchval("SELECT pg_get_functiondef($1::regproc)", function)
    assert source.count(old) == 1, f"{function} has {source.count(old)} of {old!r}"
    await owner.execute(source.replace(old, new))
