"""Adding slots by hand: what a slot is like unless told, and everything that stands against one."""

import asyncio
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from shunyue.identity.api import Merchant
from shunyue.kernel.errors import DomainError
from shunyue.kernel.ids import new_id
from shunyue.scheduling.adding import SlotWish, add_slot
from shunyue.scheduling.commands import extend_slots
from shunyue.scheduling.records import NewSlot
from tests.builders.callers import staff_actor
from tests.builders.studio import Studio
from tests.builders.timetable import add_plan

SHANGHAI = ZoneInfo("Asia/Shanghai")
TOMORROW = datetime.now(SHANGHAI).date() + timedelta(days=1)


async def _add(
    studio: Studio, merchant: Merchant, offering: UUID, starts: time = time(10, 30), **told: Any
) -> NewSlot:
    wish: dict[str, Any] = {"offering_id": offering, "on_date": TOMORROW, "starts": starts} | told
    async with studio.database.begin(staff_actor(merchant.merchant_id)) as tx:
        return await add_slot(tx, merchant, SlotWish(**wish))


async def _refusal(studio: Studio, merchant: Merchant, offering: UUID, **told: Any) -> list[Any]:
    with pytest.raises(DomainError) as refused:
        await _add(studio, merchant, offering, **told)
    return [refused.value.code, *((one.path, one.code) for one in refused.value.fields)]


async def _lessons(studio: Studio, *teachers: UUID) -> UUID:
    offering = await studio.offering()
    await add_plan(studio.database, studio.merchant_id, offering, resources=teachers)
    return offering


async def _talks(studio: Studio, *rooms: UUID) -> UUID:
    offering = await studio.offering()
    await add_plan(
        studio.database, studio.merchant_id, offering, resources=rooms, is_per_resource=False
    )
    return offering


@pytest.mark.req("MC-01")
class TestAddedSlot:
    async def test_is_as_long_as_the_offering_and_can_be_taken(
        self, studio: Studio, merchant: Merchant
    ) -> None:
        teacher = await studio.resource()
        offering = await _lessons(studio, teacher)

        slot = await _add(studio, merchant, offering, resource_ids=[teacher])

        assert slot.ends_at - slot.starts_at == timedelta(minutes=60)
        assert slot.starts_at.astimezone(SHANGHAI).time() == time(10, 30)
        assert (await studio.hold(slot.id)).outcome == "held"
        assert await studio.busy(teacher) == [slot.id]

    async def test_may_end_and_hold_as_told(self, studio: Studio, merchant: Merchant) -> None:
        teacher = await studio.resource()
        offering = await _lessons(studio, teacher)

        slot = await _add(
            studio, merchant, offering, resource_ids=[teacher], ends=time(12), capacity=4
        )

        assert slot.ends_at - slot.starts_at == timedelta(minutes=90)
        assert slot.capacity == 4

    async def test_talk_keeps_its_room_busy_at_once(
        self, studio: Studio, merchant: Merchant
    ) -> None:
        room = await studio.resource()

        slot = await _add(studio, merchant, await _talks(studio, room))

        assert await studio.busy(room) == [slot.id]

    async def test_survives_the_nightly_extension(self, studio: Studio, merchant: Merchant) -> None:
        teacher = await studio.resource()
        offering = await _lessons(studio, teacher)
        by_hand = await _add(studio, merchant, offering, resource_ids=[teacher])
        like_the_plan = await _add(studio, merchant, offering, time(9), resource_ids=[teacher])

        async with studio.database.begin(staff_actor(merchant.merchant_id)) as tx:
            await extend_slots(tx, merchant)

        starts: list[datetime] = await studio.value(
            "SELECT array_agg(starts_at ORDER BY starts_at) FROM slot WHERE merchant_id = $1"
            " AND (starts_at AT TIME ZONE 'Asia/Shanghai')::date = $2 AND state = 'open'",
            TOMORROW,
        )
        local = [one.astimezone(SHANGHAI).time() for one in starts]
        assert local == [time(9), time(10, 30), time(11)]
        assert (await studio.hold(by_hand.id)).outcome == "held"
        assert (await studio.hold(like_the_plan.id)).outcome in {"held", "taken"}

    async def test_day_beyond_the_horizon_may_be_prepared_and_is_booked_when_it_comes(
        self, studio: Studio, merchant: Merchant
    ) -> None:
        teacher = await studio.resource()
        offering = await _lessons(studio, teacher)

        slot = await _add(
            studio, merchant, offering, resource_ids=[teacher], on_date=TOMORROW + timedelta(60)
        )

        assert slot.starts_at.astimezone(SHANGHAI).date() == TOMORROW + timedelta(60)
        assert (await studio.hold(slot.id)).outcome == "too_early"

    async def test_of_two_alike_in_one_moment_one_is_added(
        self, studio: Studio, merchant: Merchant
    ) -> None:
        teacher = await studio.resource()
        offering = await _lessons(studio, teacher)

        results = await asyncio.gather(
            *(_add(studio, merchant, offering, resource_ids=[teacher]) for _ in range(4)),
            return_exceptions=True,
        )

        assert [isinstance(one, NewSlot) for one in results].count(True) == 1
        refused = {one.code for one in results if isinstance(one, DomainError)}
        assert refused == {"slot_exists"}

    async def test_of_two_talks_in_one_room_one_is_added(
        self, studio: Studio, merchant: Merchant
    ) -> None:
        room = await studio.resource()
        talks = [await _talks(studio, room) for _ in range(3)]

        results = await asyncio.gather(
            *(_add(studio, merchant, one) for one in talks), return_exceptions=True
        )

        assert [isinstance(one, NewSlot) for one in results].count(True) == 1
        assert len(await studio.busy(room)) == 1


