"""Runs the provider simulator as a process of its own, with a listener for its notices."""

import contextlib
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import httpx

from shunyue.payments.providers import port
from shunyue.payments.providers.wechat import WechatPay
from tests.payments.providers.wechat_vectors import KEYS, Json, make_config

START_SECONDS = 20
Message = tuple[dict[str, str], bytes]
# every client would otherwise read the trusted certificates anew, 90 ms each time
_TLS = ssl.create_default_context()
_ACCOUNTS = count(1_900_000_100 + os.getpid() % 1000 * 100_000)


@dataclass
class Inbox:
    """Takes notices, separately for each path; `accepts` says what the shop answers."""

    messages: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    accepts: Callable[[Message], bool] = lambda _: True


@dataclass
class Simulator:
    """The running simulator and the virtual clock that it shares with the code under test."""

    url: str
    inbox_url: str
    inbox: Inbox
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=2, verify=_TLS)

    async def control(self, path: str, content: Json, method: str = "POST") -> Json:
        async with self.http() as client:
            answer = await client.request(method, f"/_sim/{path}", json=content)
        answer.raise_for_status()
        told: Json = answer.json()
        return told

    async def advance(self, seconds: int) -> None:
        clock = await self.control("advance_clock", {"seconds": seconds})
        self.ahead = timedelta(seconds=clock["offset_seconds"])
        await self.control("settle", {})


@dataclass
class Shop:
    """One merchant at the simulator, and our client for it."""

    sim: Simulator
    mchid: str
    platform_keys: dict[str, str]
    client: httpx.AsyncClient

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, sim: Simulator) -> "AsyncIterator[Shop]":
        mchid = str(next(_ACCOUNTS))
        terms = {
            "appids": [KEYS["appid"]],
            "serial_no": KEYS["merchant"]["serial"],
            "merchant_public_key": KEYS["merchant"]["public_key"],
            "apiv3_key": KEYS["apiv3_key"],
            "payee_name": "栖和",
        }
        told = await sim.control(f"wechat/merchants/{mchid}", terms, "PUT")
        async with sim.http() as client:
            yield cls(sim, mchid, {told["public_key_id"]: told["public_key"]}, client)

    def provider(
        self, clock: Callable[[], datetime] | None = None, **changes: object
    ) -> port.PaymentProvider:
        fields: Json = {
            "mchid": self.mchid,
            "platform_keys": self.platform_keys,
            "base_url": self.sim.url,
            "notify_url": f"{self.sim.inbox_url}/{self.mchid}",
        }
        return WechatPay(make_config(**(fields | changes)), self.client, clock or self.sim.now)

    async def pay(self, out_trade_no: str, coupon_fen: int = 0) -> None:
        terms = {"out_trade_no": out_trade_no, "mchid": self.mchid, "coupon_fen": coupon_fen}
        await self.sim.control("pay", terms)

    async def break_with(self, kind: str, **terms: object) -> None:
        await self.sim.control("faults", {"kind": kind, "mchid": self.mchid, **terms})

    async def notices(self) -> list[Message]:
        await self.sim.control("settle", {})
        return self.sim.inbox.messages[f"/{self.mchid}"]


@contextlib.contextmanager
def running_simulator() -> Iterator[Simulator]:
    port_number = _free_port()
    with _running_inbox() as (inbox_url, inbox):
        command = [sys.executable, "-m", "paysim", "--port", str(port_number)]
        process = subprocess.Popen(command)  # our own program
        try:
            url = f"http://127.0.0.1:{port_number}"
            _wait_until_up(url, process)
            yield Simulator(url, inbox_url, inbox)
        finally:
            process.terminate()
            process.wait(10)


@contextlib.contextmanager
def _running_inbox() -> Iterator[tuple[str, Inbox]]:
    inbox = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            message = (dict(self.headers.items()), body)
            inbox.messages[self.path].append(message)
            self.send_response(204 if inbox.accepts(message) else 400)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", inbox
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def _wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the simulator ended while starting"
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/healthz", trust_env=False).is_success:
                return
        time.sleep(0.05)
    raise AssertionError("the simulator did not start")
