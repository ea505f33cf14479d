"""An offering's rules as the console sees them."""

from datetime import datetime
from itertools import pairwise
from uuid import UUID

import msgspec

from shunyue.catalog.api import (
    Offering,
    OfferingKind,
    RuleSet,
    RulesVersion,
    changes_between,
    sentences_of,
    warnings_of,
)


class RulesPreview(msgspec.Struct, frozen=True):
    """Rules in words: what customers will read, and what is hardly meant."""

    sentences: list[str]
    warnings: list[str]


class RulesChange(msgspec.Struct, frozen=True, kw_only=True):
    """A step in the history of rules; the first one changed nothing."""

    version: int
    changed_at: datetime
    changed_by: str | None
    changes: list[str]


class OfferingRulesView(msgspec.Struct, frozen=True, kw_only=True):
    """The newest rules of an offering, in words too, and how they came about."""

    offering_id: UUID
    offering_name: str
    kind: OfferingKind
    version: int
    rules: RuleSet
    preview: RulesPreview
    history: list[RulesChange]


class ChangeRules(RuleSet, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """New rules, and the version that was seen while they were written."""

    seen_version: int


def preview_of(rules: RuleSet) -> RulesPreview:
    """Put rules into words."""
    return RulesPreview(sentences_of(rules), warnings_of(rules))


def rules_view(
    offering: Offering, versions: list[RulesVersion], *, shown_at_most: int
) -> OfferingRulesView:
    """Show rules; `versions` are newest first, one more than is shown when there are more."""
    steps = [
        RulesChange(
            version=one.version,
            changed_at=one.changed_at,
            changed_by=one.changed_by,
            changes=changes_between(before.rules, one.rules),
        )
        for one, before in pairwise([*versions, versions[-1]])
    ]
    return OfferingRulesView(
        offering_id=offering.id,
        offering_name=offering.name,
        kind=offering.kind,
        version=versions[0].version,
        rules=versions[0].rules,
        preview=preview_of(versions[0].rules),
        history=steps[:shown_at_most],
    )