@pytest.mark.req("MC-01")
class TestRefusedSlot:
    async def test_names_every_field_that_is_wrong(
        self, studio: Studio, merchant: Merchant
    ) -> None:
        teacher, stranger = await studio.resource(), await studio.resource()
        offering = await _lessons(studio, teacher)

        told = {"resource_ids": [stranger], "ends": time(10), "starts": time(10, 30)}

        assert await _refusal(studio, merchant, offering, **told) == [
            "slot_not_possible",
            ("ends", "end_before_start"),
            ("resource_ids", "not_of_offering"),
        ]

    @pytest.mark.parametrize(
        ("on_date", "problem"),
        [
            (TOMORROW - timedelta(2), ("starts", "in_the_past")),
            (TOMORROW + timedelta(400), ("on_date", "too_far")),
            (date.max, ("on_date", "too_far")),
            (date.min, ("on_date", "too_far")),
        ],
    )
    async def test_day_that_cannot_be(
        self, studio: Studio, merchant: Merchant, on_date: date, problem: tuple[str, str]
    ) -> None:
        teacher = await studio.resource()
        offering = await _lessons(studio, teacher)

        refusal = await _refusal(
            studio, merchant, offering, resource_ids=[teacher], on_date=on_date
        )

        assert refusal == ["slot_not_possible", problem]

    async def test_lesson_needs_one_teacher(self, studio: Studio, merchant: Merchant) -> None:
        teachers = [await studio.resource() for _ in range(2)]
        offering = await _lessons(studio, *teachers)

        for chosen in ([], teachers):
            assert await _refusal(studio, merchant, offering, resource_ids=chosen) == [
                "slot_not_possible",
                ("resource_ids", "choose_one"),
            ]

    async def test_teacher_who_left_gives_no_lessons(
        self, studio: Studio, merchant: Merchant
    ) -> None:
        teacher = await studio.resource()
        offering = await _lessons(studio, teacher)
        await studio.change(
            "UPDATE resource SET is_active = false WHERE merchant_id = $1 AND id = $2", teacher
        )

        assert await _refusal(studio, merchant, offering, resource_ids=[teacher]) == [
            "slot_not_possible",
            ("resource_ids", "not_of_offering"),
        ]

    async def test_talk_finds_its_room_taken(self, studio: Studio, merchant: Merchant) -> None:
        room = await studio.resource()
        await _add(studio, merchant, await _talks(studio, room), time(10))

        assert await _refusal(studio, merchant, await _talks(studio, room)) == [
            "slot_not_possible",
            ("resource_ids", "busy_then"),
        ]
        assert len(await studio.busy(room)) == 1

    async def test_same_slot_twice(self, studio: Studio, merchant: Merchant) -> None:
        teacher = await studio.resource()
        offering = await _lessons(studio, teacher)
        await _add(studio, merchant, offering, resource_ids=[teacher])

        assert await _refusal(studio, merchant, offering, resource_ids=[teacher]) == ["slot_exists"]

    async def test_unknown_offering(self, studio: Studio, merchant: Merchant) -> None:
        assert await _refusal(studio, merchant, new_id()) == ["offering_not_found"]
