"""Refusals of payments."""

from shunyue.kernel.errors import DomainError


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
