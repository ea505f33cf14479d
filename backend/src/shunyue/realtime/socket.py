"""The WebSocket: one per client, any number of topics, each numbered without gaps."""

import asyncio
import contextlib
from typing import Any
from uuid import UUID

import msgspec
from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect

from shunyue.identity.access import Gate, seconds_left
from shunyue.identity.api import may
from shunyue.kernel.clock import utc_now
from shunyue.kernel.errors import MerchantNotFound, Unauthenticated
from shunyue.kernel.tokens import Actor
from shunyue.realtime.hub import BAD_MESSAGE, TOKEN_ENDED, Hub, Subscriber, TopicKey
from shunyue.realtime.projection import BOARD

_TOPICS_AT_MOST = 50
_HELLO_SECONDS = 10.0


class Hello(msgspec.Struct, frozen=True, tag="hello"):
    """The first message: for which merchant, and who if signed in."""

    merchant: str
    token: str | None = None
    topics: list[str] = []
    since: dict[str, int] = {}


class Subscribe(msgspec.Struct, frozen=True, tag="subscribe"):
    """More topics, or the same again after a gap."""

    topics: list[str]
    since: dict[str, int] = {}


class Unsubscribe(msgspec.Struct, frozen=True, tag="unsubscribe"):
    """Fewer topics."""

    topics: list[str]


class Renew(msgspec.Struct, frozen=True, tag="token"):
    """A fresh access token, before the old one runs out."""

    token: str


class Ping(msgspec.Struct, frozen=True, tag="ping"):
    """Asks whether we are there, and for the time."""


_decode = msgspec.json.Decoder(Hello | Subscribe | Unsubscribe | Renew | Ping).decode


class _Conversation:
    """What one socket has said so far."""

    def __init__(self, hub: Hub, gate: Gate, subscriber: Subscriber) -> None:
        self._hub = hub
        self._gate = gate
        self._subscriber = subscriber
        self._actor: Actor | None = None
        self._merchant_id: UUID | None = None
        self._end: asyncio.TimerHandle | None = None

    def stop(self) -> None:
        if self._end is not None:
            self._end.cancel()

    async def greet(self, hello: Hello, merchant_id: UUID) -> None:
        self._merchant_id = merchant_id
        if hello.token is not None:
            self._renew(hello.token)
        self._say({"type": "welcome", "server_time": utc_now()})
        await self._subscribe(hello.topics, hello.since)

    async def take(self, message: Hello | Subscribe | Unsubscribe | Renew | Ping) -> None:
        match message:
            case Subscribe():
                await self._subscribe(message.topics, message.since)
            case Unsubscribe():
                for shown_as in message.topics:
                    if (key := self._key(shown_as)) is not None:
                        self._hub.unsubscribe(self._subscriber, key)
            case Renew():
                self._renew(message.token)
            case Ping():
                self._say({"type": "pong", "server_time": utc_now()})
            case Hello():
                raise msgspec.ValidationError("hello comes once")

    async def _subscribe(self, topics: list[str], since: dict[str, int]) -> None:
        for shown_as in topics[:_TOPICS_AT_MOST]:
            key = self._key(shown_as)
            if key is None or len(self._subscriber.sent) >= _TOPICS_AT_MOST:
                self._say({"type": "refused", "topic": shown_as})
                continue
            await self._hub.subscribe(self._subscriber, key, shown_as, since.get(shown_as))

    def _key(self, shown_as: str) -> TopicKey | None:
        """Return the topic behind a client's name for it, or None if it is not for this client."""
        assert self._merchant_id is not None
        return topic_key(self._merchant_id, self._actor, shown_as)

    def _renew(self, token: str) -> None:
        actor, expires = self._gate.check_until(token)
        if actor.merchant_id != self._merchant_id or (self._actor and actor.id != self._actor.id):
            raise Unauthenticated
        self._actor = actor
        self._subscriber.login_id = actor.login_id
        self.stop()
        self._end = asyncio.get_running_loop().call_later(
            seconds_left(expires), self._subscriber.close, TOKEN_ENDED
        )

    def _say(self, message: dict[str, Any]) -> None:
        self._subscriber.put(msgspec.json.encode(message).decode())


def topic_key(merchant_id: UUID, actor: Actor | None, shown_as: str) -> TopicKey | None:
    """Return the topic that a name stands for, if this client may hear it."""
    if shown_as == "customer:me":
        if actor is None or actor.kind != "customer":
            return None
        return (merchant_id, f"customer:{actor.id}")
    if shown_as == BOARD:
        is_allowed = actor is not None and actor.kind == "staff" and may(actor.role, "today.read")
        return (merchant_id, BOARD) if is_allowed else None
    if shown_as.startswith("offering:"):
        return (merchant_id, shown_as)
    return None


@websocket("/ws")
async def serve_socket(socket: WebSocket[Any, Any, Any]) -> None:
    """Serve one client until it leaves, its token ends, or it says something odd."""
    state = socket.app.state
    subscriber = Subscriber()
    await socket.accept()
    state.hub.join(subscriber)
    talk = _Conversation(state.hub, state.gate, subscriber)
    sender = asyncio.create_task(_send(socket, subscriber))
    try:
        hello = _decode(await asyncio.wait_for(socket.receive_text(), _HELLO_SECONDS))
        if not isinstance(hello, Hello):
            raise msgspec.ValidationError("hello comes first")
        merchant = await state.merchants.by_slug(hello.merchant)
        await talk.greet(hello, merchant.merchant_id)
        while True:
            await talk.take(_decode(await socket.receive_text()))
    except (msgspec.DecodeError, MerchantNotFound, TimeoutError):
        subscriber.close(BAD_MESSAGE)
    except Unauthenticated:
        subscriber.close(TOKEN_ENDED)
    except WebSocketDisconnect:
        sender.cancel()
    finally:
        talk.stop()
        state.hub.leave(subscriber)
        with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect):
            await sender


async def _send(socket: WebSocket[Any, Any, Any], subscriber: Subscriber) -> None:
    while True:
        item = await subscriber.queue.get()
        try:
            if isinstance(item, int):
                await socket.close(item)
                return
            await socket.send_text(item)
        except (RuntimeError, WebSocketDisconnect):
            return
