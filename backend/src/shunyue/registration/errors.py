"""Refusals of registration."""

from shunyue.kernel.errors import DomainError


class RegistrationIncomplete(DomainError):
    """Something is missing or wrong; `fields` name each."""

    status = 422
    code = "registration_incomplete"


class AlreadyRegistered(DomainError):
    """The order was registered before."""

    code = "already_registered"


class FieldNotFound(DomainError):
    """The form asks no such question."""

    status = 404
    code = "field_not_found"


class ValueTooLong(DomainError):
    """More than a draft keeps of one field."""

    status = 422
    code = "value_too_long"
