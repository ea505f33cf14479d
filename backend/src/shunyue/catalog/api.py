"""What other domains may know of the catalog."""

from shunyue.catalog.commands import change_rules
from shunyue.catalog.errors import InvalidRules, OfferingNotFound, RulesChangedMeanwhile
from shunyue.catalog.events import RulesChanged
from shunyue.catalog.policy import (
    cancellation_fee_fen,
    changes_between,
    check_rules,
    free_until,
    late_fee_fen,
    rule_set_of,
    sentences_of,
    warnings_of,
)
from shunyue.catalog.queries import (
    offering_by_id,
    published_offerings,
    reviews_of,
    rules_versions,
)
from shunyue.catalog.records import (
    BookingRules,
    CancellationPolicy,
    Location,
    LocationMode,
    Offering,
    OfferingKind,
    Review,
    RuleSet,
    RulesVersion,
)

__all__ = [
    "BookingRules",
    "CancellationPolicy",
    "InvalidRules",
    "Location",
    "LocationMode",
    "Offering",
    "OfferingKind",
    "OfferingNotFound",
    "Review",
    "RuleSet",
    "RulesChanged",
    "RulesChangedMeanwhile",
    "RulesVersion",
    "cancellation_fee_fen",
    "change_rules",
    "changes_between",
    "check_rules",
    "free_until",
    "late_fee_fen",
    "offering_by_id",
    "published_offerings",
    "reviews_of",
    "rule_set_of",
    "rules_versions",
    "sentences_of",
    "warnings_of",
]
