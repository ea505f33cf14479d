"""The inbox over HTTP."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, get, post

from shunyue.kernel.errors import MerchantNotFound, Unauthenticated
from shunyue.kernel.http import problems
from shunyue.kernel.tokens import Actor
from shunyue.notifications import queries
from shunyue.notifications.errors import MessageNotFound
from shunyue.notifications.records import InboxMessage

_PAGE = 30


class InboxMessageView(msgspec.Struct, frozen=True, kw_only=True):
    """Something the customer was told."""

    id: UUID
    kind: str
    title: str
    text: str
    order_number: str | None
    created_at: datetime
    read_at: datetime | None


class Inbox(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the inbox and how much of all is unread."""

    items: list[InboxMessageView]
    next_cursor: str | None
    unread: int


class ReadMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Reading needs no words."""


@get("/inbox", responses=problems(MerchantNotFound, Unauthenticated))
async def read_inbox(
    request: Request[Any, Any, Any], customer: Actor, cursor: UUID | None = None
) -> Inbox:
    """List what the customer was told, newest first."""
    async with request.app.state.database.begin(customer) as tx:
        found = await queries.inbox_of(tx, tx.actor_id, after=cursor, limit=_PAGE + 1)
        unread = await queries.unread_count(tx, tx.actor_id)
    page = found[:_PAGE]
    more = str(page[-1].id) if len(found) > _PAGE else None
    return Inbox(items=[_view(one) for one in page], next_cursor=more, unread=unread)


@post(
    "/inbox/{message_id:uuid}/reading",
    status_code=200,
    responses=problems(MerchantNotFound, Unauthenticated, MessageNotFound),
)
async def read_message(
    request: Request[Any, Any, Any],
    customer: Actor,
    message_id: UUID,
    data: ReadMessage,  # noqa: ARG001  # Refuses a body that says anything.
) -> InboxMessageView:
    """Mark a message as read; doing it again changes nothing."""
    async with request.app.state.database.begin(customer) as tx:
        message = await queries.mark_read(tx, tx.actor_id, message_id)
    if message is None:
        raise MessageNotFound
    return _view(message)


def _view(message: InboxMessage) -> InboxMessageView:
    return InboxMessageView(**msgspec.structs.asdict(message))
