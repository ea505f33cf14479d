"""Timers: work that becomes due, as rows. Moving the clock makes them due like any other moment."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from uuid import UUID

import asyncpg
import structlog

from shunyue.kernel.database import Database, Transaction

log = structlog.get_logger(__name__)

LEASE_SECONDS = 30
LONGEST_RETRY_SECONDS = 300
# Announced when something is due at once: the worker need not find out by looking.
TIMERS_CHANNEL = "timers"


class Due:
    """A timer that rang. `attempts` counts how often it rang since it was set."""

    __slots__ = ("attempts", "merchant_id", "subject_id")

    def __init__(self, merchant_id: UUID, subject_id: UUID, attempts: int) -> None:
        self.merchant_id = merchant_id
        self.subject_id = subject_id
        self.attempts = attempts


TimerHandler = Callable[[Database, Due], Awaitable[None]]


async def set_timer(tx: Transaction, kind: str, subject_id: UUID, due_at: datetime) -> None:
    """Have `kind` ring for `subject_id` at `due_at`; replaces an earlier time."""
    await tx.connection.execute(
        "INSERT INTO timer (merchant_id, kind, subject_id, due_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (merchant_id, kind, subject_id)"
        " DO UPDATE SET due_at = excluded.due_at, attempts = 0",
        tx.merchant_id,
        kind,
        subject_id,
        due_at,
    )
    if due_at <= tx.now:
        tx.announce(TIMERS_CHANNEL)


async def postpone_timer(tx: Transaction, kind: str, subject_id: UUID, due_at: datetime) -> None:
    """Move a timer that still counts its attempts; does nothing when it was cleared meanwhile."""
    await tx.connection.execute(
        "UPDATE timer SET due_at = $4 WHERE merchant_id = $1 AND kind = $2 AND subject_id = $3",
        tx.merchant_id,
        kind,
        subject_id,
        due_at,
    )


async def clear_timer(tx: Transaction, kind: str, subject_id: UUID) -> None:
    """Have `kind` not ring for `subject_id` any more."""
    await tx.connection.execute(
        "DELETE FROM timer WHERE merchant_id = $1 AND kind = $2 AND subject_id = $3",
        tx.merchant_id,
        kind,
        subject_id,
    )


# MATERIALIZED: a plan made while the table was empty runs a sub-select once for each timer, and
# each time it finds, skipping what is locked, another one to lease.
_CLAIM = """
    WITH d AS MATERIALIZED (
        SELECT merchant_id, kind, subject_id FROM timer
         WHERE due_at <= app_now() AND kind = ANY ($2)
         ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    UPDATE timer t SET due_at = app_now() + make_interval(secs => $1), attempts = t.attempts + 1
      FROM d
     WHERE t.merchant_id = d.merchant_id AND t.kind = d.kind AND t.subject_id = d.subject_id
    RETURNING t.merchant_id, t.kind, t.subject_id, t.attempts
"""


class TimerRunner:
    """Rings timers. A handler opens its own transactions and clears or moves its timer in one.

    While it works the timer is leased, not locked: handlers may talk to providers. After a crash
    it rings again when the lease is over, after a failure sooner at first and then ever later, so
    handlers decide by the state they find.
    """

    def __init__(self, database: Database, handlers: Mapping[str, TimerHandler]) -> None:
        self._database = database
        self._handlers = handlers

    async def run_once(self) -> bool:
        """Ring one timer; returns whether one was due."""
        async with self._database.across_merchants() as connection:
            row = await connection.fetchrow(_CLAIM, float(LEASE_SECONDS), list(self._handlers))
        if row is None:
            return False
        due = Due(row["merchant_id"], row["subject_id"], row["attempts"])
        try:
            await self._handlers[row["kind"]](self._database, due)
        except Exception:  # Any failure is shown and tried again, never lost.
            seconds = min(LONGEST_RETRY_SECONDS, 2 ** min(due.attempts, 10))
            log.exception(
                "timer.failed",
                kind=row["kind"],
                subject_id=str(due.subject_id),
                attempts=due.attempts,
                retry_in_seconds=seconds,
            )
            await self._ring_again(row, seconds)
        return True

    async def _ring_again(self, row: asyncpg.Record, seconds: int) -> None:
        async with self._database.across_merchants() as connection:
            await connection.execute(
                "UPDATE timer SET due_at = app_now() + make_interval(secs => $4)"
                " WHERE merchant_id = $1 AND kind = $2 AND subject_id = $3",
                row["merchant_id"],
                row["kind"],
                row["subject_id"],
                float(seconds),
            )
