"""What other domains may know of scheduling."""

from shunyue.scheduling.adding import SlotWish, add_slot
from shunyue.scheduling.availability import AvailabilityCache, slot_look
from shunyue.scheduling.closing import Closing, ClosingOutcome, close_slots, open_slot
from shunyue.scheduling.commands import extend_slots, store_statutory_days
from shunyue.scheduling.errors import (
    DateOutOfRange,
    ResourceBusyElsewhere,
    SlotClosedAlready,
    SlotClosedByRule,
    SlotExists,
    SlotInUse,
    SlotNotFound,
    SlotNotPossible,
    SlotStarted,
)
from shunyue.scheduling.events import SlotsEdited
from shunyue.scheduling.queries import (
    active_resources,
    exceptions_between,
    next_free_slots,
    resource_by_id,
    resources_of,
    slot_by_id,
    slots_of_day,
    slots_touched_by,
    suppliable,
    working_hours,
)
from shunyue.scheduling.records import (
    CLOSED_BY_RULE,
    NewSlot,
    Resource,
    Slot,
    SlotView,
    SuppliedOffering,
)
from shunyue.scheduling.schemas import ResourceView, SlotLook, SlotTimes
from shunyue.scheduling.statutory import known_statutory_days

__all__ = [
    "CLOSED_BY_RULE",
    "AvailabilityCache",
    "Closing",
    "ClosingOutcome",
    "DateOutOfRange",
    "NewSlot",
    "Resource",
    "ResourceBusyElsewhere",
    "ResourceView",
    "Slot",
    "SlotClosedAlready",
    "SlotClosedByRule",
    "SlotExists",
    "SlotInUse",
    "SlotLook",
    "SlotNotFound",
    "SlotNotPossible",
    "SlotStarted",
    "SlotTimes",
    "SlotView",
    "SlotWish",
    "SlotsEdited",
    "SuppliedOffering",
    "active_resources",
    "add_slot",
    "close_slots",
    "exceptions_between",
    "extend_slots",
    "known_statutory_days",
    "next_free_slots",
    "open_slot",
    "resource_by_id",
    "resources_of",
    "slot_by_id",
    "slot_look",
    "slots_of_day",
    "slots_touched_by",
    "store_statutory_days",
    "suppliable",
    "working_hours",
]
