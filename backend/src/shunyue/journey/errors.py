"""Refusals where booking, registration and payment meet."""

from shunyue.kernel.errors import DomainError


class RegistrationRequired(DomainError):
    """Register first; then pay."""

    code = "registration_required"


class OrderNotCancellable(DomainError):
    """The order is over: it ran out, or was cancelled before."""

    code = "order_not_cancellable"


class OrderNotBooked(DomainError):
    """Only what is booked, and not cancelled, stands in a calendar."""

    code = "order_not_booked"


class CalendarNotFound(DomainError):
    """Nobody has this calendar's address, or it was ended."""

    status = 404
    code = "calendar_not_found"


class SlotHasBegun(DomainError):
    """What was booked has begun, or is over."""

    status = 410
    code = "slot_has_begun"


class CancellationFeeChanged(DomainError):
    """Cancelling costs something else by now; `fee_fen` and `refund_fen` say what."""

    code = "cancellation_fee_changed"
