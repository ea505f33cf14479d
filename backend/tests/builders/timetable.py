"""Builders of time: plans, hours and calendars, as rows and as values for pure planning."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from uuid import UUID
from zoneinfo import ZoneInfo

from shunyue.kernel.database import Database
from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import system_actor
from shunyue.scheduling.policy import Calendar
from shunyue.scheduling.records import CalendarException, SlotPlan, StatutoryDay, WorkingHours

ANNA, BERTA = UUID(int=1), UUID(int=2)
EVERY_DAY = range(1, 8)


def plan(
    *starts: time,
    minutes: int = 60,
    buffer_minutes: int = 0,
    is_per_resource: bool = True,
    resources: Sequence[UUID] = (ANNA,),
) -> SlotPlan:
    """Plan slots at `starts`."""
    return SlotPlan(
        offering_id=UUID(int=9),
        start_times=list(starts),
        capacity=3,
        buffer_minutes=buffer_minutes,
        is_per_resource=is_per_resource,
        extended_to=None,
        duration_minutes=minutes,
        notice_minutes=30,
        horizon_days=30,
        max_party=2,
        max_open=3,
        resource_ids=list(resources),
    )


def hours(
    starts: time,
    ends: time,
    *,
    days: Sequence[int] = EVERY_DAY,
    break_name: str | None = None,
    who: UUID = ANNA,
) -> list[WorkingHours]:
    """Work, or pause, on weekdays."""
    return [WorkingHours(who, day, starts, ends, break_name) for day in days]


def calendar(
    *working: list[WorkingHours],
    zone: str = "Asia/Shanghai",
    exceptions: Sequence[CalendarException] = (),
    statutory: Mapping[date, StatutoryDay] | None = None,
    is_open_on_holidays: bool = False,
) -> Calendar:
    """Put a calendar together."""
    by_resource: dict[UUID, list[WorkingHours]] = {}
    for one in (row for rows in working for row in rows):
        by_resource.setdefault(one.resource_id, []).append(one)
    by_day: dict[date, list[CalendarException]] = {}
    for special in exceptions:
        by_day.setdefault(special.on_date, []).append(special)
    return Calendar(
        zone=ZoneInfo(zone),
        hours=by_resource,
        exceptions=by_day,
        statutory=statutory or {},
        is_open_on_holidays=is_open_on_holidays,
    )


async def add_plan(
    database: Database,
    merchant_id: UUID,
    offering_id: UUID,
    *,
    starts: Sequence[time] = (time(9), time(11)),
    resources: Sequence[UUID] = (),
    is_per_resource: bool = True,
    horizon_days: int = 7,
) -> None:
    """Have an offering's slots made: its resources work from 8 to 18 every day."""
    async with database.begin(system_actor(merchant_id)) as tx:
        await tx.connection.execute(
            "UPDATE offering SET horizon_days = $3 WHERE merchant_id = $1 AND id = $2",
            merchant_id,
            offering_id,
            horizon_days,
        )
        await tx.connection.execute(
            "INSERT INTO slot_plan (merchant_id, offering_id, start_times, capacity,"
            " is_per_resource) VALUES ($1, $2, $3, 1, $4)",
            merchant_id,
            offering_id,
            list(starts),
            is_per_resource,
        )
        await tx.connection.executemany(
            "INSERT INTO offering_resource (merchant_id, offering_id, resource_id)"
            " VALUES ($1, $2, $3)",
            [(merchant_id, offering_id, one) for one in resources],
        )
        await tx.connection.executemany(
            "INSERT INTO working_hours (merchant_id, resource_id, weekday, starts, ends)"
            " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            [(merchant_id, one, day, time(8), time(18)) for one in resources for day in EVERY_DAY],
        )


async def add_exception(
    database: Database,
    merchant_id: UUID,
    on_date: date,
    name: str,
    *,
    is_open: bool = False,
    resource_id: UUID | None = None,
) -> None:
    """Have a whole day differ."""
    async with database.begin(system_actor(merchant_id)) as tx:
        await tx.connection.execute(
            "INSERT INTO calendar_exception (merchant_id, id, resource_id, on_date, is_open, name)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            merchant_id,
            new_id(),
            resource_id,
            on_date,
            is_open,
            name,
        )
