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
