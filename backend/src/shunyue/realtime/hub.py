"""The hub: hands pushes to the sockets of this process."""

import asyncio
import contextlib
from collections import defaultdict
from uuid import UUID

import msgspec
import structlog

from shunyue.identity.api import LOGIN_ENDED
from shunyue.kernel.database import Database
from shunyue.kernel.metrics import SOCKETS
from shunyue.realtime import queries
from shunyue.realtime.queries import TopicMessage

log = structlog.get_logger(__name__)

_BATCH = 1000
_LOOK_ANYWAY_SECONDS = 1.0
_QUEUE = 512
# More than this many missed pushes are not replayed: reading the page again is cheaper.
REPLAYED_AT_MOST = 500

TopicKey = tuple[UUID, str]

TOKEN_ENDED = 4401
BAD_MESSAGE = 4400
TOO_SLOW = 1013


def event_text(topic: str, message: TopicMessage) -> str:
    """Encode a push as a client reads it."""
    return msgspec.json.encode(
        {
            "type": "event",
            "topic": topic,
            "seq": message.seq,
            "name": message.name,
            "data": message.payload,
        }
    ).decode()


class Subscriber:
    """One socket's mailbox: texts to send, and up to where each topic has been sent."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[str | int] = asyncio.Queue(_QUEUE)
        self.sent: dict[TopicKey, int] = {}
        self.waiting: dict[TopicKey, list[tuple[int, str]]] = {}
        self.login_id: UUID | None = None

    def put(self, text: str) -> None:
        """Queue a text; a client that reads too slowly is cut off and catches up later."""
        try:
            self.queue.put_nowait(text)
        except asyncio.QueueFull:
            self.close(TOO_SLOW)

    def close(self, code: int) -> None:
        """Have the socket closed, before anything that still waits."""
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(code)

    def offer(self, key: TopicKey, seq: int, text: str) -> None:
        """Take a push: later if the topic is being caught up, never twice."""
        if key in self.waiting:
            self.waiting[key].append((seq, text))
        elif seq > self.sent.get(key, 0):
            self.sent[key] = seq
            self.put(text)


class Hub:
    """Reads new pushes once per process and offers each to whoever subscribed to its topic."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._subscribers: dict[TopicKey, dict[Subscriber, str]] = defaultdict(dict)
        self._everyone: set[Subscriber] = set()
        self._news = asyncio.Event()
        self._read_up_to = 0

    def heard(self, key: str) -> None:
        """Listen to the bus."""
        if key in {"pushes", "*"}:
            self._news.set()
        elif key.startswith(LOGIN_ENDED):
            ended = UUID(key.removeprefix(LOGIN_ENDED))
            for subscriber in [one for one in self._everyone if one.login_id == ended]:
                subscriber.close(TOKEN_ENDED)

    def join(self, subscriber: Subscriber) -> None:
        """Know a socket."""
        self._everyone.add(subscriber)
        SOCKETS.inc()

    def leave(self, subscriber: Subscriber) -> None:
        """Forget a socket."""
        self._everyone.discard(subscriber)
        SOCKETS.dec()
        for key in list(subscriber.sent):
            self.unsubscribe(subscriber, key)

    def unsubscribe(self, subscriber: Subscriber, key: TopicKey) -> None:
        """Stop offering a topic to a socket."""
        subscriber.sent.pop(key, None)
        subscriber.waiting.pop(key, None)
        self._subscribers[key].pop(subscriber, None)
        if not self._subscribers[key]:
            del self._subscribers[key]

    async def subscribe(
        self, subscriber: Subscriber, key: TopicKey, shown_as: str, since: int | None
    ) -> None:
        """Offer a topic to a socket from `since` on, or from now on; nothing is lost in between."""
        merchant_id, topic = key
        subscriber.waiting[key] = []
        self._subscribers[key][subscriber] = shown_as
        async with self._database.across_merchants() as connection:
            seq = await queries.topic_seq(connection, merchant_id, topic)
            start = seq if since is None else min(since, seq)
            missed = await queries.missed_messages(
                connection, merchant_id, topic, start, REPLAYED_AT_MOST + 1
            )
        if len(missed) > REPLAYED_AT_MOST or (
            start < seq and (not missed or missed[0].seq != start + 1)
        ):
            subscriber.put(_note("reset", shown_as, seq))
            start, missed = seq, []
        else:
            subscriber.put(_note("subscribed", shown_as, start))
        subscriber.sent[key] = start
        waiting = subscriber.waiting.pop(key, [])
        for message in missed:
            subscriber.offer(key, message.seq, event_text(shown_as, message))
        for later, text in waiting:
            subscriber.offer(key, later, text)

    async def run(self) -> None:
        """Hand pushes out until cancelled."""
        while True:
            try:
                async with self._database.across_merchants() as connection:
                    self._read_up_to = await queries.last_message_id(connection)
                break
            except Exception as error:  # noqa: BLE001  # Started while the database restarts.
                log.warning("hub.waiting", error=repr(error))
                await asyncio.sleep(0.5)
        while True:
            # Not wait_for: it swallows a cancellation that comes together with the news.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_ANYWAY_SECONDS):
                    await self._news.wait()
            self._news.clear()
            try:
                while await self._hand_out():
                    pass
            except Exception as error:  # noqa: BLE001  # The hub outlives a database restart.
                log.warning("hub.interrupted", error=repr(error))
                await asyncio.sleep(0.5)

    async def _hand_out(self) -> bool:
        async with self._database.across_merchants() as connection:
            messages = await queries.messages_after(connection, self._read_up_to, _BATCH)
        for message in messages:
            self._read_up_to = message.id
            key = (message.merchant_id, message.topic)
            texts: dict[str, str] = {}
            for subscriber, shown_as in list(self._subscribers.get(key, {}).items()):
                if shown_as not in texts:
                    texts[shown_as] = event_text(shown_as, message)
                subscriber.offer(key, message.seq, texts[shown_as])
        return len(messages) == _BATCH


def _note(kind: str, topic: str, seq: int) -> str:
    return msgspec.json.encode({"type": kind, "topic": topic, "seq": seq}).decode()
