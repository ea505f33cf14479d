"""SQL of ordering."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from shunyue.kernel.database import Transaction
from shunyue.ordering.records import Order, OrderFact, Terms

_COLUMNS = (
    "id, number, customer_id, offering_id, slot_id, hold_id, party_size, state, payment_state,"
    " terms, payable_fen, placed_at, register_by, registered_at, pay_by, paid_at, ended_at,"
    " end_reason, end_note"
)


def order_of(row: asyncpg.Record) -> Order:
    """Turn a row with all columns of an order into an Order."""
    plain = {name: row[name] for name in Order.__struct_fields__ if name != "terms"}
    return Order(**plain, terms=msgspec.convert(row["terms"], Terms))


async def order_by_number(tx: Transaction, number: str) -> Order | None:
    """Read an order by the number people see."""
    row = await tx.connection.fetchrow(
        f"SELECT {_COLUMNS} FROM customer_order WHERE merchant_id = $1 AND number = $2",
        tx.merchant_id,
        number,
    )
    return order_of(row) if row else None


async def lock_order_by_number(tx: Transaction, number: str) -> Order | None:
    """Read an order and keep others from changing it."""
    row = await tx.connection.fetchrow(
        f"SELECT {_COLUMNS} FROM customer_order"
        " WHERE merchant_id = $1 AND number = $2 FOR NO KEY UPDATE",
        tx.merchant_id,
        number,
    )
    return order_of(row) if row else None


async def lock_order(tx: Transaction, order_id: UUID) -> Order:
    """Read an order that must exist and keep others from changing it."""
    row = await tx.connection.fetchrow(
        f"SELECT {_COLUMNS} FROM customer_order"
        " WHERE merchant_id = $1 AND id = $2 FOR NO KEY UPDATE",
        tx.merchant_id,
        order_id,
    )
    assert row is not None
    return order_of(row)


async def lock_order_of_hold(tx: Transaction, hold_id: UUID) -> Order | None:
    """Read the order that was issued for a hold and keep others from changing it."""
    row = await tx.connection.fetchrow(
        f"SELECT {_COLUMNS} FROM customer_order"
        " WHERE merchant_id = $1 AND hold_id = $2 FOR NO KEY UPDATE",
        tx.merchant_id,
        hold_id,
    )
    return order_of(row) if row else None


async def number_of_hold(tx: Transaction, hold_id: UUID) -> str | None:
    """Return the number of the order issued for a hold."""
    number: str | None = await tx.connection.fetchval(
        "SELECT number FROM customer_order WHERE merchant_id = $1 AND hold_id = $2",
        tx.merchant_id,
        hold_id,
    )
    return number


_OPEN = "state IN ('awaiting_registration', 'awaiting_payment')"


async def orders_of_customer(
    tx: Transaction, customer_id: UUID, *, is_open: bool | None, after: str | None, limit: int
) -> list[Order]:
    """List a customer's orders, newest first, after the number `after`.

    Open are those still to be registered, paid or attended; the others are past.
    """
    rows = await tx.connection.fetch(
        f"SELECT {_COLUMNS} FROM customer_order WHERE merchant_id = $1 AND customer_id = $2"
        " AND ($3::text IS NULL OR (placed_at, id) < (SELECT placed_at, id FROM customer_order"
        "      WHERE merchant_id = $1 AND number = $3))"
        f" AND ($6::boolean IS NULL OR $6 = ({_OPEN} OR (state = 'confirmed'"
        "      AND slot_starts_at > $5))) ORDER BY placed_at DESC, id DESC LIMIT $4",
        tx.merchant_id,
        customer_id,
        after,
        limit,
        tx.now,
        is_open,
    )
    return [order_of(row) for row in rows]


async def booked_orders(tx: Transaction, customer_id: UUID, since: datetime) -> list[Order]:
    """List a customer's orders from `since` on that are, or once were, agreed upon."""
    rows = await tx.connection.fetch(
        f"SELECT {_COLUMNS} FROM customer_order WHERE merchant_id = $1 AND customer_id = $2"
        " AND slot_starts_at > $3 AND (state = 'confirmed' OR (state = 'cancelled'"
        "      AND (paid_at IS NOT NULL OR payable_fen = 0))) ORDER BY slot_starts_at, id",
        tx.merchant_id,
        customer_id,
        since,
    )
    return [order_of(row) for row in rows]


