"""SQL of payments."""

from uuid import UUID

import asyncpg
import msgspec

from shunyue.kernel.database import Connection, Transaction
from shunyue.payments.providers.port import PaymentPrompt
from shunyue.payments.records import Attempt, Charge, Payment, PaymentChannel, Refund

_CHANNEL = (
    "SELECT id, merchant_id, channel, account_id, app_id, base_url, payee, sealed_config"
    " FROM payment_channel"
)
_ATTEMPT_COLUMNS = (
    "id, order_id, channel_id, scene, out_trade_no, amount_fen, description, state, prompt,"
    " return_url, client_ip, expires_at, created_at, paid_at, transaction_id"
)
_ATTEMPT = f"SELECT {_ATTEMPT_COLUMNS} FROM payment_attempt"
_REFUND = (
    "SELECT id, order_id, attempt_id, out_refund_no, amount_fen, reason, state, requested_at,"
    " settled_at FROM refund"
)


async def merchant_of_channel(connection: Connection, channel_id: UUID) -> UUID | None:
    """Find whose a notify address is."""
    merchant_id: UUID | None = await connection.fetchval(
        "SELECT merchant_of_payment_channel($1)", channel_id
    )
    return merchant_id


async def enabled_channels(tx: Transaction) -> list[PaymentChannel]:
    """List how the merchant takes money."""
    rows = await tx.connection.fetch(
        _CHANNEL + " WHERE merchant_id = $1 AND is_enabled ORDER BY channel", tx.merchant_id
    )
    return [PaymentChannel(**row) for row in rows]


async def channel_by_id(tx: Transaction, channel_id: UUID) -> PaymentChannel:
    """Read a channel, also one that is no longer offered: its money still moves."""
    row = await tx.connection.fetchrow(
        _CHANNEL + " WHERE merchant_id = $1 AND id = $2", tx.merchant_id, channel_id
    )
    assert row is not None
    return PaymentChannel(**row)


async def lock_payment(tx: Transaction, order_id: UUID) -> Payment | None:
    """Read what an order owes and keep others from changing it. Locked before its attempts."""
    row = await tx.connection.fetchrow(
        "SELECT order_id, payable_fen, state, settled_attempt_id FROM payment"
        " WHERE merchant_id = $1 AND order_id = $2 FOR NO KEY UPDATE",
        tx.merchant_id,
        order_id,
    )
    return Payment(**row) if row else None


async def attempt_by_id(tx: Transaction, attempt_id: UUID) -> Attempt:
    """Read an attempt."""
    row = await tx.connection.fetchrow(
        _ATTEMPT + " WHERE merchant_id = $1 AND id = $2", tx.merchant_id, attempt_id
    )
    assert row is not None
    return _attempt(row)


async def lock_attempt(tx: Transaction, attempt_id: UUID) -> Attempt:
    """Read an attempt and keep others from changing it."""
    row = await tx.connection.fetchrow(
        _ATTEMPT + " WHERE merchant_id = $1 AND id = $2 FOR NO KEY UPDATE",
        tx.merchant_id,
        attempt_id,
    )
    assert row is not None
    return _attempt(row)


async def attempt_by_number(tx: Transaction, channel_id: UUID, out_trade_no: str) -> Attempt | None:
    """Find an attempt by the number that the provider knows."""
    row = await tx.connection.fetchrow(
        _ATTEMPT + " WHERE merchant_id = $1 AND channel_id = $2 AND out_trade_no = $3",
        tx.merchant_id,
        channel_id,
        out_trade_no,
    )
    return _attempt(row) if row else None


async def attempts_of(tx: Transaction, order_id: UUID) -> list[Attempt]:
    """List an order's attempts, first ones first."""
    rows = await tx.connection.fetch(
        _ATTEMPT + " WHERE merchant_id = $1 AND order_id = $2 ORDER BY created_at, id",
        tx.merchant_id,
        order_id,
    )
    return [_attempt(row) for row in rows]


