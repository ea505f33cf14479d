"""Batches: wishes gather while the previous statement runs, and nobody suffers for a neighbour."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from asyncpg.connection import LoggedQuery

from shunyue.booking.api import PlaceTaker, Wish
from shunyue.booking.records import Placement
from shunyue.identity.api import Merchant
from shunyue.kernel.database import Database, open_pool
from shunyue.kernel.ids import new_id
from tests.builders.studio import Studio


@pytest.fixture
async def places(pool: asyncpg.Pool) -> PlaceTaker:
    """One server's way to places."""
    return PlaceTaker(pool, lambda _: None)


@pytest.fixture
async def statements(pool: asyncpg.Pool) -> AsyncIterator[list[tuple[Any, ...]]]:
    """The parameters of every `take_places` that the first connection runs."""
    seen: list[tuple[Any, ...]] = []

    def look(query: LoggedQuery) -> None:
        if "take_places" in query.query:
            seen.append(tuple(query.args))

    async with pool.acquire() as connection:
        proxy: Any = connection
        raw = proxy._con  # noqa: SLF001  # Only the connection itself can be listened to.
        raw.add_query_logger(look)
    yield seen
    raw.remove_query_logger(look)


async def _all(places: PlaceTaker, merchant_id: UUID, wishes: list[Wish]) -> list[Placement]:
    return await asyncio.gather(*(places.hold(merchant_id, one) for one in wishes))


@pytest.mark.req("BK-08")
class TestSecondTry:
    async def test_small_party_behind_a_large_refused_one_gets_its_place(
        self, studio: Studio, places: PlaceTaker
    ) -> None:
        slot = await studio.slot(capacity=5)
        wishes = [await studio.wish(slot, size) for size in (3, 4, 2)]

        placements = await _all(places, studio.merchant_id, wishes)

        assert [one.outcome for one in placements] == ["held", "full", "held"]
        assert await studio.places_taken(slot) == 5

    async def test_nobody_is_refused_who_would_still_fit(
        self, studio: Studio, places: PlaceTaker
    ) -> None:
        slot = await studio.slot(capacity=6)
        wishes = [await studio.wish(slot, size) for size in (3, 4, 2, 2, 1)]

        placements = await _all(places, studio.merchant_id, wishes)

        outcomes = [one.outcome for one in placements]
        assert outcomes == ["held", "full", "held", "full", "held"]
        assert await studio.places_taken(slot) == 6

    async def test_refused_party_learns_what_is_left(
        self, studio: Studio, places: PlaceTaker
    ) -> None:
        slot = await studio.slot(capacity=5)
        wishes = [await studio.wish(slot, size) for size in (3, 4)]

        [_, refused] = await _all(places, studio.merchant_id, wishes)

        assert (refused.outcome, refused.places_left) == ("full", 2)


class TestGathering:
    async def test_rush_is_served_in_few_statements(
        self, studio: Studio, places: PlaceTaker, statements: list[tuple[Any, ...]]
    ) -> None:
        slot = await studio.slot(capacity=60)
        wishes = [await studio.wish(slot) for _ in range(60)]

        placements = await _all(places, studio.merchant_id, wishes)

        assert {one.outcome for one in placements} == {"held"}
        assert [len(statement[1]) for statement in statements] == [60]

    async def test_statement_never_mixes_merchants(
        self, dsn: str, database: Database, studio: Studio, merchant: Merchant
    ) -> None:
        neighbour = Studio(database, studio.owner, await _neighbour(database))
        slots = {one.merchant_id: await one.slot(capacity=20) for one in (studio, neighbour)}
        wishes = [
            (one.merchant_id, await one.wish(slots[one.merchant_id]))
            for _ in range(20)
            for one in (studio, neighbour)
        ]
        single = await open_pool(dsn, minimum=1, maximum=1)
        places = PlaceTaker(single, lambda _: None)

        placements = await asyncio.gather(*(places.hold(owner, wish) for owner, wish in wishes))
        await single.close()

        assert {one.outcome for one in placements} == {"held"}
        for one in (studio, neighbour):
            assert await one.open_holds(slots[one.merchant_id]) == 20

    async def test_news_names_the_merchant_whose_slots_changed(
        self, studio: Studio, pool: asyncpg.Pool
    ) -> None:
        heard: list[str] = []
        places = PlaceTaker(pool, heard.extend)

        await places.hold(studio.merchant_id, await studio.wish(await studio.slot()))

        assert heard == [f"slots:{studio.merchant_id}", "outbox"]


