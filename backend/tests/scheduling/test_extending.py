"""Making slots up to the horizon, again and again, without undoing what clerks did."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from shunyue.identity.api import Merchant
from shunyue.kernel.tokens import system_actor
from shunyue.scheduling.api import extend_slots, known_statutory_days, store_statutory_days
from tests.builders.studio import Studio
from tests.builders.timetable import add_exception, add_plan

_SUNDAY_NIGHT = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
_TODAY = date(2026, 11, 22)


@pytest.fixture
async def studio(studio: Studio) -> Studio:
    """The studio a minute before midnight."""
    await studio.stop_clock(_SUNDAY_NIGHT)
    return studio


async def extend(studio: Studio, merchant: Merchant) -> int:
    """Do the nightly work."""
    async with studio.database.begin(system_actor(studio.merchant_id)) as tx:
        return await extend_slots(tx, merchant)


async def days_of(studio: Studio, offering: UUID) -> list[date]:
    """List the local days that have slots."""
    days: list[date] = await studio.value(
        "SELECT array_agg(DISTINCT (starts_at AT TIME ZONE 'Asia/Shanghai')::date) FROM slot"
        " WHERE merchant_id = $1 AND offering_id = $2",
        offering,
    )
    return sorted(days)


@pytest.mark.req("BK-02")
class TestHorizon:
    async def test_slots_are_made_from_today_to_the_horizon(
        self, studio: Studio, merchant: Merchant
    ) -> None:
        offering, teacher = await studio.offering(), await studio.resource()
        await add_plan(
            studio.database, studio.merchant_id, offering, resources=[teacher], horizon_days=3
        )

        made = await extend(studio, merchant)

        assert made == 8
        assert await days_of(studio, offering) == [_TODAY + timedelta(days=n) for n in range(4)]

    async def test_day_turns_at_the_merchants_midnight(
        self, studio: Studio, merchant: Merchant
    ) -> None:
        offering, teacher = await studio.offering(), await studio.resource()
        await add_plan(
            studio.database, studio.merchant_id, offering, resources=[teacher], horizon_days=3
        )
        await extend(studio, merchant)
        await studio.stop_clock(_SUNDAY_NIGHT + timedelta(minutes=1))

        made = await extend(studio, merchant)

        assert made == 2
        assert (await days_of(studio, offering))[-1] == _TODAY + timedelta(days=4)

    async def test_unpublished_offering_gets_no_slots(
        self, studio: Studio, merchant: Merchant
    ) -> None:
        offering, teacher = await studio.offering(), await studio.resource()
        await add_plan(studio.database, studio.merchant_id, offering, resources=[teacher])
        await studio.change("UPDATE offering SET is_published = false WHERE merchant_id = $1")

        assert await extend(studio, merchant) == 0

    async def test_resource_that_left_gets_no_slots(
        self, studio: Studio, merchant: Merchant
    ) -> None:
        offering, teacher = await studio.offering(), await studio.resource()
        await add_plan(studio.database, studio.merchant_id, offering, resources=[teacher])
        await studio.change("UPDATE resource SET is_active = false WHERE merchant_id = $1")

        assert await extend(studio, merchant) == 0


@pytest.mark.req("BK-02")
class TestAgain:
    async def test_second_time_makes_nothing(self, studio: Studio, merchant: Merchant) -> None:
        offering, teacher = await studio.offering(), await studio.resource()
        await add_plan(studio.database, studio.merchant_id, offering, resources=[teacher])

        first, second = await extend(studio, merchant), await extend(studio, merchant)

        count = await studio.value("SELECT count(*) FROM slot WHERE merchant_id = $1")
        assert (first, second, count) == (16, 0, 16)

    async def test_two_workers_at_once_make_each_slot_once(
        self, studio: Studio, merchant: Merchant
    ) -> None:
        offering, teacher = await studio.offering(), await studio.resource()
        await add_plan(studio.database, studio.merchant_id, offering, resources=[teacher])

        made = await asyncio.gather(*(extend(studio, merchant) for _ in range(4)))

        assert sorted(made) == [0, 0, 0, 16]

    async def test_what_clerks_changed_stays(self, studio: Studio, merchant: Merchant) -> None:
        offering, teacher = await studio.offering(), await studio.resource()
        await add_plan(studio.database, studio.merchant_id, offering, resources=[teacher])
        await extend(studio, merchant)
        await studio.change(
            "UPDATE slot SET state = 'closed', closed_reason = 'closed' WHERE merchant_id = $1"
            " AND starts_at = (SELECT min(starts_at) FROM slot)"
        )
        await studio.change(
            "DELETE FROM slot WHERE merchant_id = $1"
            " AND starts_at = (SELECT max(starts_at) FROM slot)"
        )
        await studio.stop_clock(_SUNDAY_NIGHT + timedelta(days=1))

        made = await extend(studio, merchant)

        states = await studio.value(
            "SELECT array_agg(state ORDER BY starts_at) FROM slot WHERE merchant_id = $1"
        )
        assert made == 2
        assert states == ["closed"] + ["open"] * 16


@pytest.mark.req("BK-04")
class TestNeeds:
    async def test_slot_of_a_teacher_is_busy_only_when_taken(
        self, studio: Studio, merchant: Merchant
    ) -> None:
        offering, teacher = await studio.offering(), await studio.resource()
        await add_plan(studio.database, studio.merchant_id, offering, resources=[teacher])

        await extend(studio, merchant)

        assert await studio.busy(teacher) == []
        assert await studio.value(
            "SELECT bool_and(is_occupying_when_taken) FROM slot WHERE merchant_id = $1"
        )

    async def test_talk_keeps_its_room_busy_from_the_start(
        self, studio: Studio, merchant: Merchant
    ) -> None:
        offering, room = await studio.offering(), await studio.resource()
        await add_plan(
            studio.database,
            studio.merchant_id,
            offering,
            resources=[room],
            is_per_resource=False,
            horizon_days=1,
        )

        await extend(studio, merchant)

        assert len(await studio.busy(room)) == 4

    async def test_talk_without_its_room_is_closed(
        self, studio: Studio, merchant: Merchant
    ) -> None:
        room = await studio.resource()
        for _ in range(2):
            offering = await studio.offering()
            await add_plan(
                studio.database,
                studio.merchant_id,
                offering,
                starts=[time(9)],
                resources=[room],
                is_per_resource=False,
                horizon_days=1,
            )

        await extend(studio, merchant)

        states = await studio.value(
            "SELECT array_agg(state ORDER BY state) FROM slot WHERE merchant_id = $1"
        )
        assert states == ["closed", "closed", "open", "open"]
        assert len(await studio.busy(room)) == 2


@pytest.mark.req("BK-03")
class TestCalendar:
    async def test_exceptions_of_the_merchant_are_made_grey(
        self, studio: Studio, merchant: Merchant
    ) -> None:
        offering, teacher = await studio.offering(), await studio.resource()
        await add_plan(
            studio.database, studio.merchant_id, offering, resources=[teacher], starts=[time(9)]
        )
        await add_exception(studio.database, studio.merchant_id, _TODAY + timedelta(days=2), "店休")

        await extend(studio, merchant)

        closed = await studio.value(
            "SELECT array_agg(closed_reason || ' ' || closed_text) FROM slot"
            " WHERE merchant_id = $1 AND state = 'closed'"
        )
        assert closed == ["day_off 店休"]

    async def test_new_year_is_a_holiday_by_name(self, studio: Studio, merchant: Merchant) -> None:
        await studio.stop_clock(datetime(2025, 12, 30, 4, tzinfo=UTC))
        await _store_all(studio)
        offering, teacher = await studio.offering(), await studio.resource()
        await add_plan(
            studio.database, studio.merchant_id, offering, resources=[teacher], starts=[time(9)]
        )

        await extend(studio, merchant)

        closed = await studio.value(
            "SELECT array_agg(DISTINCT closed_text) FROM slot"
            " WHERE merchant_id = $1 AND closed_reason = 'holiday'"
        )
        assert closed == ["元旦"]

    async def test_years_beyond_the_library_are_ordinary(
        self, studio: Studio, merchant: Merchant
    ) -> None:
        await studio.stop_clock(datetime(2031, 9, 28, 4, tzinfo=UTC))
        await _store_all(studio)
        offering, teacher = await studio.offering(), await studio.resource()
        await add_plan(studio.database, studio.merchant_id, offering, resources=[teacher])

        assert await extend(studio, merchant) == 16
        assert await studio.value("SELECT bool_and(state = 'open') FROM slot WHERE merchant_id=$1")

    async def test_calendar_may_be_stored_again(self, studio: Studio) -> None:
        await _store_all(studio)
        await _store_all(studio)

        days = known_statutory_days()
        assert await studio.owner.fetchval("SELECT count(*) FROM statutory_day") == len(days)
        assert all(day.name.strip() and not day.name.isascii() for day in days)


async def _store_all(studio: Studio) -> None:
    await store_statutory_days(studio.owner, known_statutory_days())
