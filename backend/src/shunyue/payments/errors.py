"""Refusals of payments."""

from shunyue.kernel.errors import DomainError


class PaymentWindowOver(DomainError):
    """The time to pay is over; the places went back or are about to."""

    status = 410
    code = "payment_window_over"


class OrderAlreadyPaid(DomainError):
    """Nothing is owed any more."""

    code = "order_already_paid"


class ChannelNotOffered(DomainError):
    """The merchant does not take money this way."""

    code = "channel_not_offered"


class ProviderDown(DomainError):
    """The provider gave no answer to work with; the same request may be sent again."""

    status = 503
    code = "provider_unreachable"


class ProviderSaidNo(DomainError):
    """The provider refused to start this payment."""

    code = "provider_refused"
