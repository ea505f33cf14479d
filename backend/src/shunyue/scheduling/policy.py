"""Deciding which slots exist and how one looks to a customer. Pure: no clock, no database."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from shunyue.scheduling.records import (
    CalendarException,
    ClosedReason,
    SlotPlan,
    SlotView,
    StatutoryDay,
    WorkingHours,
)

SATURDAY = 6
MONDAY = 1

LookState = Literal["free", "full", "off"]
LookReason = Literal["break", "holiday", "day_off", "closed", "past", "too_late", "too_early"]


class Look(msgspec.Struct, frozen=True):
    """How a slot looks: green, red or grey, and why grey."""

    state: LookState
    reason: LookReason | None
    places_left: int


def look_of(slot: SlotView, now: datetime) -> Look:
    """Decide a slot's state. Grey wins over red: what is over or closed was not taken away."""
    if slot.starts_at <= now:
        return Look("off", "past", 0)
    if slot.state == "closed":
        return Look("off", slot.closed_reason, 0)
    if slot.closes_at <= now:
        return Look("off", "too_late", 0)
    if slot.opens_at is not None and slot.opens_at > now:
        return Look("off", "too_early", 0)
    if slot.places_left <= 0 or slot.is_resource_busy:
        return Look("full", None, 0)
    return Look("free", None, slot.places_left)


class PlannedSlot(msgspec.Struct, frozen=True, kw_only=True):
    """A slot to be made."""

    offering_id: UUID
    resource_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    capacity: int
    max_party: int
    max_open: int | None
    closed_reason: ClosedReason | None
    closed_text: str | None
    occupied_from: datetime
    occupied_until: datetime


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that decides whether a resource works at a local time."""

    zone: ZoneInfo
    hours: Mapping[UUID, list[WorkingHours]]
    exceptions: Mapping[date, list[CalendarException]]
    statutory: Mapping[date, StatutoryDay]
    is_open_on_holidays: bool


def plan_slots(plan: SlotPlan, calendar: Calendar, days: Iterable[date]) -> Iterator[PlannedSlot]:
    """Plan an offering's slots on `days`. Closed ones are planned too: they are shown grey."""
    for day in days:
        for start in plan.start_times:
            if plan.is_per_resource:
                for resource_id in plan.resource_ids:
                    yield from _planned(plan, calendar, day, start, resource_id)
            else:
                yield from _planned(plan, calendar, day, start, None)


def _planned(
    plan: SlotPlan, calendar: Calendar, day: date, start: time, resource_id: UUID | None
) -> Iterator[PlannedSlot]:
    starts_at = instant_of(calendar.zone, day, start)
    if starts_at is None:
        return
    ends_at = starts_at + timedelta(minutes=plan.duration_minutes)
    whose = [resource_id] if resource_id else plan.resource_ids
    closed = _closed(calendar, day, start, _local_end(calendar.zone, day, ends_at), whose)
    if closed == "outside":
        return
    reason, text = closed or (None, None)
    buffer = timedelta(minutes=plan.buffer_minutes)
    yield PlannedSlot(
        offering_id=plan.offering_id,
        resource_id=resource_id,
        starts_at=starts_at,
        ends_at=ends_at,
        opens_at=opens_at(calendar.zone, day, plan.horizon_days),
        closes_at=starts_at - timedelta(minutes=plan.notice_minutes),
        capacity=plan.capacity,
        max_party=plan.max_party,
        max_open=plan.max_open,
        closed_reason=reason,
        closed_text=text,
        occupied_from=starts_at - buffer,
        occupied_until=ends_at + buffer,
    )


def opens_at(zone: ZoneInfo, day: date, horizon_days: int) -> datetime:
    """Return from when on a day can be booked: midnight, so many days before."""
    return datetime.combine(day - timedelta(days=horizon_days), time(), zone).astimezone(UTC)


def instant_of(zone: ZoneInfo, day: date, local: time) -> datetime | None:
    """Return the instant of a local time; None for one that the clock skips in spring."""
    instant = datetime.combine(day, local, zone).astimezone(UTC)
    return instant if instant.astimezone(zone).time() == local else None


def _local_end(zone: ZoneInfo, day: date, ends_at: datetime) -> time:
    local = ends_at.astimezone(zone)
    return local.time() if local.date() == day else time.max


_Closed = tuple[ClosedReason, str]


def _closed(
    calendar: Calendar, day: date, starts: time, ends: time, whose: list[UUID]
) -> _Closed | Literal["outside"] | None:
    """Say why a time is closed; `outside` when somebody needed never works then, None when open."""
    needed: Sequence[UUID | None] = whose or [None]
    verdicts = (_closed_for(calendar, day, starts, ends, one) for one in needed)
    return next((verdict for verdict in verdicts if verdict is not None), None)


def _closed_for(
    calendar: Calendar, day: date, starts: time, ends: time, resource_id: UUID | None
) -> _Closed | Literal["outside"] | None:
    special = [one for one in calendar.exceptions.get(day, []) if _covers(one, starts, ends)]
    own = [one for one in special if one.resource_id == resource_id]
    # What is said of one resource goes before what is said of all.
    for said in (own, [one for one in special if one.resource_id is None]):
        if any(one.is_open for one in said):
            return None
        if said:
            return "day_off", said[0].name
    statutory = calendar.statutory.get(day)
    if statutory and statutory.kind == "holiday" and not calendar.is_open_on_holidays:
        return "holiday", statutory.name
    if resource_id is None:
        return None
    return _outside_hours(calendar, resource_id, _weekday(day, statutory), starts, ends)


def _covers(one: CalendarException, starts: time, ends: time) -> bool:
    if one.starts is None or one.ends is None:
        return True
    return (
        one.starts <= starts and ends <= one.ends
        if one.is_open
        else one.starts < ends and starts < one.ends
    )


def _weekday(day: date, statutory: StatutoryDay | None) -> int:
    """A weekend day declared a workday follows Monday's hours."""
    weekday = day.isoweekday()
    if statutory and statutory.kind == "workday" and weekday >= SATURDAY:
        return MONDAY
    return weekday


def _outside_hours(
    calendar: Calendar, resource_id: UUID, weekday: int, starts: time, ends: time
) -> _Closed | Literal["outside"] | None:
    hours = [one for one in calendar.hours.get(resource_id, []) if one.weekday == weekday]
    for one in hours:
        if one.break_name and one.starts < ends and starts < one.ends:
            return "break", one.break_name
    if any(not one.break_name and one.starts <= starts and ends <= one.ends for one in hours):
        return None
    return "outside"
