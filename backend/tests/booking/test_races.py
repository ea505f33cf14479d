"""Races for places: each guard alone keeps the promise, and without them it breaks."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from shunyue.booking.api import PlaceTaker, Wish
from shunyue.booking.records import Placement
from tests.builders.studio import Studio, rewrite

_LOCK = "ORDER BY s.id FOR NO KEY UPDATE) locked"
_NO_LOCK = "ORDER BY s.id) locked"
_RIVALS = 8


async def _think_twice(owner: asyncpg.Connection) -> None:
    """Widen the moment between looking and taking, so that rivals really meet in it."""
    await rewrite(
        owner,
        "place_wishes",
        "FROM judged j WHERE j.refusal IS NULL) r",
        "FROM judged j, pg_sleep(0.15) WHERE j.refusal IS NULL) r",
    )


async def _remove_lock(owner: asyncpg.Connection) -> None:
    await rewrite(owner, "take_places", _LOCK, _NO_LOCK)


async def _remove_check(owner: asyncpg.Connection) -> None:
    await owner.execute("ALTER TABLE slot DROP CONSTRAINT slot_never_oversold")


async def _rush(studio: Studio, slot: UUID) -> list[list[Placement] | BaseException]:
    """Everybody takes a place in a statement of their own, all at once."""
    wishes = [await studio.wish(slot) for _ in range(_RIVALS)]
    return await asyncio.gather(*(studio.take(one) for one in wishes), return_exceptions=True)


@pytest.mark.req("BK-08")
class TestTwoGuardsOfPlaces:
    async def test_lock_alone_never_oversells(self, studio: Studio) -> None:
        slot = await studio.slot(capacity=2)
        await _think_twice(studio.owner)
        await _remove_check(studio.owner)

        await _rush(studio, slot)

        assert await studio.open_holds(slot) == 2
        assert await studio.places_taken(slot) == 2

    async def test_check_alone_never_oversells(self, studio: Studio) -> None:
        slot = await studio.slot(capacity=2)
        await _think_twice(studio.owner)
        await _remove_lock(studio.owner)

        results = await _rush(studio, slot)

        refused = [one for one in results if isinstance(one, asyncpg.CheckViolationError)]
        assert refused
        assert await studio.open_holds(slot) == 2

    async def test_without_both_guards_places_are_oversold(self, studio: Studio) -> None:
        slot = await studio.slot(capacity=2)
        await _think_twice(studio.owner)
        await _remove_lock(studio.owner)
        await _remove_check(studio.owner)

        for _ in range(20):
            await _rush(studio, slot)
            if await studio.open_holds(slot) > 2:
                break

        assert await studio.open_holds(slot) > 2


async def _rush_for_teacher(
    studio: Studio, lessons: list[UUID], pools: list[asyncpg.Pool]
) -> list[Placement]:
    """Two servers, each with customers of every lesson, at the same moment."""
    servers = [PlaceTaker(pool, lambda _: None) for pool in pools]
    wishes: list[tuple[PlaceTaker, Wish]] = [
        (server, await studio.wish(lesson))
        for _ in range(10)
        for server in servers
        for lesson in lessons
    ]
    return await asyncio.gather(*(server.hold(studio.merchant_id, wish) for server, wish in wishes))


@pytest.mark.req("BK-04")
class TestOneTeacherInTwoServices:
    async def test_two_servers_book_the_teacher_once(
        self, studio: Studio, pool: asyncpg.Pool, other_pool: asyncpg.Pool
    ) -> None:
        teacher = await studio.resource()
        lessons = [await studio.lesson(teacher) for _ in range(2)]

        placements = await _rush_for_teacher(studio, lessons, [pool, other_pool])

        outcomes = [one.outcome for one in placements]
        assert outcomes.count("held") == 1
        assert set(outcomes) == {"held", "full", "taken"}
        assert sum([await studio.open_holds(one) for one in lessons]) == 1
        assert len(await studio.busy(teacher)) == 1

    async def test_constraint_alone_books_the_teacher_once(
        self, studio: Studio, pool: asyncpg.Pool, other_pool: asyncpg.Pool
    ) -> None:
        teacher = await studio.resource()
        lessons = [await studio.lesson(teacher) for _ in range(2)]
        await rewrite(
            studio.owner, "take_places", "ORDER BY r.id FOR NO KEY UPDATE;", "ORDER BY r.id;"
        )

        await _rush_for_teacher(studio, lessons, [pool, other_pool])

        assert sum([await studio.open_holds(one) for one in lessons]) == 1

    async def test_without_the_constraint_the_teacher_is_booked_twice(
        self, studio: Studio, pool: asyncpg.Pool, other_pool: asyncpg.Pool
    ) -> None:
        teacher = await studio.resource()
        lessons = [await studio.lesson(teacher) for _ in range(2)]
        await studio.owner.execute("ALTER TABLE occupancy DROP CONSTRAINT occupancy_never_twice")

        await _rush_for_teacher(studio, lessons, [pool, other_pool])

        assert sum([await studio.open_holds(one) for one in lessons]) == 2


@pytest.mark.req("BK-04")
class TestTeachersInPairs:
    async def test_lessons_with_crossing_teachers_neither_deadlock_nor_overlap(
        self, studio: Studio, pool: asyncpg.Pool, other_pool: asyncpg.Pool
    ) -> None:
        anna, berta, clara = [await studio.resource() for _ in range(3)]
        lessons = [
            await studio.lesson(anna, berta),
            await studio.lesson(berta, clara),
            await studio.lesson(clara, anna),
        ]

        placements = await _rush_for_teacher(studio, lessons, [pool, other_pool])

        assert [one.outcome for one in placements].count("held") == 1
        for teacher in (anna, berta, clara):
            assert len(await studio.busy(teacher)) <= 1
