"""SQL of scheduling."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from shunyue.kernel.database import Connection, Transaction
from shunyue.scheduling.records import (
    CalendarException,
    NewSlot,
    Resource,
    Slot,
    SlotPlan,
    SlotView,
    StatutoryDay,
    SuppliedOffering,
    WorkingHours,
)

# Expired holds stop counting at their instant, whether or not a sweep has come by.
_VIEW = """
    SELECT s.id, s.offering_id, s.resource_id, s.starts_at, s.ends_at, s.opens_at, s.closes_at,
           s.capacity, s.state, s.closed_reason, s.closed_text,
           (s.capacity - s.places_taken + coalesce((
               SELECT sum(h.party_size) FROM hold h
                WHERE h.merchant_id = s.merchant_id AND h.slot_id = s.id
                  AND h.state IN ('active', 'confirmed') AND h.expires_at <= app_now()), 0))::int
               AS places_left,
           s.is_occupying_when_taken AND EXISTS (
               SELECT 1 FROM slot_resource sr
                 JOIN occupancy o ON o.merchant_id = sr.merchant_id
                  AND o.resource_id = sr.resource_id AND o.slot_id <> sr.slot_id
                  AND o.starts_at < s.occupied_until AND o.ends_at > s.occupied_from
                WHERE sr.merchant_id = s.merchant_id AND sr.slot_id = s.id
                  AND (o.expires_at IS NULL OR o.expires_at > app_now())) AS is_resource_busy
      FROM slot s
     WHERE s.merchant_id = $1
"""


async def slots_between(
    tx: Transaction, offering_id: UUID, starts_at: datetime, ends_at: datetime
) -> list[SlotView]:
    """Read how an offering's slots stand in a span of time."""
    rows = await tx.connection.fetch(
        _VIEW + " AND s.offering_id = $2 AND s.starts_at >= $3 AND s.starts_at < $4"
        " ORDER BY s.starts_at, s.resource_id",
        tx.merchant_id,
        offering_id,
        starts_at,
        ends_at,
    )
    return [SlotView(**row) for row in rows]


async def slots_touched_by(
    connection: Connection, merchant_id: UUID, slot_ids: Sequence[UUID]
) -> list[SlotView]:
    """Read slots and all others that share a resource and time with them."""
    rows = await connection.fetch(
        _VIEW + " AND s.ends_at > app_now() AND s.id IN (SELECT unnest($2::uuid[]) UNION"
        " SELECT other.id FROM slot mine"
        " JOIN slot_resource a ON a.merchant_id = mine.merchant_id AND a.slot_id = mine.id"
        " JOIN slot_resource b ON b.merchant_id = a.merchant_id AND b.resource_id = a.resource_id"
        " JOIN slot other ON other.merchant_id = b.merchant_id AND other.id = b.slot_id"
        " AND other.starts_at < mine.occupied_until AND other.ends_at > mine.occupied_from"
        " WHERE mine.merchant_id = $1 AND mine.id = ANY ($2) AND mine.is_occupying_when_taken)",
        merchant_id,
        list(slot_ids),
    )
    return [SlotView(**row) for row in rows]


async def slots_of_day(tx: Transaction, starts_at: datetime, ends_at: datetime) -> list[SlotView]:
    """Read how all of the merchant's slots stand in a span of time."""
    rows = await tx.connection.fetch(
        _VIEW + " AND s.starts_at >= $2 AND s.starts_at < $3 ORDER BY s.starts_at, s.id",
        tx.merchant_id,
        starts_at,
        ends_at,
    )
    return [SlotView(**row) for row in rows]


async def next_free_slots(tx: Transaction) -> dict[UUID, SlotView]:
    """Find each offering's first free slot within two weeks, for the list of offerings."""
    rows = await tx.connection.fetch(
        f"SELECT DISTINCT ON (v.offering_id) v.* FROM ({_VIEW} AND s.state = 'open'"
        " AND s.closes_at > app_now() AND (s.opens_at IS NULL OR s.opens_at <= app_now())"
        " AND s.starts_at < app_now() + interval '14 days') v"
        " WHERE v.places_left > 0 AND NOT v.is_resource_busy ORDER BY v.offering_id, v.starts_at",
        tx.merchant_id,
    )
    return {row["offering_id"]: SlotView(**row) for row in rows}


