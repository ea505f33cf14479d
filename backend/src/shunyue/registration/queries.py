"""SQL of registration."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from shunyue.kernel.database import Transaction
from shunyue.kernel.ids import new_id
from shunyue.ordering.api import Order
from shunyue.registration.records import DraftField, Form, FormField, Registration


async def form_of_order(tx: Transaction, order: Order) -> Form:
    """Read the form that an order is registered with: the newest one when the order was placed.

    A form edited afterwards asks the next customer. Nobody is refused for a question that was not
    on the screen.
    """
    row = await tx.connection.fetchrow(
        "SELECT id, version, title, fields FROM form WHERE merchant_id = $1 AND kind = $2"
        " ORDER BY created_at <= $3 DESC, CASE WHEN created_at <= $3 THEN -version ELSE version END"
        " LIMIT 1",
        tx.merchant_id,
        order.terms.offering.kind,
        order.placed_at,
    )
    assert row is not None, f"merchant has no form for {order.terms.offering.kind}"
    return _form(row)


async def form_by_id(tx: Transaction, form_id: UUID) -> Form:
    """Read the version of a form that something was handed in with."""
    row = await tx.connection.fetchrow(
        "SELECT id, version, title, fields FROM form WHERE merchant_id = $1 AND id = $2",
        tx.merchant_id,
        form_id,
    )
    assert row is not None
    return _form(row)


def _form(row: asyncpg.Record) -> Form:
    fields = msgspec.convert(row["fields"], list[FormField])
    return Form(id=row["id"], version=row["version"], title=row["title"], fields=fields)


async def draft_of(tx: Transaction, order_id: UUID) -> dict[str, DraftField]:
    """Read what was typed so far."""
    rows = await tx.connection.fetch(
        "SELECT key, value, version, saved_at FROM registration_draft"
        " WHERE merchant_id = $1 AND order_id = $2",
        tx.merchant_id,
        order_id,
    )
    return {
        row["key"]: DraftField(value=row["value"], version=row["version"], saved_at=row["saved_at"])
        for row in rows
    }


async def save_draft_field(tx: Transaction, order_id: UUID, key: str, value: Any) -> DraftField:
    """Keep a field; the last one to save wins, and the version tells who came after whom."""
    row = await tx.connection.fetchrow(
        "INSERT INTO registration_draft AS d (merchant_id, order_id, key, value, version, saved_at)"
        " VALUES ($1, $2, $3, coalesce($4, 'null'::jsonb), 1, $5)"
        " ON CONFLICT (merchant_id, order_id, key) DO UPDATE"
        " SET value = excluded.value, version = d.version + 1, saved_at = excluded.saved_at"
        " RETURNING value, version, saved_at",
        tx.merchant_id,
        order_id,
        key,
        value,
        tx.now,
    )
    assert row is not None
    return DraftField(**row)


async def store_registration(
    tx: Transaction, order: Order, form_id: UUID, answers: dict[str, Any], *, name: str | None
) -> None:
    """Keep what was handed in instead of its draft; a customer without a name gets `name`."""
    await tx.connection.execute(
        "WITH handed_in AS (INSERT INTO registration"
        "  (merchant_id, id, order_id, form_id, answers, submitted_at)"
        "  VALUES ($1, $2, $3, $4, $5, $6)),"
        " draft AS (DELETE FROM registration_draft WHERE merchant_id = $1 AND order_id = $3)"
        " UPDATE customer SET name = $8 WHERE merchant_id = $1 AND id = $7 AND name IS NULL"
        "  AND $8::text IS NOT NULL",
        tx.merchant_id,
        new_id(),
        order.id,
        form_id,
        answers,
        tx.now,
        order.customer_id,
        name,
    )


async def registration_of(tx: Transaction, order_id: UUID) -> Registration | None:
    """Read what was handed in for an order."""
    row = await tx.connection.fetchrow(
        "SELECT form_id, answers, submitted_at FROM registration"
        " WHERE merchant_id = $1 AND order_id = $2",
        tx.merchant_id,
        order_id,
    )
    return Registration(**row) if row else None
