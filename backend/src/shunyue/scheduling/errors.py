"""Refusals of scheduling."""

from shunyue.kernel.errors import DomainError


class SlotNotFound(DomainError):
    """The merchant has no such slot."""

    status = 404
    code = "slot_not_found"


class DateOutOfRange(DomainError):
    """The days asked for lie before today or beyond what can be shown."""

    status = 422
    code = "date_out_of_range"


class SlotInUse(DomainError):
    """Somebody holds a place, so the slot can't be closed; `holders` and `who` name them."""

    code = "slot_in_use"


class SlotStarted(DomainError):
    """The slot has begun or is over: nothing about it changes any more."""

    code = "slot_started"


class SlotClosedAlready(DomainError):
    """The slot is closed, by hand or by a rule."""

    code = "slot_closed_already"


class SlotClosedByRule(DomainError):
    """A holiday or day off closes the slot; `rule` names it."""

    code = "slot_closed_by_rule"


class ResourceBusyElsewhere(DomainError):
    """Something else keeps `resource` busy at that time."""

    code = "resource_busy_elsewhere"


class SlotExists(DomainError):
    """The offering has a slot at this time with this resource already."""

    code = "slot_exists"


class SlotNotPossible(DomainError):
    """The slot can't be added as asked; `fields` say why."""

    status = 422
    code = "slot_not_possible"
