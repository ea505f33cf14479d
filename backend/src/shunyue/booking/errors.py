"""Refusals of booking."""

from shunyue.kernel.errors import DomainError


class SlotFull(DomainError):
    """Fewer places are left than the party needs."""

    code = "slot_full"


class SlotTaken(DomainError):
    """Whoever is needed for it has just been booked elsewhere."""

    code = "slot_taken"


class SlotClosed(DomainError):
    """The merchant closed the slot."""

    code = "slot_closed"


class SlotPast(DomainError):
    """The slot has begun or is over."""

    status = 410
    code = "slot_past"


class SlotTooLate(DomainError):
    """The merchant asks for more notice than is left."""

    code = "slot_too_late"


class SlotTooEarly(DomainError):
    """The merchant takes bookings less far ahead."""

    code = "slot_too_early"


class TooManyOpenBookings(DomainError):
    """The customer has as many bookings that have not ended as the merchant allows."""

    code = "too_many_open_bookings"


class PartyTooLarge(DomainError):
    """More people than one booking of this offering may have."""

    status = 422
    code = "party_too_large"


class HoldNotFound(DomainError):
    """No such hold, or it is somebody else's."""

    status = 404
    code = "hold_not_found"


class HoldExpired(DomainError):
    """The places went back: the time was over, or the customer gave them up."""

    status = 410
    code = "hold_expired"


class PriceChanged(DomainError):
    """The price is no longer the one the customer was shown."""

    code = "price_changed"


class PolicyChanged(DomainError):
    """Cancelling no longer costs what the customer was shown."""

    code = "policy_changed"
