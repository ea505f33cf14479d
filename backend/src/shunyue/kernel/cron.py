"""Work at times of day, for all merchants at once (PgQueuer). Single pieces of work are timers."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping

import asyncpg
import structlog

from shunyue.kernel.database import APP_ROLE, Database

# PgQueuer reads its schema from the environment once, when first used.
os.environ["PGQUEUER_SCHEMA"] = "queue"

from pgqueuer.models import Schedule
from pgqueuer.queries import Queries
from pgqueuer.sm import SchedulerManager

log = structlog.get_logger(__name__)

CronHandler = Callable[[Database], Awaitable[None]]


class Cron:
    """Does what cron expressions ask for, once for all workers, until cancelled.

    Reconnects when the database restarts.
    """

    def __init__(
        self, database: Database, dsn: str, work: Mapping[str, tuple[str, CronHandler]]
    ) -> None:
        self._database = database
        self._dsn = dsn
        self._work = work

    async def run(self) -> None:
        """Wait for the times for ever."""
        while True:
            try:
                await self._keep()
            except Exception as error:  # It outlives a database restart.
                log.warning("cron.interrupted", exc_info=error)
            await asyncio.sleep(0.5)

    async def _keep(self) -> None:
        connection = await asyncpg.connect(self._dsn, timeout=5)
        try:
            await connection.execute(f"SET ROLE {APP_ROLE}")
            clockwork = SchedulerManager(Queries.from_asyncpg_connection(connection))
            connection.add_termination_listener(lambda _: clockwork.shutdown.set())
            for name, (expression, work) in self._work.items():
                self._register(clockwork, name, expression, work)
            await clockwork.run()
        finally:
            connection.terminate()

    def _register(
        self, clockwork: SchedulerManager, name: str, expression: str, work: CronHandler
    ) -> None:
        @clockwork.schedule(name, expression)
        async def run(_: Schedule) -> None:
            await work(self._database)
