"""Refusals where booking, registration and payment meet."""

from shunyue.kernel.errors import DomainError


class RegistrationRequired(DomainError):
    """Register first; then pay."""

    code = "registration_required"


class OrderNotCancellable(DomainError):
    """The order is over, or paid: cancelling that comes with refunds by policy."""

    code = "order_not_cancellable"
