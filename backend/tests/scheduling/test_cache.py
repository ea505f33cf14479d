"""The cache of day views: never long behind, and read once for all who wait."""

import asyncio
from uuid import UUID

import msgspec
import pytest

from shunyue.identity.api import Merchant
from shunyue.kernel.ids import new_id
from shunyue.scheduling.api import AvailabilityCache
from tests.builders.studio import Studio

_WEEK = 7
# Longer than an answer may be shown, and than the pause between two readings.
_STALE_SECONDS, _PAUSE_SECONDS = 1.0, 0.15


@pytest.fixture
async def cache(studio: Studio) -> AvailabilityCache:
    """One server's memory."""
    return AvailabilityCache(studio.database)


def places(body: bytes) -> int:
    """Count the free places of an answer."""
    return sum(day["free_places"] for day in msgspec.json.decode(body)["days"])


@pytest.mark.req("TE-07")
class TestFreshness:
    async def test_answer_is_remembered(
        self, studio: Studio, merchant: Merchant, cache: AvailabilityCache
    ) -> None:
        offering = await studio.offering()

        body = await cache.read(merchant, offering, None, _WEEK)

        assert cache.fresh(studio.merchant_id, offering, None, _WEEK) is body

    async def test_answer_is_read_again_after_a_second_without_news(
        self, studio: Studio, merchant: Merchant, cache: AvailabilityCache
    ) -> None:
        offering = await studio.offering()
        slot = await studio.slot(3, offering=offering)
        before = await cache.read(merchant, offering, None, _WEEK)
        await studio.hold(slot)
        await asyncio.sleep(_STALE_SECONDS)

        assert cache.fresh(studio.merchant_id, offering, None, _WEEK) is None
        after = await cache.read(merchant, offering, None, _WEEK)
        assert (places(before), places(after)) == (3, 2)

    async def test_answer_is_read_again_after_news(
        self, studio: Studio, merchant: Merchant, cache: AvailabilityCache
    ) -> None:
        offering = await studio.offering()
        slot = await studio.slot(3, offering=offering)
        await cache.read(merchant, offering, None, _WEEK)
        await studio.hold(slot)
        cache.heard(f"slots:{studio.merchant_id}")
        await asyncio.sleep(_PAUSE_SECONDS)

        after = await cache.read(merchant, offering, None, _WEEK)

        assert places(after) == 2

    async def test_news_while_reading_make_the_answer_old(
        self, studio: Studio, merchant: Merchant, cache: AvailabilityCache
    ) -> None:
        offering = await studio.offering()
        async with studio.owner.transaction():
            await studio.owner.execute("LOCK TABLE slot IN ACCESS EXCLUSIVE MODE")
            reading = asyncio.create_task(cache.read(merchant, offering, None, _WEEK))
            await asyncio.sleep(_PAUSE_SECONDS)
            cache.heard(f"slots:{studio.merchant_id}")
        await reading

        assert cache.fresh(studio.merchant_id, offering, None, _WEEK) is None

    async def test_news_of_other_merchants_change_nothing(
        self, studio: Studio, merchant: Merchant, cache: AvailabilityCache
    ) -> None:
        offering = await studio.offering()
        body = await cache.read(merchant, offering, None, _WEEK)

        cache.heard(f"slots:{new_id()}")

        assert cache.fresh(studio.merchant_id, offering, None, _WEEK) is body

    async def test_lost_connection_to_the_news_empties_the_memory(
        self, studio: Studio, merchant: Merchant, cache: AvailabilityCache
    ) -> None:
        offering = await studio.offering()
        await cache.read(merchant, offering, None, _WEEK)

        cache.heard("*")

        assert cache.fresh(studio.merchant_id, offering, None, _WEEK) is None


@pytest.mark.req("TE-07")
class TestRush:
    async def test_all_who_wait_get_the_one_answer(
        self, studio: Studio, merchant: Merchant, cache: AvailabilityCache
    ) -> None:
        offering = await studio.offering()

        bodies = await asyncio.gather(
            *(cache.read(merchant, offering, None, _WEEK) for _ in range(50))
        )

        assert all(body is bodies[0] for body in bodies)

    async def test_one_who_leaves_does_not_stop_the_reading(
        self, studio: Studio, merchant: Merchant, cache: AvailabilityCache
    ) -> None:
        offering = await studio.offering()
        leaving = asyncio.create_task(cache.read(merchant, offering, None, _WEEK))
        staying = asyncio.create_task(cache.read(merchant, offering, None, _WEEK))
        await asyncio.sleep(0)

        leaving.cancel()

        assert await staying

    async def test_different_questions_get_different_answers(
        self, studio: Studio, merchant: Merchant, cache: AvailabilityCache
    ) -> None:
        offerings: list[UUID] = [await studio.offering(), await studio.offering()]

        bodies = [
            await cache.read(merchant, one, None, days) for one in offerings for days in (1, 7)
        ]

        assert len(set(bodies)) == 4
