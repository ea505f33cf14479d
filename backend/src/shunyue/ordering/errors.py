"""Refusals of ordering."""

from shunyue.kernel.errors import DomainError


class OrderNotFound(DomainError):
    """No order of this number, or it is somebody else's."""

    status = 404
    code = "order_not_found"
