"""SQL of notifications."""

from uuid import UUID

from shunyue.kernel.database import Transaction
from shunyue.notifications.records import InboxMessage

_COLUMNS = "id, kind, title, text, order_number, created_at, read_at"


async def inbox_of(
    tx: Transaction, customer_id: UUID, *, after: UUID | None, limit: int
) -> list[InboxMessage]:
    """List what a customer was told, newest first, after the message `after`."""
    rows = await tx.connection.fetch(
        f"SELECT {_COLUMNS} FROM inbox_message WHERE merchant_id = $1 AND customer_id = $2"
        " AND ($3::uuid IS NULL OR (created_at, id) < (SELECT created_at, id FROM inbox_message"
        "      WHERE merchant_id = $1 AND id = $3))"
        " ORDER BY created_at DESC, id DESC LIMIT $4",
        tx.merchant_id,
        customer_id,
        after,
        limit,
    )
    return [InboxMessage(**row) for row in rows]


async def unread_count(tx: Transaction, customer_id: UUID) -> int:
    """Count what a customer has not read yet."""
    count: int = await tx.connection.fetchval(
        "SELECT count(*) FROM inbox_message"
        " WHERE merchant_id = $1 AND customer_id = $2 AND read_at IS NULL",
        tx.merchant_id,
        customer_id,
    )
    return count


async def mark_read(tx: Transaction, customer_id: UUID, message_id: UUID) -> InboxMessage | None:
    """Note when a message was first read."""
    row = await tx.connection.fetchrow(
        "UPDATE inbox_message SET read_at = coalesce(read_at, $4)"
        f" WHERE merchant_id = $1 AND customer_id = $2 AND id = $3 RETURNING {_COLUMNS}",
        tx.merchant_id,
        customer_id,
        message_id,
        tx.now,
    )
    return InboxMessage(**row) if row else None
