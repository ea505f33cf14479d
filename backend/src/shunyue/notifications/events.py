"""What notifications announce."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shunyue.kernel.events import Event


class MessagePosted(Event, frozen=True, kw_only=True):
    """A customer was told something."""

    name: ClassVar[str] = "notifications.message_posted.v1"

    message_id: UUID
    customer_id: UUID
    kind: str
    title: str
    text: str
    order_number: str | None
    created_at: datetime
