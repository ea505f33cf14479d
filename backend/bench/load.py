"""The load: prebuilt requests over kept connections, one at a time on each.

Runs in a process of its own, so that its processor time is not the server's.
"""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
import uvloop

from bench.supply import MERCHANT, SLUG, WEEK_OFFERING, Span, customer_id, slot_id
from shunyue.kernel.tokens import Actor, TokenSigner

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length: "
_PATIENCE_SECONDS = 30.0


class HoldPlan(msgspec.Struct, frozen=True):
    """Holds of one place each, by customers who have none yet."""

    slots: Span
    customers: int


class ReadPlan(msgspec.Struct, frozen=True):
    """Reads of one offering's next seven days."""


class Outcome(msgspec.Struct, frozen=True):
    """What the client saw."""

    seconds: float
    statuses: dict[int, int]
    p50_ms: float
    p99_ms: float


class _Load:
    def __init__(self, requests: Iterator[bytes]) -> None:
        self.requests = requests
        self.deadline = 0.0
        self.open = 0
        self.done = asyncio.get_running_loop().create_future()
        self.waits: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.ended = 0.0

    def next(self) -> bytes | None:
        """Return the next request, or None when it is over."""
        if time.perf_counter() < self.deadline:
            return next(self.requests, None)
        return None

    def leave(self) -> None:
        """One connection has nothing more to ask."""
        self.open -= 1
        if self.open == 0 and not self.done.done():
            self.ended = time.perf_counter()
            self.done.set_result(None)


class _Connection(asyncio.Protocol):
    def __init__(self, load: _Load) -> None:
        self._load = load
        self._received = b""
        self._sent_at = 0.0
        self._is_asking = False
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._is_asking:
            self._is_asking = False
            self._load.statuses[0] += 1
            self._load.leave()
        del exc

    def ask(self) -> None:
        request = self._load.next()
        self._is_asking = request is not None
        if request is None:
            self._load.leave()
            return
        self._sent_at = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        received = self._received + data if self._received else data
        head = received.find(_END_OF_HEAD)
        at = received.find(_LENGTH, 0, head) + len(_LENGTH)
        if head < 0 or len(received) < head + 4 + int(received[at : received.find(b"\r", at)]):
            self._received = received
            return
        self._received = b""
        self._load.waits.append(time.perf_counter() - self._sent_at)
        self._load.statuses[int(received[9:12])] += 1
        self.ask()


class _Client:
    """What stays in the process between its calls: a loop, requests, open connections."""

    def __init__(self) -> None:
        self.loop = uvloop.new_event_loop()
        self.load: _Load | None = None
        self.connections: list[_Connection] = []


_client: list[_Client] = []


def prepare(plan: HoldPlan | ReadPlan, key: str, port: int, connections: int) -> None:
    """Build the requests, then open the connections."""
    if not _client:
        _client.append(_Client())
    one = _client[0]
    requests = iter(list(holds(plan, key))) if isinstance(plan, HoldPlan) else _reads()

    async def connect() -> None:
        load = one.load = _Load(requests)
        loop = asyncio.get_running_loop()
        one.connections = []
        for _ in range(connections):
            _, connection = await loop.create_connection(
                lambda: _Connection(load), "127.0.0.1", port
            )
            one.connections.append(connection)

    one.loop.run_until_complete(connect())


def run(seconds: float) -> Outcome:
    """Send what is prepared for so long; returns when all answers are in."""
    one = _client[0]
    load = one.load
    assert load is not None

    async def send() -> float:
        started = time.perf_counter()
        load.deadline = started + seconds
        load.open = len(one.connections)
        for connection in one.connections:
            connection.ask()
        await asyncio.wait_for(load.done, seconds + _PATIENCE_SECONDS)
        for connection in one.connections:
            connection.transport.close()
        return load.ended - started

    took = one.loop.run_until_complete(send())
    p50, p99 = percentiles_ms(load.waits)
    return Outcome(took, dict(load.statuses), p50, p99)


def percentiles_ms(waits: list[float]) -> tuple[float, float]:
    """Return the median and the 99th of a hundred, in milliseconds."""
    ordered = sorted(waits) or [0.0]
    last = len(ordered) - 1
    return ordered[last // 2] * 1000, ordered[last * 99 // 100] * 1000


def token_of(signer: TokenSigner, number: int) -> str:
    """Mint what a customer who signed in has."""
    actor = Actor("customer", MERCHANT, customer_id(number), UUID(int=number + 1))
    return signer.mint(actor)[0]


def holds(plan: HoldPlan, key: str) -> Iterator[bytes]:
    signer = TokenSigner(bytes.fromhex(key))
    action = secrets.token_hex(10)
    prefix = f"{action[:8]}-{action[8:12]}-4{action[12:15]}-a{action[15:18]}-"
    body = '{"party_size":1}'
    for number in range(plan.customers):
        slot = plan.slots.first + secrets.randbelow(plan.slots.count)
        yield (
            f"POST /v1/m/{SLUG}/slots/{slot_id(slot)}/holds HTTP/1.1\r\nhost: 127.0.0.1\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
            f"authorization: Bearer {token_of(signer, number)}\r\n"
            f"idempotency-key: {prefix}{number:012x}\r\n\r\n{body}"
        ).encode()


def _reads() -> Iterator[bytes]:
    path = f"/v1/m/{SLUG}/offerings/{WEEK_OFFERING}/availability?days=7"
    request = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n\r\n"
    while True:
        yield request.encode()
