"""Refusals: every way the product says no, with a stable code and wording from the catalogue."""

from typing import Any, ClassVar

from shunyue.kernel.copy import wording


class FieldProblem:
    """What is wrong with one field of the request; `path` names it as the client sent it."""

    def __init__(self, path: str, code: str, **params: Any) -> None:
        self.path = path
        self.code = code
        self.params = params

    @property
    def message(self) -> str:
        """The sentence shown under the field."""
        return wording(f"field.{self.code}", self.params)


class DomainError(Exception):
    """A refusal. Subclasses state the fact; `code` and `params` are part of the API."""

    status: ClassVar[int] = 409
    code: ClassVar[str]

    def __init__(self, *fields: FieldProblem, **params: Any) -> None:
        super().__init__(self.code)
        self.fields = fields
        self.params = params

    @property
    def message(self) -> str:
        """The sentence shown to the person who asked."""
        return wording(self.code, self.params)


class Unauthenticated(DomainError):
    """No token, or one that ran out or was revoked."""

    status = 401
    code = "unauthenticated"


class Forbidden(DomainError):
    """The actor's role lacks the permission."""

    status = 403
    code = "forbidden"


class MerchantNotFound(DomainError):
    """No merchant has this name."""

    status = 404
    code = "merchant_not_found"


class InvalidRequest(DomainError):
    """The request's shape is wrong; `fields` name where."""

    status = 422
    code = "invalid_request"


class TooManyRequests(DomainError):
    """Tried too often; `retry_after_seconds` says when it is worth trying again."""

    status = 429
    code = "too_many_requests"


class RequestInProgress(DomainError):
    """The first request with this key is still running."""

    code = "request_in_progress"


class IdempotencyKeyReused(DomainError):
    """The key came with another body before."""

    status = 422
    code = "idempotency_key_reused"


class IdempotencyKeyMissing(DomainError):
    """A POST without `Idempotency-Key`."""

    status = 422
    code = "idempotency_key_missing"


class NotFound(DomainError):
    """Nothing is at this address."""

    status = 404
    code = "not_found"


class BodyTooLarge(DomainError):
    """The request body exceeds the limit."""

    status = 413
    code = "body_too_large"


class Unavailable(DomainError):
    """The database is away; the same request, under the same key, may be sent again."""

    status = 503
    code = "temporarily_unavailable"


class ServerFault(DomainError):
    """A bug of ours; details are in the log under the request id."""

    status = 500
    code = "server_fault"
