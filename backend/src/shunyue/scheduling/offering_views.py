"""Offerings as customers see them: what it is, what it costs, and when it can be had next."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from shunyue.catalog.api import (
    BookingRules,
    CancellationPolicy,
    Location,
    Offering,
    OfferingKind,
    Review,
)
from shunyue.scheduling.records import Resource, SlotView
from shunyue.scheduling.schemas import ResourceView


class NextFree(msgspec.Struct, frozen=True, kw_only=True):
    """The earliest slot that can be had."""

    slot_id: UUID
    starts_at: datetime
    ends_at: datetime
    places_left: int
    capacity: int


class OfferingCard(msgspec.Struct, frozen=True, kw_only=True):
    """An offering in the list."""

    id: UUID
    kind: OfferingKind
    name: str
    summary: str
    cover_url: str
    price_fen: int
    price_from: bool
    price_unit: str
    price_note: str | None
    duration_minutes: int
    location_mode: str
    facts: list[str]
    rating: float | None
    review_count: int
    next_free: NextFree | None


class ContentView(msgspec.Struct, frozen=True):
    """A heading and its text."""

    heading: str
    text: str


class ReviewView(msgspec.Struct, frozen=True, kw_only=True):
    """What a past customer thought."""

    id: UUID
    author: str
    rating: int
    text: str
    reviewed_on: date
    reply: str | None


class OfferingView(OfferingCard, frozen=True, kw_only=True):
    """An offering with everything needed to decide."""

    content: list[ContentView]
    notes: list[str]
    images: list[str]
    cancellation: CancellationPolicy
    rules: BookingRules
    location: Location | None
    service_area: str | None
    resource_word: str
    resources: list[ResourceView]
    reviews: list[ReviewView]
    rating_stars: list[int]


class OfferingList(msgspec.Struct, frozen=True):
    """All offerings, in the merchant's order."""

    items: list[OfferingCard]


class ReviewList(msgspec.Struct, frozen=True):
    """A page of reviews."""

    items: list[ReviewView]
    next_cursor: str | None


def offering_card(offering: Offering, free: SlotView | None) -> OfferingCard:
    """Show an offering in the list."""
    return OfferingCard(**_card(offering, free))


def offering_view(
    offering: Offering, free: SlotView | None, resources: list[Resource], reviews: list[Review]
) -> OfferingView:
    """Show an offering."""
    return OfferingView(
        **_card(offering, free),
        content=[ContentView(part.heading, part.text) for part in offering.content],
        notes=offering.notes,
        images=offering.images,
        cancellation=offering.policy,
        rules=offering.rules,
        location=offering.location,
        service_area=offering.service_area,
        resource_word=offering.resource_word,
        resources=[resource_view(one) for one in resources],
        reviews=[review_view(one) for one in reviews],
        rating_stars=offering.rating_stars,
    )


def resource_view(resource: Resource) -> ResourceView:
    """Show who or what can be chosen."""
    return ResourceView(
        id=resource.id,
        kind=resource.kind,
        name=resource.name,
        title=resource.title,
        bio=resource.bio,
        photo_url=resource.photo_url,
    )


def review_view(review: Review) -> ReviewView:
    """Show a review."""
    return ReviewView(
        id=review.id,
        author=review.author,
        rating=review.rating,
        text=review.text,
        reviewed_on=review.reviewed_on,
        reply=review.reply,
    )


def _card(offering: Offering, free: SlotView | None) -> dict[str, Any]:
    return {
        "id": offering.id,
        "kind": offering.kind,
        "name": offering.name,
        "summary": offering.summary,
        "cover_url": offering.cover_url,
        "price_fen": offering.price_fen,
        "price_from": offering.is_price_from,
        "price_unit": offering.price_unit,
        "price_note": offering.price_note,
        "duration_minutes": offering.duration_minutes,
        "location_mode": offering.location_mode,
        "facts": offering.facts,
        "rating": offering.rating,
        "review_count": offering.review_count,
        "next_free": free
        and NextFree(
            slot_id=free.id,
            starts_at=free.starts_at,
            ends_at=free.ends_at,
            places_left=free.places_left,
            capacity=free.capacity,
        ),
    }