async def slot_by_id(tx: Transaction, slot_id: UUID) -> Slot | None:
    """Read when and with whom a slot takes place."""
    row = await tx.connection.fetchrow(
        "SELECT id, offering_id, resource_id, starts_at, ends_at, capacity FROM slot"
        " WHERE merchant_id = $1 AND id = $2",
        tx.merchant_id,
        slot_id,
    )
    return Slot(**row) if row else None


async def active_resources(tx: Transaction) -> list[Resource]:
    """List everyone and everything that can be busy, in the merchant's order."""
    rows = await tx.connection.fetch(
        "SELECT id, kind, name, title, bio, photo_url FROM resource"
        " WHERE merchant_id = $1 AND is_active ORDER BY position, id",
        tx.merchant_id,
    )
    return [Resource(**row) for row in rows]


async def resources_of(tx: Transaction, offering_id: UUID) -> list[Resource]:
    """List who or what an offering can be booked with."""
    rows = await tx.connection.fetch(
        "SELECT r.id, r.kind, r.name, r.title, r.bio, r.photo_url FROM resource r"
        " JOIN offering_resource o ON o.merchant_id = r.merchant_id AND o.resource_id = r.id"
        " WHERE r.merchant_id = $1 AND o.offering_id = $2 AND r.is_active"
        " ORDER BY r.position, r.id",
        tx.merchant_id,
        offering_id,
    )
    return [Resource(**row) for row in rows]


async def resource_by_id(tx: Transaction, resource_id: UUID) -> Resource | None:
    """Read one resource, active or not."""
    row = await tx.connection.fetchrow(
        "SELECT id, kind, name, title, bio, photo_url FROM resource"
        " WHERE merchant_id = $1 AND id = $2",
        tx.merchant_id,
        resource_id,
    )
    return Resource(**row) if row else None


async def lock_coming_slots(tx: Transaction, offering_id: UUID) -> None:
    """Keep others from taking or giving back places of an offering's coming slots."""
    await tx.connection.execute(
        "SELECT 1 FROM slot WHERE merchant_id = $1 AND offering_id = $2 AND starts_at > $3"
        " ORDER BY id FOR NO KEY UPDATE",
        tx.merchant_id,
        offering_id,
        tx.now,
    )


async def slot_plans(tx: Transaction, offering_id: UUID | None = None) -> list[SlotPlan]:
    """Read how the slots of all published offerings, or of one, are made, locking the plans.

    The offerings are locked first: rules that are being changed are waited for, then read.
    """
    await tx.connection.execute(
        "SELECT 1 FROM offering WHERE merchant_id = $1 AND ($2::uuid IS NULL OR id = $2)"
        " ORDER BY id FOR SHARE",
        tx.merchant_id,
        offering_id,
    )
    rows = await tx.connection.fetch(
        "SELECT p.offering_id, p.start_times, p.capacity, p.buffer_minutes, p.is_per_resource,"
        " p.extended_to, o.duration_minutes, o.notice_minutes, o.horizon_days, o.max_party,"
        " o.max_open,"
        " ARRAY(SELECT x.resource_id FROM offering_resource x JOIN resource r"
        "        ON r.merchant_id = x.merchant_id AND r.id = x.resource_id AND r.is_active"
        "        WHERE x.merchant_id = p.merchant_id AND x.offering_id = p.offering_id"
        "        ORDER BY r.position, r.id) AS resource_ids"
        " FROM slot_plan p"
        " JOIN offering o ON o.merchant_id = p.merchant_id AND o.id = p.offering_id"
        " WHERE p.merchant_id = $1 AND o.is_published"
        " AND ($2::uuid IS NULL OR p.offering_id = $2) ORDER BY p.offering_id FOR UPDATE OF p",
        tx.merchant_id,
        offering_id,
    )
    return [SlotPlan(**row) for row in rows]


async def working_hours(tx: Transaction) -> list[WorkingHours]:
    """Read the weekly hours of all resources."""
    rows = await tx.connection.fetch(
        "SELECT resource_id, weekday, starts, ends, break_name FROM working_hours"
        " WHERE merchant_id = $1 ORDER BY resource_id, weekday, starts",
        tx.merchant_id,
    )
    return [WorkingHours(**row) for row in rows]


