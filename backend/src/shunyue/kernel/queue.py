"""The job queue: work handed to the worker in the transaction that made it necessary (PgQueuer)."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import asyncpg
import msgspec
import structlog

from shunyue.kernel.database import APP_ROLE, Database, Transaction

# PgQueuer reads its schema from the environment once, when first used.
os.environ["PGQUEUER_SCHEMA"] = "queue"

from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.models import Job, Schedule
from pgqueuer.queries import Queries

log = structlog.get_logger(__name__)

JobHandler = Callable[[Database, UUID, UUID], Awaitable[None]]
NightlyHandler = Callable[[Database], Awaitable[None]]


async def enqueue(tx: Transaction, job: str, subject_id: UUID) -> None:
    """Have the worker run `job` for `subject_id` once this transaction has committed."""
    payload = f"{tx.merchant_id} {subject_id}".encode()
    connection = cast("asyncpg.Connection", tx.connection)  # The pool's proxy behaves like one.
    await Queries(_OurConnection(connection)).enqueue(job, payload)


class _OurConnection(AsyncpgDriver):
    """Our connections take JSON as objects; PgQueuer hands its headers over as text, and last."""

    async def fetch(self, query: str, *args: Any) -> list[dict[str, object]]:
        """Run the insert."""
        headers = [msgspec.json.decode(text) for text in args[-1]]
        return await super().fetch(query, *args[:-1], headers)


class QueueWorker:
    """Runs queued jobs and nightly work until cancelled; reconnects when the database restarts."""

    def __init__(
        self,
        database: Database,
        dsn: str,
        jobs: Mapping[str, JobHandler],
        nightly: Mapping[str, tuple[str, NightlyHandler]],
    ) -> None:
        self._database = database
        self._dsn = dsn
        self._jobs = jobs
        self._nightly = nightly

    async def run(self) -> None:
        """Serve the queue for ever."""
        while True:
            try:
                await self._serve()
            except Exception as error:  # The queue outlives a database restart.
                log.warning("queue.interrupted", exc_info=error)
            await asyncio.sleep(0.5)

    async def _serve(self) -> None:
        connection = await asyncpg.connect(self._dsn, timeout=5)
        try:
            await connection.execute(f"SET ROLE {APP_ROLE}")
            queuer = PgQueuer.from_asyncpg_connection(connection)
            for name, handle in self._jobs.items():
                self._register_job(queuer, name, handle)
            for name, (expression, work) in self._nightly.items():
                self._register_nightly(queuer, name, expression, work)
            await queuer.run(
                dequeue_timeout=timedelta(seconds=1), shutdown_on_listener_failure=True
            )
        finally:
            connection.terminate()

    def _register_job(self, queuer: PgQueuer, name: str, handle: JobHandler) -> None:
        @queuer.entrypoint(name, on_failure="hold")
        async def run(job: Job) -> None:
            assert job.payload is not None
            merchant_id, subject_id = (UUID(part) for part in job.payload.decode().split())
            await handle(self._database, merchant_id, subject_id)

    def _register_nightly(
        self, queuer: PgQueuer, name: str, expression: str, work: NightlyHandler
    ) -> None:
        @queuer.schedule(name, expression)
        async def run(_: Schedule) -> None:
            await work(self._database)
