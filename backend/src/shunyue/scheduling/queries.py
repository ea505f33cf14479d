"""SQL of scheduling."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from shunyue.kernel.database import Connection, Transaction
from shunyue.scheduling.records import (
    CalendarException,
    Resource,
    Slot,
    SlotPlan,
    SlotView,
    StatutoryDay,
    WorkingHours,
)

# Expired holds stop counting at their instant, whether or not a sweep has come by.
_VIEW = """
    SELECT s.id, s.offering_id, s.resource_id, s.starts_at, s.ends_at, s.opens_at, s.closes_at,
           s.capacity,
           s.state, s.closed_reason, s.closed_text,
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
