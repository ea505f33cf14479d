"""The ledger: double entry, append only. Every fen is in exactly one place at any time.

Accounts, positive when they hold money of ours, negative when we owe it:
`channel_clearing` money at the provider · `customer_prepayment` received, not yet earned ·
`revenue` earned · `refund_clearing` promised back, not yet gone · `exception` to be looked at.
"""

from typing import Literal
from uuid import UUID

import asyncpg

from shunyue.kernel.database import Transaction
from shunyue.kernel.ids import new_id

Account = Literal[
    "channel_clearing", "customer_prepayment", "revenue", "refund_clearing", "exception"
]
PostingKind = Literal[
    "charge", "sale", "sale_returned", "refund_promised", "refund_paid", "refund_withdrawn"
]


async def post(
    tx: Transaction,
    kind: PostingKind,
    *,
    order_id: UUID,
    source_id: UUID,
    amount_fen: int,
    from_account: Account,
    to_account: Account,
) -> bool:
    """Move an amount between two accounts because of `source_id`; once, however often it is asked.

    Returns whether it was posted now. The database refuses transactions that don't sum to zero.
    """
    assert amount_fen > 0
    posted = await tx.connection.fetchval(
        "WITH t AS (INSERT INTO ledger_transaction"
        "  (merchant_id, id, kind, order_id, source_id, posted_at) VALUES ($1, $2, $3, $4, $5, $6)"
        "  ON CONFLICT (merchant_id, kind, source_id) DO NOTHING RETURNING merchant_id, id)"
        " INSERT INTO ledger_entry (merchant_id, transaction_id, account, amount_fen)"
        " SELECT t.merchant_id, t.id, e.account, e.amount_fen FROM t,"
        "  unnest($7::text[], $8::bigint[]) AS e (account, amount_fen) RETURNING true",
        tx.merchant_id,
        new_id(),
        kind,
        order_id,
        source_id,
        tx.now,
        [to_account, from_account],
        [amount_fen, -amount_fen],
    )
    return bool(posted)


async def charge(tx: Transaction, *, order_id: UUID, attempt_id: UUID, amount_fen: int) -> None:
    """Money came in for an order; nothing is earned by that alone."""
    await post(
        tx,
        "charge",
        order_id=order_id,
        source_id=attempt_id,
        amount_fen=amount_fen,
        from_account="customer_prepayment",
        to_account="channel_clearing",
    )


async def sale(tx: Transaction, *, order_id: UUID, amount_fen: int) -> None:
    """An order is booked: what was paid for it is revenue."""
    await post(
        tx,
        "sale",
        order_id=order_id,
        source_id=order_id,
        amount_fen=amount_fen,
        from_account="revenue",
        to_account="customer_prepayment",
    )


async def sale_returned(tx: Transaction, *, order_id: UUID, amount_fen: int) -> None:
    """A booking was cancelled: what goes back is not earned. What is kept stays revenue.

    Asserts that the sale was posted, of at least that much.
    """
    sold_fen = await tx.connection.fetchval(
        "SELECT -sum(e.amount_fen)::bigint FROM ledger_transaction t"
        " JOIN ledger_entry e ON e.merchant_id = t.merchant_id AND e.transaction_id = t.id"
        " WHERE t.merchant_id = $1 AND t.kind = 'sale' AND t.source_id = $2"
        " AND e.account = 'revenue'",
        tx.merchant_id,
        order_id,
    )
    assert sold_fen is not None, f"order {order_id} was never sold"
    assert sold_fen >= amount_fen, f"order {order_id} was sold for {sold_fen}, not {amount_fen}"
    await post(
        tx,
        "sale_returned",
        order_id=order_id,
        source_id=order_id,
        amount_fen=amount_fen,
        from_account="customer_prepayment",
        to_account="revenue",
    )


async def refund_promised(
    tx: Transaction, *, order_id: UUID, refund_id: UUID, amount_fen: int
) -> None:
    """Money that belongs to no booking is promised back."""
    await post(
        tx,
        "refund_promised",
        order_id=order_id,
        source_id=refund_id,
        amount_fen=amount_fen,
        from_account="refund_clearing",
        to_account="customer_prepayment",
    )


async def refund_paid(tx: Transaction, *, order_id: UUID, refund_id: UUID, amount_fen: int) -> None:
    """The provider gave promised money back."""
    await post(
        tx,
        "refund_paid",
        order_id=order_id,
        source_id=refund_id,
        amount_fen=amount_fen,
        from_account="channel_clearing",
        to_account="refund_clearing",
    )


async def refund_withdrawn(
    tx: Transaction, *, order_id: UUID, refund_id: UUID, amount_fen: int
) -> None:
    """The provider closed a refund without paying it: the money waits for the next one."""
    await post(
        tx,
        "refund_withdrawn",
        order_id=order_id,
        source_id=refund_id,
        amount_fen=amount_fen,
        from_account="customer_prepayment",
        to_account="refund_clearing",
    )


async def movements_of(tx: Transaction, order_id: UUID) -> list[asyncpg.Record]:
    """List an order's postings: when, why, and by how much the merchant's holdings changed."""
    rows: list[asyncpg.Record] = await tx.connection.fetch(
        "SELECT t.id, t.kind, t.source_id, t.posted_at,"
        " coalesce(sum(e.amount_fen) FILTER (WHERE e.account = 'channel_clearing'), 0)::bigint"
        " AS change_fen FROM ledger_transaction t"
        " JOIN ledger_entry e ON e.merchant_id = t.merchant_id AND e.transaction_id = t.id"
        " WHERE t.merchant_id = $1 AND t.order_id = $2"
        " GROUP BY t.id, t.kind, t.source_id, t.posted_at"
        " ORDER BY t.posted_at, t.id",
        tx.merchant_id,
        order_id,
    )
    return rows


async def balances(tx: Transaction) -> dict[str, int]:
    """Return every account's balance in fen; they sum to zero."""
    rows = await tx.connection.fetch(
        "SELECT account, sum(amount_fen)::bigint AS fen FROM ledger_entry"
        " WHERE merchant_id = $1 GROUP BY account",
        tx.merchant_id,
    )
    return {row["account"]: row["fen"] for row in rows}
