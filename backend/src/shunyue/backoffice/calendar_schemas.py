"""The calendar as the console sees it."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from shunyue.backoffice.schemas import Block, BoardHours, LaneResource
from shunyue.scheduling.api import ClosingOutcome

_MOST_AT_ONCE = 100

SlotIds = Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=_MOST_AT_ONCE)]
# What customers read in the grey cell; longer is cut there.
Reason = Annotated[str, msgspec.Meta(max_length=20)]
LocalTime = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Capacity = Annotated[int, msgspec.Meta(ge=1, le=1000)]


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """Who is in a slot: by name, or by a phone number that is partly hidden."""

    name: str
    party_size: int
    order_number: str | None


class CalendarBlock(msgspec.Struct, frozen=True, kw_only=True):
    """A slot in the calendar, and what may be done with it."""

    block: Block
    offering_id: UUID
    offering_name: str
    reason_text: str | None
    holders: list[Holder]
    can_close: bool
    can_open: bool


class CalendarDay(msgspec.Struct, frozen=True, kw_only=True):
    """A local day; `ends_at` is 23 or 25 hours later where the clock changes."""

    date: date
    begins_at: datetime
    ends_at: datetime


class DayOff(msgspec.Struct, frozen=True, kw_only=True):
    """A day on which nothing of a lane is offered, and why."""

    date: date
    text: str


class CalendarLane(msgspec.Struct, frozen=True, kw_only=True):
    """A resource's days; without a resource, of slots that need none."""

    resource: LaneResource | None
    days_off: list[DayOff]
    blocks: list[CalendarBlock]


class CalendarOffering(msgspec.Struct, frozen=True, kw_only=True):
    """What slots can be added for. With `is_per_resource` a slot has exactly one resource."""

    id: UUID
    name: str
    duration_minutes: int
    capacity: int
    is_per_resource: bool
    resource_ids: list[UUID]


class CalendarView(msgspec.Struct, frozen=True, kw_only=True):
    """Days of the calendar. `resources` are all there are, also those filtered out of `lanes`."""

    time_zone: str
    today: date
    server_time: datetime
    days: list[CalendarDay]
    hours: BoardHours
    resources: list[LaneResource]
    offerings: list[CalendarOffering]
    lanes: list[CalendarLane]


class CloseSlot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a slot closes, as customers read it; empty for the usual word."""

    reason: Reason


class CloseSlots(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which slots close, and why."""

    slot_ids: SlotIds
    reason: Reason


class SlotClosing(msgspec.Struct, frozen=True, kw_only=True):
    """What came of closing a slot, in a code and in words; `holders` are who is in it."""

    slot_id: UUID
    outcome: ClosingOutcome
    message: str
    holders: list[Holder]


class SlotClosings(msgspec.Struct, frozen=True):
    """What came of closing each slot, in the order they were named."""

    items: list[SlotClosing]


class AddSlot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A slot to add: local day and times `HH:MM`; what is left out is the offering's usual."""

    offering_id: UUID
    on_date: date
    starts: LocalTime
    ends: LocalTime | None = None
    resource_ids: list[UUID] | None = None
    capacity: Capacity | None = None


class AddedSlot(msgspec.Struct, frozen=True, kw_only=True):
    """The slot that was added."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    capacity: int
