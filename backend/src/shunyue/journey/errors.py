"""Refusals where booking, registration and payment meet."""

from shunyue.kernel.errors import DomainError


class RegistrationRequired(DomainError):
    """Register first; then pay."""

    code = "registration_required"


class PaymentWindowOver(DomainError):
    """The time to pay is over; the places went back or are about to."""

    status = 410
    code = "payment_window_over"


class OrderAlreadyPaid(DomainError):
    """Nothing is owed any more."""

    code = "order_already_paid"


class OrderNotCancellable(DomainError):
    """The order is over, or paid: cancelling that comes with refunds by policy."""

    code = "order_not_cancellable"
