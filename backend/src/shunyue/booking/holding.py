"""Holding places in batches: requests gather while the previous statement runs.

No timer is involved. When nothing is running a request goes at once; in a rush the statements grow
instead of the queue, and a hot slot is locked once per statement instead of once per request.
"""

import asyncio
from collections.abc import Callable, Iterable
from uuid import UUID

import asyncpg
import msgspec
import structlog

from shunyue.booking.queries import TAKE_PLACES, placement_of
from shunyue.booking.records import Placement
from shunyue.kernel.ids import new_id
from shunyue.kernel.metrics import HOLD_BATCH, HOLDS

log = structlog.get_logger(__name__)

HOLD_MINUTES = 15
LANES = 2
LARGEST_BATCH = 256
_STATEMENT_SECONDS = 10.0
_LOOKS = 8


class Wish(msgspec.Struct, frozen=True):
    """One customer's wish for places of a slot, under the key of that one action."""

    slot_id: UUID
    party_size: int
    customer_id: UUID
    key: UUID


class _Waiting:
    __slots__ = ("answer", "hold_id", "wish")

    def __init__(self, wish: Wish, answer: asyncio.Future[Placement]) -> None:
        self.wish = wish
        self.hold_id = new_id()
        self.answer = answer


class _Lane:
    """Requests of one merchant for some of its slots. One statement at a time."""

    def __init__(self) -> None:
        self.queue: list[_Waiting] = []
        self.is_running = False


class PlaceTaker:
    """Gathers wishes and sends them, lane by lane. A statement never mixes merchants."""

    def __init__(self, pool: asyncpg.Pool, announce: Callable[[Iterable[str]], None]) -> None:
        self._pool = pool
        self._announce = announce
        self._lanes: dict[tuple[UUID, int], _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def hold(self, merchant_id: UUID, wish: Wish) -> Placement:
        """Take places for 15 minutes; the answer says what came of it.

        Not cancelled with the request: a statement serves many customers. If the database is lost
        on the way the outcome is unknown and the error says so; the same key makes a retry safe.
        """
        lane_key = (merchant_id, wish.slot_id.int % LANES)
        lane = self._lanes.setdefault(lane_key, _Lane())
        waiting = _Waiting(wish, asyncio.get_running_loop().create_future())
        lane.queue.append(waiting)
        if not lane.is_running:
            lane.is_running = True
            task = asyncio.create_task(self._run(lane_key, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await waiting.answer

    async def _run(self, lane_key: tuple[UUID, int], lane: _Lane) -> None:
        # Let requests that are already in the event loop join the first statement.
        await asyncio.sleep(0)
        try:
            while lane.queue:
                batch = lane.queue[:LARGEST_BATCH]
                del lane.queue[:LARGEST_BATCH]
                again = await self._serve(lane_key[0], batch)
                lane.queue[:0] = again
        finally:
            lane.is_running = False
            if not lane.queue:
                self._lanes.pop(lane_key, None)

    async def _serve(self, merchant_id: UUID, batch: list[_Waiting]) -> list[_Waiting]:
        """Answer a batch; returns members that deserve another try."""
        try:
            placements = await self._take_patiently(merchant_id, batch)
        except Exception as error:  # noqa: BLE001  # One bad member must not fail the others.
            if len(batch) > 1:
                log.warning("holds.batch_failed", size=len(batch), error=repr(error))
                for one in batch:
                    await self._serve(merchant_id, [one])
            else:
                _fail(batch[0], error)
            return []
        again = []
        for waiting, placement in zip(batch, placements, strict=True):
            if _is_worth_another_try(waiting, placement):
                again.append(waiting)
            elif not waiting.answer.done():
                HOLDS.labels(placement.outcome).inc()
                waiting.answer.set_result(placement)
        if any(placement.outcome == "held" for placement in placements):
            self._announce((f"slots:{merchant_id}", "outbox"))
        return again

    async def _take_patiently(self, merchant_id: UUID, batch: list[_Waiting]) -> list[Placement]:
        """Take; if another statement has just stored a choice of a lone customer, look again.

        A customer has one choice at a time (`hold_one_choice`), and the same wish one effect
        (`hold_once`): the next look finds what the other statement stored. Each time somebody wins,
        so rivals come to an end; more than a few are no person's taps.
        """
        for _ in range(_LOOKS):
            try:
                return await self._take(merchant_id, batch)
            except asyncpg.UniqueViolationError:
                if len(batch) > 1:
                    raise
        return await self._take(merchant_id, batch)

    async def _take(self, merchant_id: UUID, batch: list[_Waiting]) -> list[Placement]:
        HOLD_BATCH.observe(len(batch))
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(
                TAKE_PLACES,
                merchant_id,
                [one.wish.slot_id for one in batch],
                [one.wish.party_size for one in batch],
                [one.wish.customer_id for one in batch],
                [one.wish.key for one in batch],
                [one.hold_id for one in batch],
                HOLD_MINUTES,
                True,
                timeout=_STATEMENT_SECONDS,
            )
        return [placement_of(row) for row in rows]


def _is_worth_another_try(waiting: _Waiting, placement: Placement) -> bool:
    """A small party behind a large refused one was counted out with it, though it would fit.

    Comes to an end: whoever is first in the next statement gets the places or doesn't fit.
    """
    return placement.outcome == "full" and (placement.places_left or 0) >= waiting.wish.party_size


def _fail(waiting: _Waiting, error: Exception) -> None:
    log.error("holds.failed", exc_info=error)
    if not waiting.answer.done():
        waiting.answer.set_exception(error)
