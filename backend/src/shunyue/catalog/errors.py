"""Refusals of the catalog."""

from shunyue.kernel.errors import DomainError


class OfferingNotFound(DomainError):
    """The merchant offers no such thing (any more)."""

    status = 404
    code = "offering_not_found"
