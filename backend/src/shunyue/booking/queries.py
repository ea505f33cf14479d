"""SQL of booking."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from shunyue.booking.records import Hold, Placement
from shunyue.kernel.database import Connection, Transaction

TAKE_PLACES = (
    "SELECT ord, outcome, hold_id, slot_id, party_size, expires_at, places_left, capacity"
    " FROM take_places($1, $2, $3, $4, $5, $6, $7, $8) ORDER BY ord"
)

_HOLD = (
    "SELECT id, slot_id, customer_id, party_size, state, held_at, expires_at, confirmed_at"
    " FROM hold WHERE merchant_id = $1 AND id = $2"
)


def placement_of(row: asyncpg.Record | Sequence[Any]) -> Placement:
    """Turn a row of `take_places` into a Placement."""
    return Placement(row[1], row[2], row[3], row[4], row[5], row[6], row[7])


async def hold_by_id(tx: Transaction, hold_id: UUID) -> Hold | None:
    """Read a hold."""
    row = await tx.connection.fetchrow(_HOLD, tx.merchant_id, hold_id)
    return Hold(**row) if row else None


async def lock_hold(tx: Transaction, hold_id: UUID) -> Hold | None:
    """Read a hold and keep others from ending it."""
    row = await tx.connection.fetchrow(_HOLD + " FOR NO KEY UPDATE", tx.merchant_id, hold_id)
    return Hold(**row) if row else None


async def lock_slot_of_hold(tx: Transaction, hold_id: UUID) -> None:
    """Keep others from taking or giving back places of a hold's slot."""
    await tx.connection.execute(
        "SELECT 1 FROM slot s JOIN hold h ON h.merchant_id = s.merchant_id AND h.slot_id = s.id"
        " WHERE h.merchant_id = $1 AND h.id = $2 FOR NO KEY UPDATE OF s",
        tx.merchant_id,
        hold_id,
    )


async def merchants_with_holds_due(connection: Connection) -> list[UUID]:
    """List merchants that have holds whose time is over."""
    rows = await connection.fetch("SELECT merchants_with_holds_due() AS merchant_id")
    return [row["merchant_id"] for row in rows]


async def holds_due(tx: Transaction, limit: int) -> list[UUID]:
    """List holds whose time is over, the longest first."""
    rows = await tx.connection.fetch(
        "SELECT id FROM hold WHERE merchant_id = $1 AND state IN ('active', 'confirmed')"
        " AND expires_at <= $2 ORDER BY expires_at LIMIT $3",
        tx.merchant_id,
        tx.now,
        limit,
    )
    return [row["id"] for row in rows]


async def give_places_back(tx: Transaction, hold_ids: list[UUID], state: str) -> int:
    """End holds that are still open; returns how many were."""
    rows = await tx.connection.fetch(
        "SELECT hold_id FROM give_places_back($1, $2, $3)", tx.merchant_id, hold_ids, state
    )
    return len(rows)
