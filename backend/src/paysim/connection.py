"""Lets a fault cut a connection, which ASGI alone has no word for."""

import asyncio
from typing import cast

from litestar.types import Receive, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_EXTENSION = "paysim.connection"


class SeverableProtocol(HttpToolsProtocol):
    """uvicorn's own protocol, which also hands the connection to the application."""

    def on_message_begin(self) -> None:
        """Start a request."""
        super().on_message_begin()
        self.scope["extensions"] = {_EXTENSION: {"transport": self.transport}}


async def read_body(receive: Receive, largest_bytes: int) -> bytes:
    """Read the body of a request; what exceeds the limit is dropped, so no signature fits it."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(chunks)
        size += len(message["body"])
        if size <= largest_bytes:
            chunks.append(message["body"])
        if not message["more_body"]:
            return b"".join(chunks)


async def sever(scope: Scope, receive: Receive, *, after_seconds: float) -> None:
    """Drop the connection without a word, after keeping the caller waiting."""
    assert scope["extensions"] is not None
    transport = cast("asyncio.Transport", scope["extensions"][_EXTENSION]["transport"])
    gone = asyncio.create_task(_wait_for_disconnect(receive))
    await asyncio.wait({gone}, timeout=after_seconds)
    transport.abort()
    # Returning before the server has noticed would make it answer 500 on a dead connection.
    await gone


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
