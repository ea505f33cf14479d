"""Rows of the catalog."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

OfferingKind = Literal["personal", "business", "event"]
LocationMode = Literal["on_site", "at_customer"]


class ContentPart(msgspec.Struct, frozen=True):
    """One heading and its text in an offering's description."""

    heading: str
    text: str


class Location(msgspec.Struct, frozen=True):
    """Where a merchant serves, and in which room."""

    name: str
    address: str
    room: str | None


class CancellationPolicy(msgspec.Struct, frozen=True):
    """Free until that many hours before the slot starts; later the percentage of the price."""

    free_until_hours: int
    fee_percent: int


class BookingRules(msgspec.Struct, frozen=True):
    """What may be booked when. `version` is copied into each order.

    `max_open` is how many bookings that have not ended a customer may have; None is any number.
    """

    max_party: int
    notice_minutes: int
    horizon_days: int
    max_open: int | None
    version: int


class RuleSet(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that an offering's rules say, as one version of them.

    `max_open` None is any number of open bookings; the fee is a percentage of the price.
    """

    max_open: int | None
    max_party: int
    notice_minutes: int
    horizon_days: int
    free_until_hours: int
    fee_percent: int


class RulesVersion(msgspec.Struct, frozen=True, kw_only=True):
    """Rules as they were set at a time; nobody's when they came with the offering."""

    version: int
    rules: RuleSet
    changed_at: datetime
    changed_by: str | None


class Offering(msgspec.Struct, frozen=True, kw_only=True):
    """What a merchant sells by time slot. The price is for one place."""

    id: UUID
    kind: OfferingKind
    name: str
    summary: str
    facts: list[str]
    content: list[ContentPart]
    notes: list[str]
    cover_url: str
    images: list[str]
    price_fen: int
    is_price_from: bool
    price_unit: str
    price_note: str | None
    duration_minutes: int
    location_mode: LocationMode
    location: Location | None
    service_area: str | None
    resource_word: str
    policy: CancellationPolicy
    rules: BookingRules
    rating_sum: int
    rating_stars: list[int]
    review_count: int

    @property
    def rating(self) -> float | None:
        """The mean of all reviews to one decimal; None while there is none."""
        return round(self.rating_sum / self.review_count, 1) if self.review_count else None


class Review(msgspec.Struct, frozen=True):
    """What a past customer thought."""

    id: UUID
    author: str
    rating: int
    text: str
    reviewed_on: date
    reply: str | None
