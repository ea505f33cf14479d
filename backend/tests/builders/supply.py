"""Builders of what a merchant offers: state only what matters, the rest is believable."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from shunyue.kernel.database import Database
from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import Actor, system_actor


async def make_customer(database: Database, merchant_id: UUID, *, name: str | None = None) -> Actor:
    """Add a customer; returns them as an actor."""
    customer_id = new_id()
    async with database.begin(system_actor(merchant_id)) as tx:
        await tx.connection.execute(
            "INSERT INTO customer (merchant_id, id, phone, name) VALUES ($1, $2, $3, $4)",
            merchant_id,
            customer_id,
            f"+86138{customer_id.int % 10**8:08d}",
            name,
        )
    return Actor("customer", merchant_id, customer_id, new_id())


async def make_offering(
    database: Database, merchant_id: UUID, *, kind: str = "personal", price_fen: int = 48000
) -> UUID:
    """Add an offering: free to cancel until a day before, then 20 %."""
    offering_id = new_id()
    async with database.begin(system_actor(merchant_id)) as tx:
        await tx.connection.execute(
            "INSERT INTO offering (merchant_id, id, kind, name, summary, price_fen, price_unit,"
            " duration_minutes, location_mode, resource_word, free_until_hours, fee_percent,"
            " max_party, notice_minutes, horizon_days)"
            " VALUES ($1, $2, $3, '私教', '', $4, '节', 60, 'on_site', '老师', 24, 20, 10, 30, 30)",
            merchant_id,
            offering_id,
            kind,
            price_fen,
        )
    return offering_id


async def make_resource(database: Database, merchant_id: UUID, *, name: str = "林见夏") -> UUID:
    """Add somebody who can be busy."""
    resource_id = new_id()
    async with database.begin(system_actor(merchant_id)) as tx:
        await tx.connection.execute(
            "INSERT INTO resource (merchant_id, id, kind, name) VALUES ($1, $2, 'staff', $3)",
            merchant_id,
            resource_id,
            name,
        )
    return resource_id


async def make_slot(
    database: Database,
    merchant_id: UUID,
    offering_id: UUID,
    *,
    capacity: int = 1,
    starts_in: timedelta = timedelta(days=1),
    resource_id: UUID | None = None,
    max_party: int | None = None,
) -> UUID:
    """Add an hour-long slot; with a resource, that one is busy while somebody holds a place."""
    slot_id = new_id()
    starts_at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + starts_in
    async with database.begin(system_actor(merchant_id)) as tx:
        await tx.connection.execute(
            "INSERT INTO slot (merchant_id, id, offering_id, resource_id, starts_at, ends_at,"
            " closes_at, capacity, max_party, is_occupying_when_taken, occupied_from,"
            " occupied_until) VALUES ($1, $2, $3, $4, $5, $6, $5, $7, $8, $9, $5, $6)",
            merchant_id,
            slot_id,
            offering_id,
            resource_id,
            starts_at,
            starts_at + timedelta(hours=1),
            capacity,
            max_party or capacity,
            resource_id is not None,
        )
        if resource_id is not None:
            await tx.connection.execute(
                "INSERT INTO slot_resource (merchant_id, slot_id, resource_id) VALUES ($1, $2, $3)",
                merchant_id,
                slot_id,
                resource_id,
            )
    return slot_id
