"""The calendar: slots of days by who or what they need, with who is in them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from shunyue.backoffice.blocks import (
    block_of,
    holders_of,
    hours_of,
    lane_resource,
    offering_names,
)
from shunyue.backoffice.calendar_schemas import (
    AddedSlot,
    AddSlot,
    CalendarBlock,
    CalendarDay,
    CalendarLane,
    CalendarOffering,
    CalendarView,
    DayOff,
    Holder,
    SlotClosing,
)
from shunyue.identity.api import Merchant
from shunyue.kernel.copy import wording
from shunyue.kernel.database import Transaction
from shunyue.kernel.rules import masked_phone, visible_text
from shunyue.scheduling.api import (
    CLOSED_BY_RULE,
    DateOutOfRange,
    SlotClosedAlready,
    SlotInUse,
    SlotNotFound,
    SlotStarted,
    SlotView,
    SlotWish,
    active_resources,
    add_slot,
    close_slots,
    exceptions_between,
    slots_of_day,
    suppliable,
    working_hours,
)

_FARTHEST = timedelta(days=2 * 366)


class CalendarFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which days and whose: `first` is a local day, default today."""

    first: date | None = None
    days: int = 7
    resource_id: UUID | None = None
    offering_id: UUID | None = None


async def calendar(tx: Transaction, merchant: Merchant, wanted: CalendarFilter) -> CalendarView:
    """Read days of the calendar; raises `DateOutOfRange` for absurd ones."""
    zone = ZoneInfo(merchant.time_zone)
    today = tx.now.astimezone(zone).date()
    first = wanted.first or today
    if abs(first - today) > _FARTHEST:
        raise DateOutOfRange(max_days=wanted.days)
    days = [_day(first + timedelta(days=n), zone) for n in range(wanted.days)]
    slots = [
        slot
        for slot in await slots_of_day(tx, days[0].begins_at, days[-1].ends_at)
        if wanted.offering_id in {None, slot.offering_id}
    ]
    resources = [lane_resource(one) for one in await active_resources(tx)]
    by_resource = await _by_resource(tx, slots)
    blocks = await _blocks(tx, slots)
    whole_days = await _free_weekdays(tx, days) | await _whole_days_off(tx, days)
    shown = [one for one in resources if wanted.resource_id in {None, one.id}]
    lanes = [
        CalendarLane(
            resource=resource,
            days_off=_days_off(by_resource[resource.id], days, whole_days, resource.id),
            blocks=[blocks[one.id] for one in by_resource[resource.id] if one.id in blocks],
        )
        for resource in shown
    ]
    if by_resource[None] and wanted.resource_id is None:
        of_nobody = by_resource[None]
        lanes.append(
            CalendarLane(
                resource=None,
                days_off=_days_off(of_nobody, days, whole_days, None),
                blocks=[blocks[one.id] for one in of_nobody if one.id in blocks],
            )
        )
    return CalendarView(
        time_zone=merchant.time_zone,
        today=today,
        server_time=tx.now,
        days=days,
        hours=hours_of([one.block for lane in lanes for one in lane.blocks], zone),
        resources=resources,
        offerings=[
            CalendarOffering(
                id=one.id,
                name=one.name,
                duration_minutes=one.duration_minutes,
                capacity=one.capacity,
                is_per_resource=one.is_per_resource,
                resource_ids=one.resource_ids,
            )
            for one in await suppliable(tx)
        ],
        lanes=lanes,
    )


async def close_one(tx: Transaction, slot_id: UUID, reason: str) -> SlotClosing:
    """Close a slot; raises what stands against it: `SlotInUse` names who is in it."""
    [closing] = await close_many(tx, [slot_id], reason)
    if closing.outcome == "in_use":
        raise SlotInUse(
            who=_names(closing.holders), holders=[msgspec.to_builtins(h) for h in closing.holders]
        )
    if closing.outcome == "already_closed":
        raise SlotClosedAlready
    if closing.outcome == "started":
        raise SlotStarted
    if closing.outcome == "not_found":
        raise SlotNotFound
    return closing


async def close_many(tx: Transaction, slot_ids: Sequence[UUID], reason: str) -> list[SlotClosing]:
    """Close what can be closed; says of each slot what came of it."""
    closings = await close_slots(tx, slot_ids, visible_text(reason))
    in_use = [one.slot_id for one in closings if one.outcome == "in_use"]
    who = await holders_of(tx, in_use)
    found = []
    for one in closings:
        holders = [_holder(row) for row in who.get(one.slot_id, [])]
        found.append(
            SlotClosing(
                slot_id=one.slot_id,
                outcome=one.outcome,
                message=wording(f"closing.{one.outcome}", {"who": _names(holders)}),
                holders=holders,
            )
        )
    return found


