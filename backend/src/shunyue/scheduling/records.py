"""Rows of scheduling."""

from datetime import date, datetime, time
from typing import Literal
from uuid import UUID

import msgspec

ResourceKind = Literal["staff", "room", "equipment", "team"]
ClosedReason = Literal["break", "holiday", "day_off", "closed"]
# What a rule closed is opened by changing the rule.
CLOSED_BY_RULE: frozenset[ClosedReason] = frozenset({"holiday", "day_off"})


class Resource(msgspec.Struct, frozen=True):
    """A person, room, equipment or team that can be busy."""

    id: UUID
    kind: ResourceKind
    name: str
    title: str
    bio: str
    photo_url: str


class WorkingHours(msgspec.Struct, frozen=True):
    """Hours of a resource on a weekday (1 = Monday), local; a break has a name."""

    resource_id: UUID
    weekday: int
    starts: time
    ends: time
    break_name: str | None


class CalendarException(msgspec.Struct, frozen=True):
    """A day, or part of it, that differs; without a resource it counts for all."""

    resource_id: UUID | None
    on_date: date
    starts: time | None
    ends: time | None
    is_open: bool
    name: str


class StatutoryDay(msgspec.Struct, frozen=True):
    """A day the state declared a holiday, or a workday in exchange for one."""

    on_date: date
    kind: Literal["holiday", "workday"]
    name: str


class SlotPlan(msgspec.Struct, frozen=True, kw_only=True):
    """How an offering's slots are made, day by day."""

    offering_id: UUID
    start_times: list[time]
    capacity: int
    buffer_minutes: int
    is_per_resource: bool
    extended_to: date | None
    duration_minutes: int
    notice_minutes: int
    horizon_days: int
    max_party: int
    max_open: int | None
    resource_ids: list[UUID]


class SlotView(msgspec.Struct, frozen=True, kw_only=True):
    """A slot as it stands at one instant, expired holds and busy resources considered."""

    id: UUID
    offering_id: UUID
    resource_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime | None
    closes_at: datetime
    capacity: int
    state: Literal["open", "closed"]
    closed_reason: ClosedReason | None
    closed_text: str | None
    places_left: int
    is_resource_busy: bool


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """When and with whom something takes place."""

    id: UUID
    offering_id: UUID
    resource_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    capacity: int


class SuppliedOffering(msgspec.Struct, frozen=True, kw_only=True):
    """What slots can be added for, with what a slot is like unless told otherwise."""

    id: UUID
    name: str
    duration_minutes: int
    notice_minutes: int
    horizon_days: int
    max_party: int
    max_open: int | None
    capacity: int
    buffer_minutes: int
    is_per_resource: bool
    resource_ids: list[UUID]


class NewSlot(msgspec.Struct, frozen=True, kw_only=True):
    """A slot added by hand."""

    id: UUID
    offering_id: UUID
    resource_id: UUID | None
    resource_ids: list[UUID]
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    capacity: int
    max_party: int
    max_open: int | None
    is_occupying_when_taken: bool
    occupied_from: datetime
    occupied_until: datetime
