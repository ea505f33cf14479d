"""From commit to screen: a thousand sockets hear of every hold."""

import asyncio
import os
import re
import time
from typing import Any

import msgspec
import uvloop

from bench.load import HoldPlan, percentiles_ms
from bench.load import holds as hold_requests
from bench.supply import CAPACITY, HOT, HOT_OFFERING, SLUG

_UPGRADE = (
    b"GET /ws HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: c2h1bnl1ZS1zaHVueXVlIQ==\r\n\r\n"
)
_HELLO = {"type": "hello", "merchant": SLUG, "topics": [f"offering:{HOT_OFFERING}"]}
_PLACES_LEFT = re.compile(rb'"places_left":(\d+)')
_CONNECTING_AT_ONCE = 50
_PATIENCE_SECONDS = 10.0
# From here on the length stands in two more bytes.
_LONG = 126
_FRAME_HEAD = 4


class SocketPlan(msgspec.Struct, frozen=True):
    """How many sockets, and how many holds one after the other."""

    sockets: int
    holds: int
    pause_seconds: float


class SocketOutcome(msgspec.Struct, frozen=True):
    """How long after the answer the news was there, over all sockets and holds."""

    heard: int
    expected: int
    p50_ms: float
    p99_ms: float


class _Socket(asyncio.Protocol):
    """Reads what we need of RFC 6455: unmasked text frames of a server we trust."""

    def __init__(self, last: int) -> None:
        self._last = last
        self.subscribed = asyncio.get_running_loop().create_future()
        self.heard: list[tuple[float, int]] = []
        self.told = asyncio.Event()
        """Set when the last hold was heard of."""
        self.transport: Any = None
        self._received = b""
        self._is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.transport.write(_UPGRADE)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self._is_open:
            head, found, rest = self._received.partition(b"\r\n\r\n")
            if not found:
                return
            assert b" 101 " in head.splitlines()[0], head
            self._is_open = True
            self._received = rest
            self.transport.write(_text_frame(msgspec.json.encode(_HELLO)))
        while (frame := self._take_frame()) is not None:
            self._hear(frame)

    def _hear(self, text: bytes) -> None:
        if b'"subscribed"' in text and not self.subscribed.done():
            self.subscribed.set_result(None)
        elif (left := _PLACES_LEFT.search(text)) is not None:
            self.heard.append((time.perf_counter(), int(left[1])))
            if int(left[1]) <= self._last:
                self.told.set()

    def _take_frame(self) -> bytes | None:
        received = self._received
        if len(received) < _FRAME_HEAD:
            return None
        length, start = received[1], 2
        if length >= _LONG:
            length, start = int.from_bytes(received[2:_FRAME_HEAD]), _FRAME_HEAD
        if len(received) < start + length:
            return None
        self._received = received[start + length :]
        return received[start : start + length]


def _text_frame(text: bytes) -> bytes:
    """Clients mask what they send."""
    mask = os.urandom(4)
    is_short = len(text) < _LONG
    length = bytes([0x80 | len(text)]) if is_short else b"\xfe" + len(text).to_bytes(2)
    return b"\x81" + length + mask + bytes(one ^ mask[n % 4] for n, one in enumerate(text))


def run_sockets(plan: SocketPlan, key: str, port: int) -> SocketOutcome:
    """Subscribe all sockets to the hot offering, then hold a place now and then."""
    return uvloop.run(_run(plan, key, port))


async def _run(plan: SocketPlan, key: str, port: int) -> SocketOutcome:
    sockets: list[_Socket] = []
    while len(sockets) < plan.sockets:
        few = min(_CONNECTING_AT_ONCE, plan.sockets - len(sockets))
        sockets += await asyncio.gather(
            *(_connect(port, CAPACITY - plan.holds) for _ in range(few))
        )
    answered = await _hold_now_and_then(plan, key, port)
    await asyncio.wait(
        [asyncio.create_task(one.told.wait()) for one in sockets], timeout=_PATIENCE_SECONDS
    )
    waits = [wait for one in sockets for wait in _waits(one, answered)]
    for one in sockets:
        one.transport.close()
    p50, p99 = percentiles_ms(waits)
    return SocketOutcome(len(waits), plan.sockets * plan.holds, p50, p99)


async def _connect(port: int, last: int) -> _Socket:
    loop = asyncio.get_running_loop()
    _, socket = await loop.create_connection(lambda: _Socket(last), "127.0.0.1", port)
    await asyncio.wait_for(socket.subscribed, _PATIENCE_SECONDS)
    return socket


async def _hold_now_and_then(plan: SocketPlan, key: str, port: int) -> list[float]:
    """Return when each hold was answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = []
    for request in hold_requests(HoldPlan(HOT, plan.holds), key):
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        answered.append(time.perf_counter())
        assert b" 201 " in head.splitlines()[0], head
        await reader.readexactly(int(head.partition(b"content-length: ")[2].split()[0]))
        await asyncio.sleep(plan.pause_seconds)
    writer.close()
    return answered


def _waits(socket: _Socket, answered: list[float]) -> list[float]:
    """How long each hold was unknown here: until the first message that counts it."""
    waits: list[float] = []
    for heard_at, places_left in socket.heard:
        counted = min(CAPACITY - places_left, len(answered))
        waits += [max(0.0, heard_at - answered[n]) for n in range(len(waits), counted)]
    return waits
