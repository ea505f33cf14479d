"""The day view: three states with their reason, and what is shown is what can be had."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shunyue.booking.queries import TAKE_PLACES
from shunyue.catalog.api import OfferingNotFound
from shunyue.identity.api import Merchant
from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import system_actor
from shunyue.scheduling.availability import availability
from shunyue.scheduling.errors import DateOutOfRange
from shunyue.scheduling.schemas import AvailabilityView, DayView
from tests.builders.studio import Studio
from tests.builders.supply import make_slot

_NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)  # 10:00 in Shanghai
_TODAY = date(2026, 11, 23)


@pytest.fixture
async def studio(studio: Studio) -> Studio:
    """The studio on a Monday at ten."""
    await studio.stop_clock(_NOW)
    return studio


@pytest.fixture
async def offering(studio: Studio) -> UUID:
    """Something to book."""
    return await studio.offering()


async def view(
    studio: Studio, merchant: Merchant, offering: UUID, first: date | None = None, days: int = 7
) -> AvailabilityView:
    """Read the day view."""
    async with studio.database.begin(system_actor(studio.merchant_id)) as tx:
        return await availability(tx, merchant, offering, first, days)


async def add(
    studio: Studio, offering: UUID, starts_at: datetime, *, capacity: int = 1, **columns: Any
) -> UUID:
    """Add a slot at an instant, with some of its columns as they should be."""
    slot = await make_slot(studio.database, studio.merchant_id, offering, capacity=capacity)
    await studio.change(
        "UPDATE slot SET starts_at = $3, ends_at = $4, closes_at = $3, occupied_from = $3,"
        " occupied_until = $4 WHERE merchant_id = $1 AND id = $2",
        slot,
        starts_at,
        starts_at + timedelta(hours=1),
    )
    for column, value in columns.items():
        await studio.change(
            f"UPDATE slot SET {column} = $3 WHERE merchant_id = $1 AND id = $2", slot, value
        )
    return slot


async def close(studio: Studio, slot: UUID, reason: str, text: str | None = None) -> None:
    """Close a slot."""
    await studio.change(
        "UPDATE slot SET state = 'closed', closed_reason = $3, closed_text = $4"
        " WHERE merchant_id = $1 AND id = $2",
        slot,
        reason,
        text,
    )


@pytest.mark.req("BK-03")
class TestSlots:
    async def test_each_slot_has_a_state_and_grey_ones_a_reason_in_words(
        self, studio: Studio, merchant: Merchant, offering: UUID
    ) -> None:
        hour = timedelta(hours=1)
        await add(studio, offering, _NOW - hour)
        await add(studio, offering, _NOW + hour, closes_at=_NOW)
        await add(studio, offering, _NOW + 2 * hour, capacity=3)
        await studio.hold(await add(studio, offering, _NOW + 3 * hour))
        await close(studio, await add(studio, offering, _NOW + 4 * hour), "break", "午休")
        await close(studio, await add(studio, offering, _NOW + 5 * hour), "closed")

        today = (await view(studio, merchant, offering)).days[0]

        assert [(one.state, one.reason, one.reason_text) for one in today.slots] == [
            ("off", "past", "已过"),
            ("off", "too_late", "已停约"),
            ("free", None, None),
            ("full", None, None),
            ("off", "break", "午休"),
            ("off", "closed", "未开放"),
        ]
        assert [one.places_left for one in today.slots] == [0, 0, 3, 0, 0, 0]

    async def test_slots_are_in_order_of_time(
        self, studio: Studio, merchant: Merchant, offering: UUID
    ) -> None:
        for hours in (5, 1, 3):
            await add(studio, offering, _NOW + timedelta(hours=hours))

        [today, *_] = (await view(studio, merchant, offering)).days

        starts = [one.starts_at for one in today.slots]
        assert starts == sorted(starts)

    async def test_slot_belongs_to_the_merchants_day(
        self, studio: Studio, merchant: Merchant, offering: UUID
    ) -> None:
        midnight = datetime(2026, 11, 23, 16, tzinfo=UTC)
        await add(studio, offering, midnight - timedelta(minutes=30))
        await add(studio, offering, midnight)

        today, tomorrow, *_ = (await view(studio, merchant, offering)).days

        assert [len(one.slots) for one in (today, tomorrow)] == [1, 1]
        assert tomorrow.slots[0].starts_at == midnight


@pytest.mark.req("BK-02")
class TestDays:
    async def _day(self, studio: Studio, merchant: Merchant, offering: UUID) -> DayView:
        [day] = (await view(studio, merchant, offering, _TODAY + timedelta(days=1), days=1)).days
        return day

    async def test_day_with_a_free_slot_is_open_and_counts(
        self, studio: Studio, merchant: Merchant, offering: UUID
    ) -> None:
        tomorrow = _NOW + timedelta(days=1)
        await add(studio, offering, tomorrow, capacity=3)
        await add(studio, offering, tomorrow + timedelta(hours=1), capacity=2)
        await studio.hold(await add(studio, offering, tomorrow + timedelta(hours=2)))

        day = await self._day(studio, merchant, offering)

        assert (day.state, day.reason, day.free_slots, day.free_places) == ("open", None, 2, 5)

    async def test_day_without_places_is_full(
        self, studio: Studio, merchant: Merchant, offering: UUID
    ) -> None:
        await studio.hold(await add(studio, offering, _NOW + timedelta(days=1)))

        day = await self._day(studio, merchant, offering)

        assert (day.state, day.reason, day.free_slots) == ("full", None, 0)

    async def test_holiday_is_closed_with_its_name(
        self, studio: Studio, merchant: Merchant, offering: UUID
    ) -> None:
        await close(
            studio, await add(studio, offering, _NOW + timedelta(days=1)), "holiday", "元旦"
        )

        day = await self._day(studio, merchant, offering)

        assert (day.state, day.reason, day.reason_text) == ("closed", "holiday", "元旦")

    async def test_day_without_slots_is_closed(
        self, studio: Studio, merchant: Merchant, offering: UUID
    ) -> None:
        day = await self._day(studio, merchant, offering)

        assert (day.state, day.reason, day.reason_text) == ("closed", "day_off", "店休")

    async def test_today_is_past_when_its_last_slot_is(
        self, studio: Studio, merchant: Merchant, offering: UUID
    ) -> None:
        await add(studio, offering, _NOW - timedelta(hours=1))

        [today] = (await view(studio, merchant, offering, days=1)).days

        assert (today.state, today.reason_text) == ("past", "已过")

    async def test_days_before_today_and_beyond_the_horizon_can_not_be_chosen(
        self, studio: Studio, merchant: Merchant, offering: UUID
    ) -> None:
        last = _TODAY + timedelta(days=30)
        await add(studio, offering, _NOW + timedelta(days=31))

        [yesterday] = (await view(studio, merchant, offering, _TODAY - timedelta(1), 1)).days
        answer = await view(studio, merchant, offering, last, 2)

        assert (yesterday.state, yesterday.slots) == ("past", [])
        assert answer.last_bookable_on == last
        assert [(one.state, one.slots) for one in answer.days] == [("closed", []), ("beyond", [])]

    @pytest.mark.parametrize("days", [0, 32])
    async def test_more_days_than_a_month_are_refused(
        self, studio: Studio, merchant: Merchant, offering: UUID, days: int
    ) -> None:
        with pytest.raises(DateOutOfRange):
            await view(studio, merchant, offering, None, days)

    @pytest.mark.parametrize("first", [date.min, date(1066, 1, 1), date(9999, 12, 30), date.max])
    async def test_absurd_dates_are_refused(
        self, studio: Studio, merchant: Merchant, offering: UUID, first: date
    ) -> None:
        with pytest.raises(DateOutOfRange):
            await view(studio, merchant, offering, first)

    async def test_unknown_offering_is_not_found(self, studio: Studio, merchant: Merchant) -> None:
        with pytest.raises(OfferingNotFound):
            await view(studio, merchant, new_id())


@pytest.mark.req("BK-03")
@pytest.mark.req("TE-07")
class TestShownIsWhatCanBeHad:
    @pytest.mark.parametrize(("seed", "minutes_later"), [(1, 0), (2, 0), (3, 5), (4, 14)])
    async def test_every_free_slot_can_be_held_and_no_other(
        self, studio: Studio, merchant: Merchant, seed: int, minutes_later: int
    ) -> None:
        chance = random.Random(seed)
        offerings = await _busy_week(studio, chance)
        await studio.stop_clock(_NOW + timedelta(minutes=minutes_later))

        shown = [
            slot
            for offering in offerings
            for day in (await view(studio, merchant, offering)).days
            for slot in day.slots
        ]

        assert {one.state for one in shown} >= {"free", "full"}
        for slot in shown:
            outcome = await _would_get(studio, slot.id, max(slot.places_left, 1))
            assert (outcome == "held") == (slot.state == "free"), (slot, outcome)
            if slot.state == "free":
                assert await _would_get(studio, slot.id, slot.places_left + 1) != "held"


async def _busy_week(studio: Studio, chance: random.Random) -> list[UUID]:
    """Lessons of two teachers at overlapping times, some held now, some a while ago."""
    teachers = [await studio.resource() for _ in range(2)]
    lessons = [
        await studio.lesson(
            *chance.sample(teachers, chance.choice([1, 1, 2])),
            starts_at=_NOW + timedelta(minutes=30 * chance.randrange(1, 20)),
            buffer_minutes=chance.choice([0, 15]),
            capacity=chance.choice([1, 2, 4]),
        )
        for _ in range(24)
    ]
    await close(studio, lessons[0], "closed")
    for age, lesson in zip(
        [60, 16, 15, 15, 14, 10, 5, 0, 0, 0], chance.sample(lessons, 10), strict=True
    ):
        await studio.stop_clock(_NOW - timedelta(minutes=age))
        await studio.hold(lesson, chance.choice([1, 1, 2]))
    offerings: list[UUID] = await studio.value(
        "SELECT array_agg(id) FROM offering WHERE merchant_id = $1"
    )
    return offerings


async def _would_get(studio: Studio, slot: UUID, party_size: int) -> str:
    """Try to hold, and forget it."""
    customer = await studio.customer()
    async with studio.database.pool.acquire() as connection:
        attempt = connection.transaction()
        await attempt.start()
        row: asyncpg.Record | None = await connection.fetchrow(
            TAKE_PLACES,
            studio.merchant_id,
            [slot],
            [party_size],
            [customer.id],
            [new_id()],
            [new_id()],
            15,
            True,
        )
        await attempt.rollback()
    assert row is not None
    outcome: str = row["outcome"]
    return outcome
