"""Shapes of scheduling as clients see them."""

import datetime as dt
from typing import Literal
from uuid import UUID

import msgspec

from shunyue.scheduling.policy import LookReason, LookState

DayState = Literal["open", "full", "closed", "past", "beyond"]


class SlotLook(msgspec.Struct, frozen=True, kw_only=True):
    """A slot in the day view: green `free`, red `full` or grey `off` with its reason in words."""

    id: UUID
    starts_at: dt.datetime
    ends_at: dt.datetime
    resource_id: UUID | None
    state: LookState
    reason: LookReason | None
    reason_text: str | None
    places_left: int
    capacity: int


class DayView(msgspec.Struct, frozen=True, kw_only=True):
    """A day in the strip. `free_slots` counts starting times, `free_places` all places."""

    date: dt.date
    state: DayState
    reason: str | None
    reason_text: str | None
    free_slots: int
    free_places: int
    slots: list[SlotLook]


class AvailabilityView(msgspec.Struct, frozen=True, kw_only=True):
    """An offering's days and slots, in the merchant's time zone."""

    offering_id: UUID
    time_zone: str
    today: dt.date
    last_bookable_on: dt.date
    server_time: dt.datetime
    days: list[DayView]


class ResourceView(msgspec.Struct, frozen=True, kw_only=True):
    """Who or what can be chosen."""

    id: UUID
    kind: str
    name: str
    title: str
    bio: str
    photo_url: str


class SlotTimes(msgspec.Struct, frozen=True, kw_only=True):
    """When a slot takes place."""

    id: UUID
    starts_at: dt.datetime
    ends_at: dt.datetime
