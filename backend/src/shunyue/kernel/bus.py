"""The bus: how processes hear that something they remember has become old.

Keys are collected for a moment and sent as one NOTIFY: a NOTIFY takes a global lock at commit, so
one per change would cost more than the change. Listeners re-read; a key carries no content.
"""

import asyncio
from collections.abc import Callable, Iterable

import asyncpg
import structlog

log = structlog.get_logger(__name__)

CHANNEL = "shunyue"
_PAUSE_SECONDS = 0.05
_PAYLOAD_BYTES = 7900

Listener = Callable[[str], None]


class Bus:
    """One per process. Local listeners hear a key at once, other processes within the pause."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._waiting: set[str] = set()
        self._wake = asyncio.Event()

    def listen(self, listener: Listener) -> None:
        """Call `listener` with every key announced anywhere. It must not block."""
        self._listeners.append(listener)

    def announce(self, keys: Iterable[str]) -> None:
        """Announce keys here now and elsewhere within the pause."""
        for key in keys:
            self._waiting.add(key)
            self._tell(key)
        self._wake.set()

    async def run(self, dsn: str) -> None:
        """Send and receive until cancelled; reconnects, and then tells listeners `*` (anything)."""
        while True:
            try:
                await self._serve(dsn)
            except Exception as error:  # noqa: BLE001  # A dying connection raises anything.
                log.warning("bus.disconnected", error=repr(error))
                await asyncio.sleep(0.5)

    async def _serve(self, dsn: str) -> None:
        connection = await asyncpg.connect(dsn, timeout=5)
        lost = asyncio.Event()
        try:

            def notice_loss(_: object) -> None:
                lost.set()
                self._wake.set()

            connection.add_termination_listener(notice_loss)
            await connection.add_listener(CHANNEL, self._received)
            self._tell("*")
            while not lost.is_set():
                await self._wake.wait()
                self._wake.clear()
                await self._send(connection)
                await asyncio.sleep(_PAUSE_SECONDS)
        finally:
            if not connection.is_closed():
                connection.terminate()
        raise ConnectionError("the database closed the bus")

    async def _send(self, connection: asyncpg.Connection) -> None:
        while self._waiting:
            batch: list[str] = []
            size = 0
            while self._waiting and size < _PAYLOAD_BYTES - 200:
                key = self._waiting.pop()
                batch.append(key)
                size += len(key.encode()) + 1
            try:
                await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, "\n".join(batch))
            except BaseException:
                self._waiting.update(batch)
                raise

    def _received(self, connection: object, pid: int, _channel: str, payload: object) -> None:
        if isinstance(connection, asyncpg.Connection | asyncpg.pool.PoolConnectionProxy) and (
            pid == connection.get_server_pid()
        ):
            return
        for key in str(payload).split("\n"):
            self._tell(key)

    def _tell(self, key: str) -> None:
        for listener in self._listeners:
            listener(key)
