"""Holds stop counting at the instant their time is over, whether or not a sweep came by."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from shunyue.booking import commands
from shunyue.booking.jobs import expire_holds
from shunyue.kernel.database import Database
from shunyue.kernel.ids import new_id
from tests.builders.studio import NOON, Studio

_A_MOMENT = timedelta(microseconds=1)
_QUARTER = timedelta(minutes=15)
_MORNING = NOON - timedelta(hours=4)


@pytest.fixture
async def studio(studio: Studio) -> AsyncIterator[Studio]:
    """The studio with its clock stopped in the morning."""
    await studio.stop_clock(_MORNING)
    yield studio
    await studio.move_clock(0)


@pytest.mark.req("BK-06")
class TestFifteenMinutes:
    async def test_hold_lasts_fifteen_minutes_of_the_database(self, studio: Studio) -> None:
        placement = await studio.hold(await studio.lesson())

        assert placement.expires_at == _MORNING + _QUARTER

    async def test_hold_counts_until_just_before_the_instant(self, studio: Studio) -> None:
        slot = await studio.lesson()
        await studio.hold(slot)
        await studio.stop_clock(_MORNING + _QUARTER - _A_MOMENT)

        assert (await studio.hold(slot)).outcome == "full"

    async def test_place_is_free_at_the_instant_without_a_sweep(self, studio: Studio) -> None:
        slot = await studio.lesson()
        first = await studio.hold(slot)
        await studio.stop_clock(_MORNING + _QUARTER)

        second = await studio.hold(slot)

        assert second.outcome == "held"
        assert await studio.state_of(first.hold_id) == "expired"
        assert await studio.places_taken(slot) == 1

    async def test_confirmed_hold_expires_too(self, studio: Studio) -> None:
        slot, customer = await studio.lesson(), await studio.customer()
        first = await studio.hold(slot, by=customer)
        async with studio.database.begin(customer) as tx:
            await commands.confirm_hold(tx, hold_id=first.hold_id)
        await studio.stop_clock(_MORNING + _QUARTER)

        assert (await studio.hold(slot)).outcome == "held"
        assert await studio.state_of(first.hold_id) == "expired"

    async def test_kept_hold_never_expires(self, studio: Studio) -> None:
        slot, customer = await studio.lesson(), await studio.customer()
        first = await studio.hold(slot, by=customer)
        async with studio.database.begin(customer) as tx:
            await commands.confirm_hold(tx, hold_id=first.hold_id)
            await commands.keep_hold(tx, first.hold_id)
        await studio.stop_clock(NOON - _A_MOMENT)

        assert (await studio.hold(slot)).outcome == "full"
        assert await expire_holds(studio.database) == 0

    async def test_expiry_is_announced_once_by_whoever_finds_it(self, studio: Studio) -> None:
        slot = await studio.lesson()
        await studio.hold(slot)
        await studio.stop_clock(_MORNING + _QUARTER)

        await studio.hold(slot)
        await expire_holds(studio.database)

        assert await studio.told("hold_expired") == 1


@pytest.mark.req("BK-06")
class TestSweep:
    async def test_sweep_gives_back_what_is_over_and_nothing_else(self, studio: Studio) -> None:
        slot = await studio.lesson(capacity=2)
        over = await studio.hold(slot)
        await studio.stop_clock(_MORNING + timedelta(minutes=5))
        fresh = await studio.hold(slot)
        await studio.stop_clock(_MORNING + _QUARTER)

        expired = await expire_holds(studio.database)

        assert expired == 1
        assert await studio.state_of(over.hold_id) == "expired"
        assert await studio.state_of(fresh.hold_id) == "active"
        assert await studio.places_taken(slot) == 1

    async def test_second_sweep_finds_nothing(self, studio: Studio) -> None:
        await studio.hold(await studio.lesson())
        await studio.stop_clock(_MORNING + _QUARTER)

        first, second = await expire_holds(studio.database), await expire_holds(studio.database)

        assert (first, second) == (1, 0)
        assert await studio.told("hold_expired") == 1

    async def test_sweep_serves_all_merchants(self, studio: Studio, database: Database) -> None:
        neighbour = Studio(database, studio.owner, await _neighbour(database))
        for one in (studio, neighbour):
            await one.hold(await one.lesson())
        await studio.stop_clock(_MORNING + _QUARTER)

        expired = await expire_holds(studio.database)

        assert expired == 2
        assert [await one.told("hold_expired") for one in (studio, neighbour)] == [1, 1]

    async def test_sweep_tells_every_server(self, studio: Studio, announced: list[str]) -> None:
        await studio.hold(await studio.lesson())
        await studio.stop_clock(_MORNING + _QUARTER)
        announced.clear()

        await expire_holds(studio.database)

        assert {f"slots:{studio.merchant_id}", "outbox"} <= set(announced)

    async def test_sweep_frees_the_teacher(self, studio: Studio) -> None:
        teacher = await studio.resource()
        await studio.hold(await studio.lesson(teacher))
        await studio.stop_clock(_MORNING + _QUARTER)

        await expire_holds(studio.database)

        assert await studio.busy(teacher) == []


@pytest.mark.req("BK-04")
class TestBusyTimeExpires:
    async def test_busy_time_lasts_as_long_as_the_longest_hold(self, studio: Studio) -> None:
        teacher = await studio.resource()
        lesson = await studio.lesson(teacher, capacity=3)
        await studio.hold(lesson)
        await studio.stop_clock(_MORNING + timedelta(minutes=10))

        await studio.hold(lesson)

        assert await _busy_until(studio, lesson) == _MORNING + timedelta(minutes=25)

    async def test_busy_time_shrinks_when_the_longest_hold_is_given_up(
        self, studio: Studio
    ) -> None:
        teacher, customer = await studio.resource(), await studio.customer()
        lesson = await studio.lesson(teacher, capacity=3)
        await studio.hold(lesson)
        await studio.stop_clock(_MORNING + timedelta(minutes=10))
        longest = await studio.hold(lesson, by=customer)

        async with studio.database.begin(customer) as tx:
            await commands.release_hold(tx, hold_id=longest.hold_id)

        assert await _busy_until(studio, lesson) == _MORNING + _QUARTER

    async def test_expired_busy_time_of_another_slot_is_taken_over(self, studio: Studio) -> None:
        teacher = await studio.resource()
        first, second = await studio.lesson(teacher), await studio.lesson(teacher)
        await studio.hold(first)
        too_early = await studio.hold(second)
        await studio.stop_clock(_MORNING + _QUARTER)

        in_time = await studio.hold(second)

        assert (too_early.outcome, in_time.outcome) == ("taken", "held")
        assert await studio.busy(teacher) == [second]

    async def test_slot_whose_busy_time_was_taken_over_can_be_had_later(
        self, studio: Studio
    ) -> None:
        teacher = await studio.resource()
        first, second = await studio.lesson(teacher), await studio.lesson(teacher)
        await studio.hold(first)
        await studio.stop_clock(_MORNING + _QUARTER)
        await studio.hold(second)
        refused = await studio.hold(first)
        await studio.stop_clock(_MORNING + 2 * _QUARTER)

        placement = await studio.hold(first)

        assert (refused.outcome, placement.outcome) == ("taken", "held")
        assert await studio.busy(teacher) == [first]


async def _busy_until(studio: Studio, slot: UUID) -> object:
    return await studio.value(
        "SELECT expires_at FROM occupancy WHERE merchant_id = $1 AND slot_id = $2", slot
    )


async def _neighbour(database: Database) -> UUID:
    merchant_id = new_id()
    async with database.across_merchants() as connection:
        await connection.execute(
            "INSERT INTO merchant (merchant_id, slug, name, payee_name, time_zone)"
            " VALUES ($1, 'next-door', '隔壁', '隔壁', 'Asia/Shanghai')",
            merchant_id,
        )
    return merchant_id
