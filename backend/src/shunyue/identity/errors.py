"""Refusals of identity."""

from shunyue.kernel.errors import DomainError


class InvalidPhone(DomainError):
    """Not an 11-digit mobile number."""

    status = 422
    code = "invalid_phone"


class CodeSentRecently(DomainError):
    """A code is on its way; the next one may be asked for later."""

    status = 429
    code = "code_sent_recently"


class WrongCode(DomainError):
    """The code is not the one that was sent."""

    status = 422
    code = "wrong_code"


class CodeExpired(DomainError):
    """No code is waiting any more: too old, used, or tried too often."""

    status = 410
    code = "code_expired"


class WrongCredentials(DomainError):
    """Merchant, account or password is wrong; which one is not told."""

    status = 401
    code = "wrong_credentials"


class LoginEnded(DomainError):
    """The refresh token belongs to no live login."""

    status = 401
    code = "login_ended"


class LoginNotFound(DomainError):
    """The acting person has no such login."""

    status = 404
    code = "login_not_found"


class SmsUnavailable(DomainError):
    """No SMS provider is configured on this install."""

    status = 503
    code = "sms_unavailable"