async def exceptions_between(tx: Transaction, first: date, last: date) -> list[CalendarException]:
    """Read what differs on the days of a span."""
    rows = await tx.connection.fetch(
        "SELECT resource_id, on_date, starts, ends, is_open, name FROM calendar_exception"
        " WHERE merchant_id = $1 AND on_date BETWEEN $2 AND $3",
        tx.merchant_id,
        first,
        last,
    )
    return [CalendarException(**row) for row in rows]


async def statutory_days(connection: Connection, first: date, last: date) -> list[StatutoryDay]:
    """Read the state's holidays and make-up workdays of a span."""
    rows = await connection.fetch(
        "SELECT on_date, kind, name FROM statutory_day"
        " WHERE country = 'CN' AND on_date BETWEEN $1 AND $2",
        first,
        last,
    )
    return [StatutoryDay(**row) for row in rows]


async def lock_slots(tx: Transaction, slot_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """Lock slots by id, as whoever takes places does, and read how they stand."""
    rows: list[asyncpg.Record] = await tx.connection.fetch(
        "SELECT id, starts_at, state, closed_reason, closed_text, is_occupying_when_taken FROM slot"
        " WHERE merchant_id = $1 AND id = ANY ($2) ORDER BY id FOR NO KEY UPDATE",
        tx.merchant_id,
        list(slot_ids),
    )
    return rows


async def give_lapsed_places_back(tx: Transaction, slot_ids: Sequence[UUID]) -> int:
    """Give back places of locked slots whose holds ran out at this instant; returns how many."""
    given: int = await tx.connection.fetchval(
        "SELECT count(given.hold_id) FROM give_places_back($1, ARRAY("
        " SELECT h.id FROM hold h WHERE h.merchant_id = $1 AND h.slot_id = ANY ($2)"
        " AND h.state IN ('active', 'confirmed') AND h.expires_at <= app_now()), 'expired') given",
        tx.merchant_id,
        list(slot_ids),
    )
    return given


async def close_free_slots(tx: Transaction, slot_ids: Sequence[UUID], text: str) -> list[UUID]:
    """Close those slots that are ahead, open and nobody's; their resources have time again."""
    rows = await tx.connection.fetch(
        "UPDATE slot SET state = 'closed', closed_reason = 'closed', closed_text = $3"
        " WHERE merchant_id = $1 AND id = ANY ($2) AND state = 'open' AND places_taken = 0"
        " AND starts_at > app_now() RETURNING id",
        tx.merchant_id,
        list(slot_ids),
        text,
    )
    closed = [row["id"] for row in rows]
    await tx.connection.execute(
        "DELETE FROM occupancy WHERE merchant_id = $1 AND slot_id = ANY ($2)",
        tx.merchant_id,
        closed,
    )
    return closed


async def open_closed_slot(tx: Transaction, slot_id: UUID) -> None:
    """Offer a locked slot again."""
    await tx.connection.execute(
        "UPDATE slot SET state = 'open', closed_reason = NULL, closed_text = NULL"
        " WHERE merchant_id = $1 AND id = $2",
        tx.merchant_id,
        slot_id,
    )


async def lock_resources_of(tx: Transaction, slot_id: UUID) -> None:
    """Lock whoever a slot needs, by id, and forget busy time of theirs that ran out."""
    await tx.connection.execute(
        "SELECT 1 FROM resource r WHERE r.merchant_id = $1 AND r.id IN ("
        " SELECT sr.resource_id FROM slot_resource sr"
        " WHERE sr.merchant_id = $1 AND sr.slot_id = $2) ORDER BY r.id FOR NO KEY UPDATE",
        tx.merchant_id,
        slot_id,
    )
    await tx.connection.execute(
        "DELETE FROM occupancy o WHERE o.merchant_id = $1 AND o.expires_at <= app_now()"
        " AND o.resource_id IN (SELECT sr.resource_id FROM slot_resource sr"
        " WHERE sr.merchant_id = $1 AND sr.slot_id = $2)",
        tx.merchant_id,
        slot_id,
    )


async def busy_elsewhere(tx: Transaction, slot_id: UUID) -> str | None:
    """Name somebody the slot needs who has something else to do then; their locks are held."""
    name: str | None = await tx.connection.fetchval(
        "SELECT r.name FROM slot s"
        " JOIN slot_resource sr ON sr.merchant_id = s.merchant_id AND sr.slot_id = s.id"
        " JOIN occupancy o ON o.merchant_id = s.merchant_id AND o.resource_id = sr.resource_id"
        " AND o.slot_id <> s.id AND o.starts_at < s.occupied_until AND o.ends_at > s.occupied_from"
        " JOIN resource r ON r.merchant_id = s.merchant_id AND r.id = sr.resource_id"
        " WHERE s.merchant_id = $1 AND s.id = $2 ORDER BY r.position, r.id LIMIT 1",
        tx.merchant_id,
        slot_id,
    )
    return name


async def occupy(tx: Transaction, slot_id: UUID) -> None:
    """Keep whoever a slot needs busy from now on; the constraint refuses what overlaps."""
    await tx.connection.execute(
        "INSERT INTO occupancy (merchant_id, resource_id, slot_id, starts_at, ends_at)"
        " SELECT s.merchant_id, sr.resource_id, s.id, s.occupied_from, s.occupied_until FROM slot s"
        " JOIN slot_resource sr ON sr.merchant_id = s.merchant_id AND sr.slot_id = s.id"
        " WHERE s.merchant_id = $1 AND s.id = $2",
        tx.merchant_id,
        slot_id,
    )


async def slots_sharing_time(tx: Transaction, slot_ids: Sequence[UUID]) -> list[UUID]:
    """List slots and all others that need one of their resources at the same time."""
    rows = await tx.connection.fetch(
        "SELECT unnest($2::uuid[]) AS id UNION SELECT other.id FROM slot mine"
        " JOIN slot_resource a ON a.merchant_id = mine.merchant_id AND a.slot_id = mine.id"
        " JOIN slot_resource b ON b.merchant_id = a.merchant_id AND b.resource_id = a.resource_id"
        " JOIN slot other ON other.merchant_id = b.merchant_id AND other.id = b.slot_id"
        " AND other.starts_at < mine.occupied_until AND other.ends_at > mine.occupied_from"
        " WHERE mine.merchant_id = $1 AND mine.id = ANY ($2) ORDER BY id",
        tx.merchant_id,
        list(slot_ids),
    )
    return [row["id"] for row in rows]


async def suppliable(tx: Transaction) -> list[SuppliedOffering]:
    """Read what slots can be added for, and what one is like unless told."""
    rows = await tx.connection.fetch(
        "SELECT o.id, o.name, o.duration_minutes, o.notice_minutes, o.horizon_days, o.max_party,"
        " o.max_open, coalesce(p.capacity, 1) AS capacity,"
        " coalesce(p.buffer_minutes, 0) AS buffer_minutes,"
        " coalesce(p.is_per_resource, cardinality(x.ids) > 0) AS is_per_resource,"
        " x.ids AS resource_ids FROM offering o"
        " LEFT JOIN slot_plan p ON p.merchant_id = o.merchant_id AND p.offering_id = o.id"
        " CROSS JOIN LATERAL (SELECT ARRAY(SELECT r.id FROM offering_resource l"
        "  JOIN resource r ON r.merchant_id = l.merchant_id AND r.id = l.resource_id"
        "   AND r.is_active"
        "  WHERE l.merchant_id = o.merchant_id AND l.offering_id = o.id"
        "  ORDER BY r.position, r.id) AS ids) x"
        " WHERE o.merchant_id = $1 AND o.is_published ORDER BY o.position, o.id",
        tx.merchant_id,
    )
    return [SuppliedOffering(**row) for row in rows]


async def insert_slot(tx: Transaction, slot: NewSlot) -> bool:
    """Add a slot and what it needs; False when the offering has one like it."""
    added = await tx.connection.fetchval(
        "INSERT INTO slot (merchant_id, id, offering_id, resource_id, starts_at, ends_at,"
        " opens_at, closes_at, capacity, max_party, max_open, is_occupying_when_taken,"
        " occupied_from, occupied_until)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
        " ON CONFLICT DO NOTHING RETURNING true",
        tx.merchant_id,
        slot.id,
        slot.offering_id,
        slot.resource_id,
        slot.starts_at,
        slot.ends_at,
        slot.opens_at,
        slot.closes_at,
        slot.capacity,
        slot.max_party,
        slot.max_open,
        slot.is_occupying_when_taken,
        slot.occupied_from,
        slot.occupied_until,
    )
    if not added:
        return False
    await tx.connection.execute(
        "INSERT INTO slot_resource (merchant_id, slot_id, resource_id)"
        " SELECT $1, $2, unnest($3::uuid[])",
        tx.merchant_id,
        slot.id,
        slot.resource_ids,
    )
    return True
