"""What other domains may know of scheduling."""

from shunyue.scheduling.availability import AvailabilityCache, slot_look
from shunyue.scheduling.commands import extend_slots, store_statutory_days
from shunyue.scheduling.errors import SlotNotFound
from shunyue.scheduling.queries import (
    active_resources,
    exceptions_between,
    next_free_slots,
    resource_by_id,
    resources_of,
    slot_by_id,
    slots_of_day,
    slots_touched_by,
    working_hours,
)
from shunyue.scheduling.records import Resource, Slot, SlotView
from shunyue.scheduling.schemas import ResourceView, SlotLook, SlotTimes
from shunyue.scheduling.statutory import known_statutory_days

__all__ = [
    "AvailabilityCache",
    "Resource",
    "ResourceView",
    "Slot",
    "SlotLook",
    "SlotNotFound",
    "SlotTimes",
    "SlotView",
    "active_resources",
    "exceptions_between",
    "extend_slots",
    "known_statutory_days",
    "next_free_slots",
    "resource_by_id",
    "resources_of",
    "slot_by_id",
    "slot_look",
    "slots_of_day",
    "slots_touched_by",
    "store_statutory_days",
    "working_hours",
]
