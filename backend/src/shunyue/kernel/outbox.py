"""The outbox: facts committed with what made them true, then handled once by each who reacts."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import msgspec
import structlog

from shunyue.kernel.database import Connection, Database, Transaction
from shunyue.kernel.events import Event

log = structlog.get_logger(__name__)

RELAY_BATCH = 500
# Events that come within this time share a transaction and its pushes; from commit to screen there
# are 300 ms.
RELAY_REST_SECONDS = 0.04
_RELAY_LOCK = 0x5359_0001
_IDLE_SECONDS = 0.25
_LONGEST_RETRY_SECONDS = 300

Handler = Callable[[Transaction, Any], Awaitable[None]]


class Subscription(msgspec.Struct, frozen=True):
    """A handler's wish to see an event. Names are stored: renaming a handler replays nothing.

    `wants` looks at a payload before a delivery is planned: what it refuses costs nothing.
    """

    event: type[Event]
    handle: Handler
    wants: Callable[[dict[str, Any]], bool] = lambda _: True

    @property
    def handler(self) -> str:
        """The stable name under which deliveries are remembered."""
        return f"{self.handle.__module__.removeprefix('shunyue.')}.{self.handle.__name__}"


class StoredEvent(msgspec.Struct, frozen=True):
    """An event as it lies in the outbox."""

    merchant_id: UUID
    id: int
    name: str
    payload: dict[str, Any]


class Projector(Protocol):
    """Turns events into pushes, in the transaction that marks them as relayed."""

    async def __call__(self, connection: Connection, events: Sequence[StoredEvent]) -> set[str]:
        """Write the pushes; returns keys to announce."""
        ...


class Relay:
    """Moves events from the outbox to deliveries and pushes. One process at a time does it."""

    def __init__(
        self,
        database: Database,
        subscriptions: Sequence[Subscription],
        project: Projector,
        announce: Callable[[set[str]], None],
    ) -> None:
        self._database = database
        self._subscriptions: dict[str, list[Subscription]] = defaultdict(list)
        for one in subscriptions:
            self._subscriptions[one.event.name].append(one)
        self._project = project
        self._announce = announce

    async def run_once(self) -> int:
        """Relay one batch; returns how many events it held."""
        async with self._database.across_merchants() as connection, connection.transaction():
            if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", _RELAY_LOCK):
                return 0
            rows = await connection.fetch(
                "SELECT merchant_id, id, name, payload FROM outbox WHERE relayed_at IS NULL"
                " ORDER BY id LIMIT $1 FOR UPDATE",
                RELAY_BATCH,
            )
            if not rows:
                return 0
            events = [StoredEvent(**row) for row in rows]
            await self._plan_deliveries(connection, events)
            keys = await self._project(connection, events)
            await connection.execute(
                "UPDATE outbox o SET relayed_at = app_now()"
                " FROM unnest($1::uuid[], $2::bigint[]) AS r (merchant_id, id)"
                " WHERE o.merchant_id = r.merchant_id AND o.id = r.id",
                [event.merchant_id for event in events],
                [event.id for event in events],
            )
        self._announce(keys | {"deliveries"})
        return len(events)

    async def _plan_deliveries(self, connection: Connection, events: list[StoredEvent]) -> None:
        planned = [
            (event.merchant_id, event.id, one.handler)
            for event in events
            for one in self._subscriptions.get(event.name, ())
            if one.wants(event.payload)
        ]
        if planned:
            await connection.execute(
                "INSERT INTO outbox_delivery (merchant_id, event_id, handler)"
                " SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[])"
                " ON CONFLICT DO NOTHING",
                *zip(*planned, strict=True),
            )


# One delivery first, then its event: joined, the planner reads the whole outbox to find one row.
_CLAIM = """
    WITH due AS MATERIALIZED (
        SELECT merchant_id, event_id, handler, attempts FROM outbox_delivery
         WHERE delivered_at IS NULL AND due_at <= app_now()
         ORDER BY due_at, event_id
         LIMIT 1 FOR UPDATE SKIP LOCKED)
    SELECT d.*, app_now() AS now, set_config('app.merchant_id', d.merchant_id::text, true),
           (SELECT o.payload FROM outbox o
             WHERE o.merchant_id = d.merchant_id AND o.id = d.event_id) AS payload
      FROM due d
"""


class Deliverer:
    """Runs handlers. The handler's effect and the mark that it ran commit together."""

    def __init__(self, database: Database, subscriptions: Sequence[Subscription]) -> None:
        self._database = database
        self._by_name = {one.handler: one for one in subscriptions}

    async def run_once(self) -> bool:
        """Deliver one event to one handler; returns whether there was one."""
        claimed: asyncpg.Record | None = None
        try:
            async with self._database.begin_claimed(_CLAIM) as found:
                if found is None:
                    return False
                tx, claimed = found
                await self._deliver(tx, claimed)
        except Exception as error:  # Any failure is retried and shown, never lost.
            if claimed is None:
                raise
            await self._postpone(claimed, error)
        return True

    async def _deliver(self, tx: Transaction, row: asyncpg.Record) -> None:
        subscription = self._by_name[row["handler"]]
        await subscription.handle(tx, msgspec.convert(row["payload"], subscription.event))
        await tx.connection.execute(
            "UPDATE outbox_delivery SET delivered_at = app_now(), attempts = attempts + 1"
            " WHERE merchant_id = $1 AND event_id = $2 AND handler = $3",
            row["merchant_id"],
            row["event_id"],
            row["handler"],
        )

    async def _postpone(self, row: asyncpg.Record, error: Exception) -> None:
        seconds = min(_LONGEST_RETRY_SECONDS, 2 ** min(row["attempts"], 10))
        log.error(
            "outbox.handler_failed",
            handler=row["handler"],
            event_id=row["event_id"],
            attempts=row["attempts"] + 1,
            retry_in_seconds=seconds,
            exc_info=error,
        )
        async with self._database.across_merchants() as connection:
            await connection.execute(
                "UPDATE outbox_delivery SET attempts = attempts + 1, last_error = $4,"
                " due_at = app_now() + make_interval(secs => $5)"
                " WHERE merchant_id = $1 AND event_id = $2 AND handler = $3",
                row["merchant_id"],
                row["event_id"],
                row["handler"],
                repr(error)[:500],
                float(seconds),
            )


async def keep_running(
    work: Callable[[], Awaitable[object]], wake: asyncio.Event, *, rest_seconds: float = 0.0
) -> None:
    """Repeat `work` while it finds something; otherwise wait for `wake`, or a moment.

    With `rest_seconds` it pauses after each piece of work, so that the next finds more at once.
    Errors (a database that restarts, say) are logged and waited out: the loop never ends.
    """
    while True:
        try:
            found = await work()
        except Exception:  # The loop outlives every failure.
            log.exception("loop.failed", work=getattr(work, "__qualname__", repr(work)))
            found = None
            await asyncio.sleep(_IDLE_SECONDS)
        if found and rest_seconds:
            await asyncio.sleep(rest_seconds)
        if not found:
            # Not wait_for: it swallows a cancellation that comes together with the wake-up.
            try:
                async with asyncio.timeout(_IDLE_SECONDS):
                    await wake.wait()
            except TimeoutError:
                continue
            wake.clear()
