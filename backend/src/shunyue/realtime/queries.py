"""SQL of realtime."""

from typing import Any
from uuid import UUID

import msgspec

from shunyue.kernel.database import Connection


class TopicMessage(msgspec.Struct, frozen=True):
    """A push as stored."""

    id: int
    merchant_id: UUID
    topic: str
    seq: int
    name: str
    payload: Any


async def last_message_id(connection: Connection) -> int:
    """Return up to where pushes have been written."""
    found: int = await connection.fetchval("SELECT coalesce(max(id), 0) FROM topic_message")
    return found


async def messages_after(connection: Connection, after: int, limit: int) -> list[TopicMessage]:
    """Read the next pushes of all merchants. One relay writes them, so ids are commit order."""
    rows = await connection.fetch(
        "SELECT id, merchant_id, topic, seq, name, payload FROM topic_message"
        " WHERE id > $1 ORDER BY id LIMIT $2",
        after,
        limit,
    )
    return [TopicMessage(**row) for row in rows]


async def topic_seq(connection: Connection, merchant_id: UUID, topic: str) -> int:
    """Return the number of a topic's last push; 0 before the first."""
    found: int | None = await connection.fetchval(
        "SELECT seq FROM topic WHERE merchant_id = $1 AND name = $2", merchant_id, topic
    )
    return found or 0


async def missed_messages(
    connection: Connection, merchant_id: UUID, topic: str, since: int, limit: int
) -> list[TopicMessage]:
    """Read what a client missed on a topic."""
    rows = await connection.fetch(
        "SELECT id, merchant_id, topic, seq, name, payload FROM topic_message"
        " WHERE merchant_id = $1 AND topic = $2 AND seq > $3 ORDER BY seq LIMIT $4",
        merchant_id,
        topic,
        since,
        limit,
    )
    return [TopicMessage(**row) for row in rows]
