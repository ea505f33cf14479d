"""Rows of notifications."""

from datetime import datetime
from uuid import UUID

import msgspec


class InboxMessage(msgspec.Struct, frozen=True, kw_only=True):
    """Something a customer was told, readable in the app at any time."""

    id: UUID
    kind: str
    title: str
    text: str
    order_number: str | None
    created_at: datetime
    read_at: datetime | None
