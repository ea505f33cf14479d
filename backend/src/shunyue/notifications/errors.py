"""Refusals of notifications."""

from shunyue.kernel.errors import DomainError


class MessageNotFound(DomainError):
    """The inbox has no such message."""

    status = 404
    code = "message_not_found"