async def add(tx: Transaction, merchant: Merchant, wanted: AddSlot) -> AddedSlot:
    """Add a slot by hand."""
    slot = await add_slot(
        tx,
        merchant,
        SlotWish(
            offering_id=wanted.offering_id,
            on_date=wanted.on_date,
            starts=time.fromisoformat(wanted.starts),
            ends=time.fromisoformat(wanted.ends) if wanted.ends else None,
            resource_ids=wanted.resource_ids,
            capacity=wanted.capacity,
        ),
    )
    return AddedSlot(
        id=slot.id, starts_at=slot.starts_at, ends_at=slot.ends_at, capacity=slot.capacity
    )


def _day(day: date, zone: ZoneInfo) -> CalendarDay:
    begins, ends = (datetime.combine(one, time.min, zone) for one in (day, day + timedelta(days=1)))
    return CalendarDay(date=day, begins_at=begins, ends_at=ends)


async def _by_resource(tx: Transaction, slots: list[SlotView]) -> dict[UUID | None, list[SlotView]]:
    links: dict[UUID, list[UUID]] = defaultdict(list)
    for link in await tx.connection.fetch(
        "SELECT slot_id, resource_id FROM slot_resource"
        " WHERE merchant_id = $1 AND slot_id = ANY ($2)",
        tx.merchant_id,
        [slot.id for slot in slots],
    ):
        links[link["slot_id"]].append(link["resource_id"])
    found: dict[UUID | None, list[SlotView]] = defaultdict(list)
    for slot in slots:
        needed: Sequence[UUID | None] = links.get(slot.id) or [None]
        for resource_id in needed:
            found[resource_id].append(slot)
    return found


async def _blocks(tx: Transaction, slots: list[SlotView]) -> dict[UUID, CalendarBlock]:
    holders = await holders_of(tx, [slot.id for slot in slots])
    names = await offering_names(tx)
    found = {}
    for slot in slots:
        block = block_of(slot, holders.get(slot.id, []), names, tx.now)
        if block is None:
            continue
        is_ahead = slot.starts_at > tx.now
        is_by_hand = slot.state == "closed" and slot.closed_reason not in CLOSED_BY_RULE
        found[slot.id] = CalendarBlock(
            block=block,
            offering_id=slot.offering_id,
            offering_name=names[slot.offering_id],
            reason_text=_reason_text(slot),
            holders=[_holder(row) for row in holders.get(slot.id, [])],
            can_close=is_ahead and slot.state == "open" and not holders.get(slot.id),
            can_open=is_ahead and is_by_hand,
        )
    return found


def _reason_text(slot: SlotView) -> str | None:
    if slot.state == "open":
        return None
    return slot.closed_text or wording(f"slot.{slot.closed_reason}", {})


def _holder(row: asyncpg.Record) -> Holder:
    return Holder(
        name=row["name"] or masked_phone(row["phone"]),
        party_size=row["party_size"],
        order_number=row["number"],
    )


def _names(holders: Iterable[Holder]) -> str:
    return wording("list.separator", {}).join(one.name for one in holders)


_WholeDays = dict[tuple[UUID | None, date], str]


async def _free_weekdays(tx: Transaction, days: list[CalendarDay]) -> _WholeDays:
    """Find the days on which somebody who has hours never works."""
    worked = {(one.resource_id, one.weekday) for one in await working_hours(tx)}
    text = wording("slot.day_off", {})
    return {
        (resource_id, day.date): text
        for resource_id in {one for one, _ in worked}
        for day in days
        if (resource_id, day.date.isoweekday()) not in worked
    }


async def _whole_days_off(tx: Transaction, days: list[CalendarDay]) -> _WholeDays:
    return {
        (one.resource_id, one.on_date): one.name
        for one in await exceptions_between(tx, days[0].date, days[-1].date)
        if not one.is_open and one.starts is None
    }


def _days_off(
    slots: list[SlotView], days: list[CalendarDay], whole_days: _WholeDays, resource_id: UUID | None
) -> list[DayOff]:
    found = []
    for day in days:
        of_day = [one for one in slots if day.begins_at <= one.starts_at < day.ends_at]
        if any(one.state == "open" for one in of_day):
            continue  # Also where a make-up workday or a slot added by hand opens a free day.
        ruled = next((one for one in of_day if one.closed_reason in CLOSED_BY_RULE), None)
        text = _reason_text(ruled) if ruled else whole_days.get((resource_id, day.date))
        text = text or whole_days.get((None, day.date))
        if text:
            found.append(DayOff(date=day.date, text=text))
    return found
