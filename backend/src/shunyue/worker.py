"""The worker's composition: everything that happens without a request."""

import asyncio
import signal
from typing import Any

import httpx
import structlog

from shunyue.booking.api import expire_holds
from shunyue.identity.api import all_merchants
from shunyue.journey import handlers as journey_handlers
from shunyue.journey import jobs as journey_jobs
from shunyue.kernel import clock
from shunyue.kernel.bus import Bus
from shunyue.kernel.cron import Cron
from shunyue.kernel.crypto import Vault
from shunyue.kernel.database import Database, open_pool
from shunyue.kernel.idempotency import forget_old_answers
from shunyue.kernel.outbox import RELAY_REST_SECONDS, Deliverer, Relay, keep_running
from shunyue.kernel.settings import Settings
from shunyue.kernel.timers import TIMERS_CHANNEL, TimerRunner
from shunyue.kernel.tokens import system_actor
from shunyue.notifications import handlers as notification_handlers
from shunyue.payments.api import (
    CALL_TIMEOUT,
    NOTICE_TIMER,
    QUERY_TIMER,
    REFUND_TIMER,
    ProviderDesk,
    Providers,
)
from shunyue.realtime.jobs import forget_old_pushes
from shunyue.realtime.projection import project
from shunyue.scheduling.api import extend_slots

log = structlog.get_logger(__name__)

SUBSCRIPTIONS = (*journey_handlers.SUBSCRIPTIONS, *notification_handlers.SUBSCRIPTIONS)
_NIGHTLY = "17 3 * * *"
_SWEEP_SECONDS = 0.5
_CANCEL_AGAIN_SECONDS = 1.0


async def run_worker(settings: Settings, dsn: str) -> None:
    """Work until told to stop."""
    bus = Bus()
    pool = await open_pool(dsn)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with httpx.AsyncClient(timeout=CALL_TIMEOUT) as client:
        database = Database(pool, bus.announce)
        async with database.across_merchants() as connection:
            await clock.follow_database(connection)
        desk = ProviderDesk(Providers(Vault(settings.key), client, settings.base_url))
        tasks = [asyncio.create_task(one) for one in _loops(database, bus, desk, dsn)]
        log.info("worker.started")
        stopped = asyncio.create_task(stop.wait())
        ended, _ = await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
        await _end(tasks)
    await asyncio.wait_for(pool.close(), 10)
    for task in ended - {stopped}:
        # No loop may end by itself; whoever watches this process starts it again.
        task.result()


async def _end(tasks: list[asyncio.Task[Any]]) -> None:
    """Cancel until all have ended: a connection that dies meanwhile can swallow a cancellation."""
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=_CANCEL_AGAIN_SECONDS)


def _loops(database: Database, bus: Bus, desk: ProviderDesk, dsn: str) -> list[Any]:
    relay = Relay(database, SUBSCRIPTIONS, project, bus.announce)
    deliverer = Deliverer(database, SUBSCRIPTIONS)
    timers = TimerRunner(
        database,
        {
            **journey_jobs.TIMERS,
            NOTICE_TIMER: desk.notice_due,
            QUERY_TIMER: desk.query_due,
            REFUND_TIMER: desk.refund_due,
        },
    )
    cron = Cron(database, dsn, {"nightly": (_NIGHTLY, nightly)})
    events, deliveries, due = asyncio.Event(), asyncio.Event(), asyncio.Event()
    bus.listen(_waker(database, events, deliveries, due))
    return [
        bus.run(dsn),
        cron.run(),
        keep_running(relay.run_once, events, rest_seconds=RELAY_REST_SECONDS),
        keep_running(deliverer.run_once, deliveries),
        keep_running(deliverer.run_once, deliveries),
        keep_running(timers.run_once, due),
        keep_running(timers.run_once, due),
        _sweep(database),
    ]


def _waker(
    database: Database, events: asyncio.Event, deliveries: asyncio.Event, due: asyncio.Event
) -> Any:
    background: set[asyncio.Task[Any]] = set()

    async def follow() -> None:
        async with database.across_merchants() as connection:
            await clock.follow_database(connection)

    def heard(key: str) -> None:
        if key in {"outbox", "*"}:
            events.set()
        if key in {"deliveries", "*"}:
            deliveries.set()
        if key in {TIMERS_CHANNEL, clock.CLOCK_CHANNEL, "*"}:
            due.set()
        if key in {clock.CLOCK_CHANNEL, "*"}:
            task = asyncio.create_task(follow())
            background.add(task)
            task.add_done_callback(background.discard)

    return heard


async def _sweep(database: Database) -> None:
    while True:
        try:
            await expire_holds(database)
        except Exception as error:  # noqa: BLE001  # The sweep outlives a database restart.
            log.warning("sweep.interrupted", error=repr(error))
        await asyncio.sleep(_SWEEP_SECONDS)


async def nightly(database: Database) -> None:
    """Make the slots that come within the horizon; forget what nobody asks for any more."""
    async with database.across_merchants() as connection:
        merchants = await all_merchants(connection)
    for merchant in merchants:
        async with database.begin(system_actor(merchant.merchant_id)) as tx:
            await extend_slots(tx, merchant)
            await forget_old_answers(tx)
    await forget_old_pushes(database)


async def nightly_now(dsn: str) -> None:
    """Do the nightly work at start, for an install that slept through the night."""
    pool = await open_pool(dsn, minimum=1, maximum=2)
    try:
        await nightly(Database(pool, lambda _: None))
    finally:
        await pool.close()