async def facts_of(tx: Transaction, order_id: UUID) -> list[OrderFact]:
    """List what happened to an order, first things first."""
    rows = await tx.connection.fetch(
        "SELECT id, order_id, kind, at, actor_kind, actor_id, params FROM order_fact"
        " WHERE merchant_id = $1 AND order_id = $2 ORDER BY at, id",
        tx.merchant_id,
        order_id,
    )
    return [OrderFact(**row) for row in rows]


async def insert_order(tx: Transaction, order: Order, fact: OrderFact) -> bool:
    """Add an order with its first fact; returns False when its number is taken."""
    inserted = await tx.connection.fetchval(
        "WITH placed AS (INSERT INTO customer_order (merchant_id, id, number, customer_id,"
        " offering_id, slot_id, resource_id, hold_id, party_size, state, payment_state, terms,"
        " slot_starts_at, payable_fen, placed_at, register_by)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
        " ON CONFLICT (merchant_id, number) DO NOTHING RETURNING merchant_id, id)"
        f" {_INSERT_FACT} SELECT p.merchant_id, p.id, $17, $18, $19, $20, $21, $22 FROM placed p"
        " RETURNING true",
        tx.merchant_id,
        order.id,
        order.number,
        order.customer_id,
        order.offering_id,
        order.slot_id,
        order.terms.resource.id if order.terms.resource else None,
        order.hold_id,
        order.party_size,
        order.state,
        order.payment_state,
        msgspec.to_builtins(order.terms),
        order.terms.slot.starts_at,
        order.payable_fen,
        order.placed_at,
        order.register_by,
        *_values(fact),
    )
    return bool(inserted)


async def update_order(tx: Transaction, order: Order) -> None:
    """Store an order's progress: everything of it that may change."""
    await tx.connection.execute(
        f"{_UPDATE_ORDER} WHERE merchant_id = $1 AND id = $2", tx.merchant_id, *_progress(order)
    )


async def advance_order(tx: Transaction, order: Order, fact: OrderFact) -> None:
    """Store an order's progress and the fact that explains it."""
    await tx.connection.execute(
        f"WITH moved AS ({_UPDATE_ORDER} WHERE merchant_id = $1 AND id = $2)"
        f" {_INSERT_FACT} VALUES ($1, $2, $12, $13, $14, $15, $16, $17)",
        tx.merchant_id,
        *_progress(order),
        *_values(fact),
    )


_UPDATE_ORDER = (
    "UPDATE customer_order SET state = $3, payment_state = $4, registered_at = $5, pay_by = $6,"
    " paid_at = $7, ended_at = $8, end_reason = $9, hold_id = $10, end_note = $11"
)
_INSERT_FACT = (
    "INSERT INTO order_fact (merchant_id, order_id, id, kind, at, actor_kind, actor_id, params)"
)


def _progress(order: Order) -> tuple[Any, ...]:
    return (
        order.id,
        order.state,
        order.payment_state,
        order.registered_at,
        order.pay_by,
        order.paid_at,
        order.ended_at,
        order.end_reason,
        order.hold_id,
        order.end_note,
    )


def _values(fact: OrderFact) -> tuple[Any, ...]:
    return fact.id, fact.kind, fact.at, fact.actor_kind, fact.actor_id, fact.params


async def recent_facts(tx: Transaction, since: datetime, limit: int) -> list[asyncpg.Record]:
    """List the latest facts of all orders with what a feed shows of each."""
    rows: list[asyncpg.Record] = await tx.connection.fetch(
        "SELECT f.id, f.kind, f.at, f.params, o.number, o.customer_id, o.terms, o.slot_starts_at,"
        " o.payable_fen FROM order_fact f"
        " JOIN customer_order o ON o.merchant_id = f.merchant_id AND o.id = f.order_id"
        " WHERE f.merchant_id = $1 AND f.at >= $2 ORDER BY f.at DESC, f.id DESC LIMIT $3",
        tx.merchant_id,
        since,
        limit,
    )
    return rows
