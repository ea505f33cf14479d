"""Telling customers: the inbox is written in the transaction that has something to tell."""

from typing import Any
from uuid import UUID

from shunyue.kernel.copy import wording
from shunyue.kernel.database import Transaction
from shunyue.kernel.ids import new_id
from shunyue.notifications.events import MessagePosted


async def tell(
    tx: Transaction, customer_id: UUID, kind: str, params: dict[str, Any], order_number: str | None
) -> None:
    """Put a message into a customer's inbox and onto their open screens."""
    message = MessagePosted(
        message_id=new_id(),
        customer_id=customer_id,
        kind=kind,
        title=wording(f"inbox.{kind}.title", params),
        text=wording(f"inbox.{kind}.text", params),
        order_number=order_number,
        created_at=tx.now,
    )
    await tx.connection.execute(
        "INSERT INTO inbox_message"
        " (merchant_id, id, customer_id, kind, title, text, order_number, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tx.merchant_id,
        message.message_id,
        customer_id,
        kind,
        message.title,
        message.text,
        order_number,
        message.created_at,
    )
    tx.emit(message)
