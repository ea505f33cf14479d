"""Pushes by polling, for clients whose socket does not get through."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, get

from shunyue.identity.api import Merchant
from shunyue.kernel.clock import utc_now
from shunyue.kernel.errors import Forbidden, MerchantNotFound, Unauthenticated
from shunyue.kernel.http import problems
from shunyue.kernel.tokens import Actor
from shunyue.realtime import queries
from shunyue.realtime.hub import REPLAYED_AT_MOST
from shunyue.realtime.socket import topic_key

_TOPICS_AT_MOST = 20


class PushView(msgspec.Struct, frozen=True, kw_only=True):
    """The same object that the socket sends: an event, a starting point, or a reset."""

    type: str
    topic: str
    seq: int
    name: str | None = None
    data: Any = None


class PushList(msgspec.Struct, frozen=True, kw_only=True):
    """What happened since."""

    events: list[PushView]
    server_time: datetime


@get("/events", responses=problems(MerchantNotFound, Unauthenticated))
async def poll_events(
    request: Request[Any, Any, Any], merchant: Merchant, topics: str = "", since: str = ""
) -> PushList:
    """Read what happened on `topics` (comma separated) since `topic:seq` pairs."""
    header = request.headers.get("authorization")
    actor = request.app.state.gate.actor_of(header) if header else None
    if actor is not None and actor.merchant_id != merchant.merchant_id:
        raise Unauthenticated
    return await _poll(request, merchant.merchant_id, actor, topics, since)


@get(
    "/events",
    opt={"permission": "today.read"},
    responses=problems(Unauthenticated, Forbidden),
)
async def poll_console_events(
    request: Request[Any, Any, Any], staff: Actor, topics: str = "", since: str = ""
) -> PushList:
    """Read what happened on the console's topics."""
    return await _poll(request, staff.merchant_id, staff, topics, since)


async def _poll(
    request: Request[Any, Any, Any],
    merchant_id: UUID,
    actor: Actor | None,
    topics: str,
    since: str,
) -> PushList:
    starts = _starts(since)
    events: list[PushView] = []
    async with request.app.state.database.across_merchants() as connection:
        for shown_as in [one for one in topics.split(",") if one][:_TOPICS_AT_MOST]:
            key = topic_key(merchant_id, actor, shown_as)
            if key is None:
                continue
            seq = await queries.topic_seq(connection, *key)
            start = starts.get(shown_as)
            if start is None:
                events.append(PushView(type="subscribed", topic=shown_as, seq=seq))
                continue
            missed = await queries.missed_messages(connection, *key, start, REPLAYED_AT_MOST + 1)
            if len(missed) > REPLAYED_AT_MOST or (missed and missed[0].seq != start + 1):
                events.append(PushView(type="reset", topic=shown_as, seq=seq))
                continue
            events += [
                PushView(type="event", topic=shown_as, seq=one.seq, name=one.name, data=one.payload)
                for one in missed
            ]
    return PushList(events=events, server_time=utc_now())


def _starts(since: str) -> dict[str, int]:
    """Read `topic:seq` pairs; a topic may itself hold a colon."""
    found = {}
    for pair in since.split(","):
        topic, _, seq = pair.rpartition(":")
        if topic and seq.isdigit():
            found[topic] = int(seq)
    return found