class TestBadNeighbour:
    async def test_member_that_breaks_the_statement_fails_alone(
        self, studio: Studio, places: PlaceTaker
    ) -> None:
        slot = await studio.slot(capacity=10)
        wishes = [await studio.wish(slot) for _ in range(5)]
        nobody = Wish(slot, 1, new_id(), new_id())

        *results, failed = await asyncio.gather(
            *(places.hold(studio.merchant_id, one) for one in [*wishes, nobody]),
            return_exceptions=True,
        )

        assert isinstance(failed, asyncpg.ForeignKeyViolationError)
        assert [getattr(one, "outcome", one) for one in results] == ["held"] * 5
        assert await studio.places_taken(slot) == 5

    @pytest.mark.req("TE-10")
    async def test_same_wish_twice_at_once_has_one_effect(
        self, studio: Studio, places: PlaceTaker
    ) -> None:
        slot = await studio.slot(capacity=5)
        wish = await studio.wish(slot, 2)

        placements = await _all(places, studio.merchant_id, [wish, wish, wish])

        assert len({one.hold_id for one in placements}) == 1
        assert {one.outcome for one in placements} == {"held", "replayed"}
        assert await studio.places_taken(slot) == 2

    async def test_customer_who_left_does_not_take_the_others_along(
        self, studio: Studio, places: PlaceTaker
    ) -> None:
        slot = await studio.slot(capacity=2)
        leaving = asyncio.create_task(places.hold(studio.merchant_id, await studio.wish(slot)))
        staying = asyncio.create_task(places.hold(studio.merchant_id, await studio.wish(slot)))
        await asyncio.sleep(0)
        leaving.cancel()

        placement = await staying

        assert placement.outcome == "held"


@pytest.mark.req("TE-10")
class TestLostConnection:
    async def test_same_key_makes_the_retry_safe(
        self, studio: Studio, places: PlaceTaker, other_pool: asyncpg.Pool
    ) -> None:
        slot = await studio.slot(capacity=30)
        wishes = [await studio.wish(slot) for _ in range(30)]

        rush = asyncio.create_task(_rush(places, studio.merchant_id, wishes))
        await _cut_connections(studio, slot, times=6)
        first = await rush
        again = [await _persist(places, studio.merchant_id, wish) for wish in wishes]

        assert any(isinstance(one, Exception) for one in first)
        assert {one.outcome for one in again} <= {"held", "replayed"}
        for one, before in zip(again, first, strict=True):
            assert isinstance(before, BaseException) or one.hold_id == before.hold_id
        assert await studio.open_holds(slot) == await studio.places_taken(slot) == 30
        assert await studio.told("slot_held") == 30


async def _rush(
    places: PlaceTaker, merchant_id: UUID, wishes: list[Wish]
) -> list[Placement | BaseException]:
    return await asyncio.gather(
        *(places.hold(merchant_id, one) for one in wishes), return_exceptions=True
    )


async def _cut_connections(studio: Studio, slot: UUID, *, times: int) -> None:
    """Let statements wait for the slot, and end the connections they run on."""
    async with studio.owner.transaction():
        await studio.owner.execute("SELECT 1 FROM slot WHERE id = $1 FOR UPDATE", slot)
        cut, tries = 0, 0
        while cut < times:
            await studio.owner.execute("SELECT pg_stat_clear_snapshot()")
            cut += await studio.owner.fetchval(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            tries += 1
            assert tries < 1000
            await asyncio.sleep(0.02)


async def _persist(places: PlaceTaker, merchant_id: UUID, wish: Wish) -> Placement:
    """Do as a client does: the same key again until there is an answer."""
    for _ in range(20):
        try:
            return await places.hold(merchant_id, wish)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await asyncio.sleep(0.05)
    raise AssertionError("no answer")


async def _neighbour(database: Database) -> UUID:
    merchant_id = new_id()
    async with database.across_merchants() as connection:
        await connection.execute(
            "INSERT INTO merchant (merchant_id, slug, name, payee_name, time_zone)"
            " VALUES ($1, 'next-door', '隔壁', '隔壁', 'Asia/Shanghai')",
            merchant_id,
        )
    return merchant_id
