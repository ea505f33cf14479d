"""Audit: who did what to whom, and why; rows that nobody can change."""

from typing import Any
from uuid import UUID

from shunyue.kernel.database import Transaction
from shunyue.kernel.ids import new_id


async def record(
    tx: Transaction,
    action: str,
    subject_id: UUID | None = None,
    *,
    reason: str | None = None,
    **details: Any,
) -> None:
    """Add an audit entry for the acting person to this transaction."""
    await tx.connection.execute(
        "INSERT INTO audit_entry"
        " (merchant_id, id, at, actor_kind, actor_id, action, subject_id, reason, details)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.merchant_id,
        new_id(),
        tx.now,
        tx.actor.kind,
        tx.actor.id,
        action,
        subject_id,
        reason,
        details,
    )
