"""SQL of the catalog."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from shunyue.catalog.errors import OfferingNotFound
from shunyue.catalog.records import (
    BookingRules,
    CancellationPolicy,
    ContentPart,
    Location,
    Offering,
    Review,
)
from shunyue.kernel.database import Transaction

_OFFERING = """
    SELECT o.*, l.name AS location_name, l.address AS location_address
      FROM offering o
      LEFT JOIN location l ON l.merchant_id = o.merchant_id AND l.id = o.location_id
     WHERE o.merchant_id = $1 AND o.is_published
"""
_PLAIN = (
    "id", "kind", "name", "summary", "facts", "notes", "cover_url", "images", "price_fen",
    "is_price_from", "price_unit", "price_note", "duration_minutes", "location_mode",
    "service_area", "resource_word", "rating_sum", "rating_stars", "review_count",
)  # fmt: skip


async def published_offerings(tx: Transaction) -> list[Offering]:
    """List what the merchant offers, in the merchant's order."""
    rows = await tx.connection.fetch(_OFFERING + " ORDER BY o.position, o.id", tx.merchant_id)
    return [_offering(row) for row in rows]


async def offering_by_id(tx: Transaction, offering_id: UUID) -> Offering:
    """Read one published offering; raises `OfferingNotFound`."""
    row = await tx.connection.fetchrow(_OFFERING + " AND o.id = $2", tx.merchant_id, offering_id)
    if row is None:
        raise OfferingNotFound
    return _offering(row)


async def reviews_of(
    tx: Transaction, offering_id: UUID, *, after: UUID | None, limit: int
) -> list[Review]:
    """List reviews, newest first, starting after the review `after`."""
    rows = await tx.connection.fetch(
        "SELECT id, author, rating, text, reviewed_on, reply FROM review"
        " WHERE merchant_id = $1 AND offering_id = $2 AND ($3::uuid IS NULL OR (reviewed_on, id) <"
        " (SELECT reviewed_on, id FROM review WHERE merchant_id = $1 AND id = $3))"
        " ORDER BY reviewed_on DESC, id DESC LIMIT $4",
        tx.merchant_id,
        offering_id,
        after,
        limit,
    )
    return [Review(**row) for row in rows]


def _offering(row: asyncpg.Record) -> Offering:
    plain: dict[str, Any] = {name: row[name] for name in _PLAIN}
    location = None
    if row["location_name"] is not None:
        location = Location(row["location_name"], row["location_address"], row["room"])
    return Offering(
        **plain,
        content=msgspec.convert(row["content"], list[ContentPart]),
        location=location,
        policy=CancellationPolicy(row["free_until_hours"], row["fee_percent"]),
        rules=BookingRules(
            row["max_party"], row["notice_minutes"], row["horizon_days"], row["rules_version"]
        ),
    )