async def insert_attempt(tx: Transaction, attempt: Attempt) -> None:
    """Add an attempt."""
    await tx.connection.execute(
        "INSERT INTO payment_attempt (merchant_id, id, order_id, channel_id, scene, out_trade_no,"
        " amount_fen, description, state, return_url, client_ip, expires_at, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        tx.merchant_id,
        attempt.id,
        attempt.order_id,
        attempt.channel_id,
        attempt.scene,
        attempt.out_trade_no,
        attempt.amount_fen,
        attempt.description,
        attempt.state,
        attempt.return_url,
        attempt.client_ip,
        attempt.expires_at,
        attempt.created_at,
    )


async def store_prompt(tx: Transaction, attempt_id: UUID, prompt: PaymentPrompt) -> Attempt:
    """Keep a prompt; an attempt that was only intended is pending from now on."""
    row = await tx.connection.fetchrow(
        "UPDATE payment_attempt SET prompt = $3,"
        " state = CASE WHEN state = 'intended' THEN 'pending' ELSE state END"
        f" WHERE merchant_id = $1 AND id = $2 RETURNING {_ATTEMPT_COLUMNS}",
        tx.merchant_id,
        attempt_id,
        msgspec.to_builtins(prompt),
    )
    assert row is not None
    return _attempt(row)


async def update_attempt(tx: Transaction, attempt: Attempt) -> None:
    """Store an attempt's progress."""
    await tx.connection.execute(
        "UPDATE payment_attempt SET state = $3, prompt = $4, paid_at = $5, transaction_id = $6"
        " WHERE merchant_id = $1 AND id = $2",
        tx.merchant_id,
        attempt.id,
        attempt.state,
        msgspec.to_builtins(attempt.prompt) if attempt.prompt else None,
        attempt.paid_at,
        attempt.transaction_id,
    )


async def first_charges(tx: Transaction, order_ids: list[UUID]) -> dict[UUID, Charge]:
    """Read the charge that settled each of these orders; a later one went back."""
    rows = await tx.connection.fetch(
        "SELECT p.order_id, a.amount_fen, a.paid_at, a.transaction_id, c.channel FROM payment p"
        " JOIN payment_attempt a ON a.merchant_id = p.merchant_id AND a.id = p.settled_attempt_id"
        " JOIN payment_channel c ON c.merchant_id = a.merchant_id AND c.id = a.channel_id"
        " WHERE p.merchant_id = $1 AND p.order_id = ANY ($2)",
        tx.merchant_id,
        order_ids,
    )
    return {row["order_id"]: Charge(**row) for row in rows}


async def refunds_of(tx: Transaction, order_id: UUID) -> list[Refund]:
    """List an order's refunds, first ones first."""
    rows = await tx.connection.fetch(
        _REFUND + " WHERE merchant_id = $1 AND order_id = $2 ORDER BY requested_at, id",
        tx.merchant_id,
        order_id,
    )
    return [Refund(**row) for row in rows]


async def lock_refund(tx: Transaction, refund_id: UUID) -> Refund:
    """Read a refund and keep others from changing it."""
    row = await tx.connection.fetchrow(
        _REFUND + " WHERE merchant_id = $1 AND id = $2 FOR NO KEY UPDATE", tx.merchant_id, refund_id
    )
    assert row is not None
    return Refund(**row)


async def refund_by_number(tx: Transaction, out_refund_no: str) -> Refund | None:
    """Find a refund by the number that the provider knows."""
    row = await tx.connection.fetchrow(
        _REFUND + " WHERE merchant_id = $1 AND out_refund_no = $2", tx.merchant_id, out_refund_no
    )
    return Refund(**row) if row else None


async def insert_refund(tx: Transaction, refund: Refund) -> None:
    """Add a refund; the database refuses more than was paid."""
    await tx.connection.execute(
        "INSERT INTO refund (merchant_id, id, order_id, attempt_id, out_refund_no, amount_fen,"
        " reason, state, requested_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.merchant_id,
        refund.id,
        refund.order_id,
        refund.attempt_id,
        refund.out_refund_no,
        refund.amount_fen,
        refund.reason,
        refund.state,
        refund.requested_at,
    )


def _attempt(row: asyncpg.Record) -> Attempt:
    plain = {name: row[name] for name in Attempt.__struct_fields__ if name != "prompt"}
    prompt = msgspec.convert(row["prompt"], PaymentPrompt) if row["prompt"] else None
    return Attempt(**plain, prompt=prompt)
