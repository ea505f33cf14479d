"""Refusals of the catalog."""

from shunyue.kernel.errors import DomainError


class OfferingNotFound(DomainError):
    """The merchant offers no such thing (any more)."""

    status = 404
    code = "offering_not_found"


class InvalidRules(DomainError):
    """Numbers of the rules lie outside what makes sense; `fields` name every one."""

    status = 422
    code = "invalid_rules"


class RulesChangedMeanwhile(DomainError):
    """Somebody else changed the rules after they were read; `version` is the newest."""

    code = "rules_changed_meanwhile"
