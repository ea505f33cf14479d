"""A client's socket: says hello, collects what comes, and knows how it was closed."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PATIENCE_SECONDS = 20.0


class Socket:
    """One open page's socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.heard: list[dict[str, Any]] = []

    @classmethod
    async def open(cls, url: str) -> "Socket":
        """Connect without a word."""
        address = url.replace("http://", "ws://") + "/ws"
        return cls(await connect(address, proxy=None))

    @classmethod
    async def greet(
        cls, url: str, *topics: str, token: str | None = None, since: dict[str, int] | None = None
    ) -> "Socket":
        """Connect, say hello, and wait until all topics are answered."""
        socket = await cls.open(url)
        hello: dict[str, Any] = {"type": "hello", "merchant": "qihe", "token": token}
        await socket.say(hello | {"topics": list(topics), "since": since or {}})
        await socket.wait_for(lambda one: one["type"] == "welcome")
        for topic in topics:
            await socket.wait_for_answer_about(topic)
        return socket

    async def say(self, message: Any) -> None:
        """Send a message; text goes as it is."""
        await self._connection.send(message if isinstance(message, str) else json.dumps(message))

    async def wait_for(self, is_wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first message heard so far or from now on that is wanted."""
        read = 0
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for one in self.heard[read:]:
                    read += 1
                    if is_wanted(one):
                        return one
                self.heard.append(json.loads(await self._connection.recv()))

    async def wait_for_answer_about(self, topic: str) -> dict[str, Any]:
        """Wait until a topic is subscribed, reset or refused."""
        answers = {"subscribed", "reset", "refused"}
        return await self.wait_for(lambda one: one["type"] in answers and one["topic"] == topic)

    async def wait_for_event(
        self, name: str, is_wanted: Callable[[Any], bool] = lambda _: True
    ) -> dict[str, Any]:
        """Return the first push of that name whose data is wanted."""
        return await self.wait_for(
            lambda one: one["type"] == "event" and one["name"] == name and is_wanted(one["data"])
        )

    async def wait_for_places(self, slot_id: str, places_left: int) -> dict[str, Any]:
        """Wait until a push shows that many places of a slot, after everything heard so far."""
        self.heard.clear()
        return await self.wait_for_event(
            "slots_changed",
            lambda data: any(
                (one["id"], one["places_left"]) == (slot_id, places_left) for one in data["slots"]
            ),
        )

    async def close_code(self) -> int | None:
        """Wait until the other side closes; returns its code."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    self.heard.append(json.loads(await self._connection.recv()))
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None

    async def close(self) -> None:
        """Leave."""
        await self._connection.close()
