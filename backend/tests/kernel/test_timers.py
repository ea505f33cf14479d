"""Timers: they ring when they are due by the database's clock, and again after a crash."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from shunyue.kernel.database import Database
from shunyue.kernel.ids import new_id
from shunyue.kernel.timers import (
    LEASE_SECONDS,
    Due,
    TimerRunner,
    clear_timer,
    postpone_timer,
    set_timer,
)
from shunyue.kernel.tokens import system_actor
from tests.builders.studio import NOON, Studio

_KIND = "kitchen.egg"
_MOMENT = timedelta(microseconds=1)


class Kitchen:
    """A runner whose rings are heard."""

    def __init__(self, studio: Studio, *, clears: bool = True, fails: bool = False) -> None:
        self.studio, self.rings = studio, list[Due]()
        self._clears, self._fails = clears, fails
        self.runner = TimerRunner(studio.database, {_KIND: self._ring})

    async def _ring(self, database: Database, due: Due) -> None:
        self.rings.append(due)
        if self._fails:
            raise RuntimeError("the pot is empty")
        if self._clears:
            async with database.begin(system_actor(due.merchant_id)) as tx:
                await clear_timer(tx, _KIND, due.subject_id)

    async def set(self, subject_id: UUID, minutes: int, kind: str = _KIND) -> None:
        """Have an egg taken out after minutes."""
        async with self.studio.database.begin(system_actor(self.studio.merchant_id)) as tx:
            await set_timer(tx, kind, subject_id, NOON + timedelta(minutes=minutes))

    async def listen(self) -> int:
        """Ring what is due; returns how many rang."""
        before = len(self.rings)
        while await self.runner.run_once():
            pass
        return len(self.rings) - before


@pytest.fixture
async def studio(studio: Studio) -> Studio:
    """The studio at noon."""
    await studio.stop_clock(NOON)
    return studio


class TestRinging:
    async def test_timer_rings_at_its_instant_and_not_before(self, studio: Studio) -> None:
        kitchen = Kitchen(studio)
        await kitchen.set(new_id(), 5)

        await studio.stop_clock(NOON + timedelta(minutes=5) - _MOMENT)
        early = await kitchen.listen()
        await studio.stop_clock(NOON + timedelta(minutes=5))
        due = await kitchen.listen()

        assert (early, due) == (0, 1)

    async def test_earliest_rings_first(self, studio: Studio) -> None:
        kitchen = Kitchen(studio)
        eggs = [new_id() for _ in range(3)]
        for minutes, egg in zip((3, 1, 2), eggs, strict=True):
            await kitchen.set(egg, minutes)
        await studio.stop_clock(NOON + timedelta(hours=1))

        await kitchen.listen()

        assert [one.subject_id for one in kitchen.rings] == [eggs[1], eggs[2], eggs[0]]

    async def test_one_rings_at_a_time_also_by_a_plan_made_while_there_were_none(
        self, studio: Studio
    ) -> None:
        kitchen = Kitchen(studio, clears=False)
        await studio.owner.execute("VACUUM ANALYZE timer")
        for _ in range(10):
            await kitchen.runner.run_once()
        for _ in range(20):
            await kitchen.set(new_id(), 0)

        await kitchen.runner.run_once()

        leased = "SELECT count(*) FROM timer WHERE merchant_id = $1 AND attempts > 0"
        assert (len(kitchen.rings), await studio.value(leased)) == (1, 1)

    async def test_ring_names_merchant_and_subject(self, studio: Studio) -> None:
        kitchen, egg = Kitchen(studio), new_id()
        await kitchen.set(egg, 0)

        await kitchen.listen()

        [due] = kitchen.rings
        assert (due.merchant_id, due.subject_id, due.attempts) == (studio.merchant_id, egg, 1)

    async def test_kind_that_nobody_knows_here_is_left_to_others(self, studio: Studio) -> None:
        kitchen = Kitchen(studio)
        await kitchen.set(new_id(), 0, kind="garden.water")

        assert await kitchen.listen() == 0

    async def test_two_workers_ring_each_timer_once(self, studio: Studio) -> None:
        kitchens = [Kitchen(studio) for _ in range(4)]
        for _ in range(20):
            await kitchens[0].set(new_id(), 0)

        rings = await asyncio.gather(*(one.listen() for one in kitchens))

        assert sum(rings) == 20


class TestChangingOnesMind:
    async def test_cleared_timer_does_not_ring(self, studio: Studio) -> None:
        kitchen, egg = Kitchen(studio), new_id()
        await kitchen.set(egg, 0)
        async with studio.database.begin(system_actor(studio.merchant_id)) as tx:
            await clear_timer(tx, _KIND, egg)

        assert await kitchen.listen() == 0

    async def test_timer_set_again_rings_once_at_the_later_time(self, studio: Studio) -> None:
        kitchen, egg = Kitchen(studio), new_id()
        await kitchen.set(egg, 1)
        await kitchen.set(egg, 10)

        await studio.stop_clock(NOON + timedelta(minutes=5))
        early = await kitchen.listen()
        await studio.stop_clock(NOON + timedelta(minutes=10))

        assert (early, await kitchen.listen()) == (0, 1)

    async def test_timer_of_an_undone_command_does_not_ring(self, studio: Studio) -> None:
        kitchen = Kitchen(studio)

        with pytest.raises(RuntimeError):
            await _set_and_fail(studio)

        assert await kitchen.listen() == 0


class TestLease:
    async def test_timer_that_was_not_cleared_rings_again_after_the_lease(
        self, studio: Studio
    ) -> None:
        kitchen = Kitchen(studio, clears=False)
        await kitchen.set(new_id(), 0)

        first = await kitchen.listen()
        await studio.stop_clock(NOON + timedelta(seconds=LEASE_SECONDS) - _MOMENT)
        during = await kitchen.listen()
        await studio.stop_clock(NOON + timedelta(seconds=LEASE_SECONDS))
        after = await kitchen.listen()

        assert (first, during, after) == (1, 0, 1)
        assert [one.attempts for one in kitchen.rings] == [1, 2]

    async def test_failed_handler_is_rung_again_after_the_lease(self, studio: Studio) -> None:
        failing = Kitchen(studio, fails=True)
        await failing.set(new_id(), 0)
        await failing.listen()
        await studio.stop_clock(NOON + timedelta(seconds=LEASE_SECONDS))

        assert await Kitchen(studio).listen() == 1

    async def test_failing_timer_does_not_hold_up_the_others(self, studio: Studio) -> None:
        failing = Kitchen(studio, fails=True)
        for _ in range(3):
            await failing.set(new_id(), 0)

        assert await failing.listen() == 3

    async def test_postponed_timer_keeps_counting_and_a_cleared_one_stays_cleared(
        self, studio: Studio
    ) -> None:
        kitchen = Kitchen(studio, clears=False)
        egg, gone = new_id(), new_id()
        await kitchen.set(egg, 0)
        await kitchen.listen()
        async with studio.database.begin(system_actor(studio.merchant_id)) as tx:
            for one in (egg, gone):
                await postpone_timer(tx, _KIND, one, NOON + timedelta(minutes=2))
        await studio.stop_clock(NOON + timedelta(minutes=2))

        await kitchen.listen()

        assert [(one.subject_id, one.attempts) for one in kitchen.rings] == [(egg, 1), (egg, 2)]


async def _set_and_fail(studio: Studio) -> None:
    async with studio.database.begin(system_actor(studio.merchant_id)) as tx:
        await set_timer(tx, _KIND, new_id(), NOON)
        raise RuntimeError
