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
    RuleSet,
    RulesVersion,
)
from shunyue.kernel.database import Transaction

_OFFERING = """
    SELECT o.*, l.name AS location_name, l.address AS location_address
      FROM offering o
      LEFT JOIN location l ON l.merchant_id = o.merchant_id AND l.id = o.location_id
     WHERE o.merchant_id = $1 AND o.is_published
"""
_RULES = "max_open, max_party, notice_minutes, horizon_days, free_until_hours, fee_percent"
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


async def lock_rules(tx: Transaction, offering_id: UUID) -> tuple[int, RuleSet] | None:
    """Read version and rules of a published offering and keep others from changing them."""
    row = await tx.connection.fetchrow(
        f"SELECT {_RULES}, rules_version FROM offering"
        " WHERE merchant_id = $1 AND id = $2 AND is_published FOR NO KEY UPDATE",
        tx.merchant_id,
        offering_id,
    )
    return (row["rules_version"], _rule_set(row)) if row else None


async def add_rules_version(
    tx: Transaction, offering_id: UUID, version: int, rules: RuleSet
) -> None:
    """Store a version and make it the offering's; the caller has locked the rules."""
    await tx.connection.execute(
        f"WITH added AS (INSERT INTO offering_rules (merchant_id, offering_id, version, {_RULES},"
        "  changed_at, changed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        "  RETURNING *)"
        " UPDATE offering o SET max_open = a.max_open, max_party = a.max_party,"
        " notice_minutes = a.notice_minutes, horizon_days = a.horizon_days,"
        " free_until_hours = a.free_until_hours, fee_percent = a.fee_percent,"
        " rules_version = a.version"
        " FROM added a WHERE o.merchant_id = a.merchant_id AND o.id = a.offering_id",
        tx.merchant_id,
        offering_id,
        version,
        rules.max_open,
        rules.max_party,
        rules.notice_minutes,
        rules.horizon_days,
        rules.free_until_hours,
        rules.fee_percent,
        tx.now,
        tx.actor.id,
    )


async def rules_versions(tx: Transaction, offering_id: UUID, limit: int) -> list[RulesVersion]:
    """List the latest versions of an offering's rules, newest first."""
    rows = await tx.connection.fetch(
        "SELECT r.*, s.name AS staff_name FROM offering_rules r"
        " LEFT JOIN staff_member s ON s.merchant_id = r.merchant_id AND s.id = r.changed_by"
        " WHERE r.merchant_id = $1 AND r.offering_id = $2 ORDER BY r.version DESC LIMIT $3",
        tx.merchant_id,
        offering_id,
        limit,
    )
    return [
        RulesVersion(
            version=row["version"],
            rules=_rule_set(row),
            changed_at=row["changed_at"],
            changed_by=row["staff_name"],
        )
        for row in rows
    ]


def _rule_set(row: asyncpg.Record) -> RuleSet:
    return RuleSet(**{name: row[name] for name in RuleSet.__struct_fields__})


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
            row["max_party"],
            row["notice_minutes"],
            row["horizon_days"],
            row["max_open"],
            row["rules_version"],
        ),
    )
