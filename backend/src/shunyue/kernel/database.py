"""The connection pool, and the unit of work that everything which writes goes through."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from asyncpg.pool import PoolConnectionProxy

from shunyue.kernel.errors import RequestInProgress
from shunyue.kernel.events import Event
from shunyue.kernel.tokens import Actor, system_actor

APP_ROLE = "shunyue_app"
_STATEMENTS = 1000
_OUTAGES = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,  # no connection left
    asyncpg.OperatorInterventionError,  # shut down, crashed, starting
    asyncpg.ObjectNotInPrerequisiteStateError,  # takes no connections
    ConnectionError,
    TimeoutError,
)

Connection = asyncpg.Connection | PoolConnectionProxy


class _Connection(asyncpg.Connection):
    """A connection that is not reset on release: all our settings are local to a transaction."""

    def get_reset_query(self) -> str:
        return ""


class Transaction:
    """One unit of work: one command, one merchant, one instant.

    `now` is the database's clock at the start. Events emitted here become outbox rows just before
    the commit; keys marked as changed are announced to all processes right after it.
    """

    __slots__ = ("_announced", "_events", "actor", "connection", "merchant_id", "now")

    def __init__(self, connection: Connection, actor: Actor, now: datetime) -> None:
        self.connection = connection
        self.actor = actor
        self.merchant_id: UUID = actor.merchant_id
        self.now = now
        self._events: list[Event] = []
        self._announced: set[str] = set()

    def emit(self, event: Event) -> None:
        """Tell a fact to whoever reacts, if and when this transaction commits."""
        self._events.append(event)

    def announce(self, key: str) -> None:
        """Let every process know after the commit that what it remembers about `key` is old."""
        self._announced.add(key)

    @property
    def actor_id(self) -> UUID:
        """The acting person; only routes that require one use this."""
        assert self.actor.id is not None
        return self.actor.id

    async def flush(self) -> frozenset[str]:
        """Write the outbox rows; returns the keys to announce. The kernel calls this."""
        if self._events:
            self._announced.add("outbox")
            await self.connection.execute(
                "INSERT INTO outbox (merchant_id, name, payload)"
                " SELECT $1, * FROM unnest($2::text[], $3::jsonb[])",
                self.merchant_id,
                [event.name for event in self._events],
                [msgspec.to_builtins(event) for event in self._events],
            )
        return frozenset(self._announced)


class Database:
    """The pool. `begin` is the only way to write, and the only place that commits."""

    def __init__(self, pool: asyncpg.Pool, announce: Callable[[Iterable[str]], None]) -> None:
        self.pool = pool
        self._announce = announce

    @asynccontextmanager
    async def begin(self, actor: Actor, *, lock: int | None = None) -> AsyncIterator[Transaction]:
        """Open a transaction for `actor`; commits on success, before the caller goes on.

        With a `lock`, nobody else has one of the same number open meanwhile: raises
        `RequestInProgress` when somebody has.
        """
        async with self.pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(
                "SELECT app_now(), $2::bigint IS NULL OR pg_try_advisory_xact_lock($2) AS is_ours"
                " FROM set_config('app.merchant_id', $1, true)",
                str(actor.merchant_id),
                lock,
            )
            assert row is not None
            if not row["is_ours"]:
                raise RequestInProgress
            tx = Transaction(connection, actor, row["app_now"])
            yield tx
            keys = await tx.flush()
        if keys:
            self._announce(keys)

    @asynccontextmanager
    async def begin_claimed(
        self, claim: str, *args: object
    ) -> AsyncIterator[tuple[Transaction, asyncpg.Record] | None]:
        """Claim one row of a kernel table and act as its merchant, in one transaction.

        `claim` locks at most one row (`FOR UPDATE SKIP LOCKED`) and selects its `merchant_id`, the
        `now` of the database, and for the rows that are read next
        `set_config('app.merchant_id', …, true)`. Yields None when there is nothing to do.
        """
        keys: frozenset[str] = frozenset()
        async with self.pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(claim, *args)
            if row is None:
                yield None
            else:
                tx = Transaction(connection, system_actor(row["merchant_id"]), row["now"])
                yield tx, row
                keys = await tx.flush()
        if keys:
            self._announce(keys)

    @asynccontextmanager
    async def across_merchants(self) -> AsyncIterator[Connection]:
        """Lend a connection that belongs to no merchant: it sees kernel tables only."""
        async with self.pool.acquire() as connection:
            yield connection


async def open_pool(dsn: str, *, minimum: int = 2, maximum: int = 16) -> asyncpg.Pool:
    """Return a pool whose connections act as `shunyue_app` and speak JSON as Python objects."""
    return await asyncpg.create_pool(
        dsn,
        min_size=minimum,
        max_size=maximum,
        connection_class=_Connection,
        init=prepare_connection,
        # All our statements stay prepared, and so do the connections that know them: preparing and
        # asking for types costs more than most statements.
        statement_cache_size=_STATEMENTS,
        max_cached_statement_lifetime=0,
        max_inactive_connection_lifetime=0,
        server_settings={"jit": "off", "timezone": "UTC", "application_name": "shunyue"},
    )


async def prepare_connection(connection: Connection, *, role: str | None = APP_ROLE) -> None:
    """Give a fresh connection its codecs and its role."""
    await connection.set_type_codec(
        "jsonb",
        encoder=_encode_jsonb,
        decoder=_decode_jsonb,
        schema="pg_catalog",
        format="binary",
    )
    if role is not None:
        await connection.execute(f"SET ROLE {role}")


def is_outage(error: BaseException) -> bool:
    """Tell whether an error means that the database is away: whoever asks again later may succeed.

    What was under way has an unknown outcome; keys make asking again safe.
    """
    is_closed = isinstance(error, asyncpg.InterfaceError) and "clos" in str(error)
    return is_closed or isinstance(error, _OUTAGES)


async def wait_for_database(dsn: str, seconds: float) -> None:
    """Return once the server answers; raises the last error after `seconds`."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            connection = await asyncpg.connect(dsn, timeout=5)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            if asyncio.get_running_loop().time() >= deadline:
                raise
            await asyncio.sleep(0.1)
        else:
            await connection.close()
            return


def _encode_jsonb(value: Any) -> bytes:
    return b"\x01" + msgspec.json.encode(value)


def _decode_jsonb(raw: bytes) -> Any:
    return msgspec.json.decode(raw[1:])
