"""What other domains may know of the catalog."""

from shunyue.catalog.errors import OfferingNotFound
from shunyue.catalog.policy import cancellation_fee_fen, free_until, late_fee_fen
from shunyue.catalog.queries import offering_by_id, published_offerings, reviews_of
from shunyue.catalog.records import (
    BookingRules,
    CancellationPolicy,
    Location,
    LocationMode,
    Offering,
    OfferingKind,
    Review,
)

__all__ = [
    "BookingRules",
    "CancellationPolicy",
    "Location",
    "LocationMode",
    "Offering",
    "OfferingKind",
    "OfferingNotFound",
    "Review",
    "cancellation_fee_fen",
    "free_until",
    "late_fee_fen",
    "offering_by_id",
    "published_offerings",
    "reviews_of",
]
