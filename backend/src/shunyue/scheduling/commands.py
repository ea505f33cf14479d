"""Making slots: up to each offering's horizon, from hours, holidays and exceptions."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from shunyue.identity.api import Merchant
from shunyue.kernel.database import Connection, Transaction
from shunyue.kernel.ids import new_id
from shunyue.scheduling import queries
from shunyue.scheduling.policy import Calendar, PlannedSlot, plan_slots
from shunyue.scheduling.records import SlotPlan, StatutoryDay


async def extend_slots(tx: Transaction, merchant: Merchant, offering_id: UUID | None = None) -> int:
    """Make the slots that come within the horizon; returns how many are new.

    Runs nightly and at any other time, for all offerings or one: days already made are left alone,
    also where a clerk changed them.
    """
    zone = ZoneInfo(merchant.time_zone)
    today = tx.now.astimezone(zone).date()
    plans = await queries.slot_plans(tx, offering_id)
    last = max((_last_day(plan, today) for plan in plans), default=today)
    calendar = await _calendar(tx, merchant, zone, today, last)
    made = 0
    for plan in plans:
        first = today if plan.extended_to is None else max(today, plan.extended_to + timedelta(1))
        days = _days(first, _last_day(plan, today))
        if not days:
            continue
        slots = list(plan_slots(plan, calendar, days))
        await _insert_slots(tx, plan, slots)
        await tx.connection.execute(
            "UPDATE slot_plan SET extended_to = $3 WHERE merchant_id = $1 AND offering_id = $2",
            tx.merchant_id,
            plan.offering_id,
            days[-1],
        )
        made += len(slots)
    if made:
        tx.announce(f"slots:{tx.merchant_id}")
    return made


async def follow_rules(tx: Transaction, merchant: Merchant, offering_id: UUID) -> None:
    """Let an offering's coming slots keep to its newest rules; whoever holds a place keeps it."""
    # Plans before slots: the order in which the night's work locks them.
    await queries.slot_plans(tx, offering_id)
    await queries.lock_coming_slots(tx, offering_id)
    await tx.connection.execute(
        "UPDATE slot s SET max_party = o.max_party, max_open = o.max_open,"
        " closes_at = s.starts_at - make_interval(mins => o.notice_minutes),"
        " opens_at = ((s.starts_at AT TIME ZONE $4)::date - o.horizon_days)::timestamp"
        " AT TIME ZONE $4"
        " FROM offering o WHERE o.merchant_id = s.merchant_id AND o.id = s.offering_id"
        " AND s.merchant_id = $1 AND s.offering_id = $2 AND s.starts_at > $3",
        tx.merchant_id,
        offering_id,
        tx.now,
        merchant.time_zone,
    )
    await extend_slots(tx, merchant, offering_id)
    tx.announce(f"slots:{tx.merchant_id}")


async def store_statutory_days(connection: Connection, days: Sequence[StatutoryDay]) -> None:
    """Take over the state's calendar, as a library or a file knows it."""
    await connection.executemany(
        "INSERT INTO statutory_day (country, on_date, kind, name) VALUES ('CN', $1, $2, $3)"
        " ON CONFLICT (country, on_date) DO UPDATE SET kind = excluded.kind, name = excluded.name",
        [(day.on_date, day.kind, day.name) for day in days],
    )


def _last_day(plan: SlotPlan, today: date) -> date:
    return today + timedelta(days=plan.horizon_days)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


async def _calendar(
    tx: Transaction, merchant: Merchant, zone: ZoneInfo, first: date, last: date
) -> Calendar:
    hours = defaultdict(list)
    for one in await queries.working_hours(tx):
        hours[one.resource_id].append(one)
    exceptions = defaultdict(list)
    for special in await queries.exceptions_between(tx, first, last):
        exceptions[special.on_date].append(special)
    statutory = await queries.statutory_days(tx.connection, first, last)
    return Calendar(
        zone=zone,
        hours=hours,
        exceptions=exceptions,
        statutory={day.on_date: day for day in statutory},
        is_open_on_holidays=merchant.is_open_on_holidays,
    )


async def _insert_slots(tx: Transaction, plan: SlotPlan, slots: list[PlannedSlot]) -> None:
    rows = [
        (
            tx.merchant_id, new_id(), slot.offering_id, slot.resource_id, slot.starts_at,
            slot.ends_at, slot.opens_at, slot.closes_at, slot.capacity, slot.max_party,
            slot.max_open, "closed" if slot.closed_reason else "open", slot.closed_reason,
            slot.closed_text, plan.is_per_resource, slot.occupied_from, slot.occupied_until,
        )
        for slot in slots
    ]  # fmt: skip
    await tx.connection.executemany(
        "INSERT INTO slot (merchant_id, id, offering_id, resource_id, starts_at, ends_at,"
        " opens_at, closes_at, capacity, max_party, max_open, state, closed_reason, closed_text,"
        " is_occupying_when_taken, occupied_from, occupied_until)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
        " ON CONFLICT DO NOTHING",
        rows,
    )
    ids = [row[1] for row in rows]
    await tx.connection.execute(
        "INSERT INTO slot_resource (merchant_id, slot_id, resource_id)"
        " SELECT s.merchant_id, s.id, r.resource_id FROM slot s"
        " JOIN offering_resource r"
        " ON r.merchant_id = s.merchant_id AND r.offering_id = s.offering_id"
        " WHERE s.merchant_id = $1 AND s.id = ANY ($2)"
        " AND (s.resource_id IS NULL OR s.resource_id = r.resource_id)",
        tx.merchant_id,
        ids,
    )
    if not plan.is_per_resource:
        await _occupy_from_the_start(tx, ids)


async def _occupy_from_the_start(tx: Transaction, slot_ids: list[UUID]) -> None:
    """A talk keeps its room busy from now on; where the room is taken, the slot is closed."""
    await tx.connection.execute(
        "INSERT INTO occupancy (merchant_id, resource_id, slot_id, starts_at, ends_at)"
        " SELECT s.merchant_id, r.resource_id, s.id, s.occupied_from, s.occupied_until FROM slot s"
        " JOIN slot_resource r ON r.merchant_id = s.merchant_id AND r.slot_id = s.id"
        " WHERE s.merchant_id = $1 AND s.id = ANY ($2) AND s.state = 'open'"
        " ON CONFLICT DO NOTHING",
        tx.merchant_id,
        slot_ids,
    )
    await tx.connection.execute(
        "UPDATE slot s SET state = 'closed', closed_reason = 'closed', closed_text = ''"
        " WHERE s.merchant_id = $1 AND s.id = ANY ($2) AND s.state = 'open' AND EXISTS ("
        " SELECT 1 FROM slot_resource r WHERE r.merchant_id = s.merchant_id AND r.slot_id = s.id"
        " AND NOT EXISTS (SELECT 1 FROM occupancy o WHERE o.merchant_id = r.merchant_id"
        " AND o.resource_id = r.resource_id AND o.slot_id = s.id))",
        tx.merchant_id,
        slot_ids,
    )
