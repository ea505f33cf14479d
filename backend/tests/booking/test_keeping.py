"""Keeping a hold once its order is registered, giving it back, and taking it once more."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from shunyue.booking import commands
from shunyue.booking.errors import HoldExpired
from shunyue.kernel.tokens import Actor, system_actor
from shunyue.ordering.api import Order
from tests.builders.studio import NOON, Studio

_MORNING = NOON - timedelta(hours=4)
_QUARTER = timedelta(minutes=15)


@pytest.fixture
async def studio(studio: Studio) -> AsyncIterator[Studio]:
    """The studio with its clock stopped in the morning."""
    await studio.stop_clock(_MORNING)
    yield studio
    await studio.move_clock(0)


@pytest.fixture
async def customer(studio: Studio) -> Actor:
    """Somebody who books."""
    return await studio.customer()


async def _confirmed(studio: Studio, customer: Actor, lesson: UUID, party_size: int = 1) -> Order:
    hold = await studio.hold(lesson, party_size, by=customer)
    async with studio.database.begin(customer) as tx:
        return await commands.confirm_hold(tx, hold_id=hold.hold_id)


async def _keep(studio: Studio, customer: Actor, order: Order) -> None:
    async with studio.database.begin(customer) as tx:
        await commands.keep_hold(tx, order.hold_id)


async def _keep_slowly(studio: Studio, customer: Actor, order: Order, other: UUID) -> None:
    """Begin in time, and let somebody else be faster to the teacher."""
    async with studio.database.begin(customer) as tx:
        await studio.stop_clock(_MORNING + _QUARTER)
        assert (await studio.hold(other)).outcome == "held"
        await commands.keep_hold(tx, order.hold_id)


async def _give_back(studio: Studio, order: Order) -> bool:
    async with studio.database.begin(system_actor(studio.merchant_id)) as tx:
        return await commands.give_back(tx, order.hold_id)


@pytest.mark.req("BK-06")
class TestKeeping:
    async def test_kept_place_and_teacher_stay_beyond_the_quarter(
        self, studio: Studio, customer: Actor
    ) -> None:
        teacher = await studio.resource()
        lesson, other = await studio.lesson(teacher), await studio.lesson(teacher)
        order = await _confirmed(studio, customer, lesson)
        await studio.stop_clock(_MORNING + _QUARTER - timedelta(microseconds=1))

        await _keep(studio, customer, order)
        await studio.stop_clock(_MORNING + 2 * _QUARTER)

        assert (await studio.hold(lesson)).outcome == "full"
        assert (await studio.hold(other)).outcome == "taken"

    async def test_keeping_is_refused_from_the_instant_without_a_sweep(
        self, studio: Studio, customer: Actor
    ) -> None:
        order = await _confirmed(studio, customer, await studio.lesson())
        await studio.stop_clock(_MORNING + _QUARTER)

        with pytest.raises(HoldExpired):
            await _keep(studio, customer, order)

    async def test_choice_that_was_not_confirmed_can_not_be_kept(
        self, studio: Studio, customer: Actor
    ) -> None:
        hold = await studio.hold(await studio.lesson(), by=customer)

        with pytest.raises(HoldExpired):
            async with studio.database.begin(customer) as tx:
                await commands.keep_hold(tx, hold.hold_id)

    @pytest.mark.req("BK-04")
    async def test_keeping_is_refused_when_somebody_took_the_teacher_first(
        self, studio: Studio, customer: Actor
    ) -> None:
        teacher = await studio.resource()
        lesson, other = await studio.lesson(teacher), await studio.lesson(teacher)
        order = await _confirmed(studio, customer, lesson)

        with pytest.raises(HoldExpired):
            await _keep_slowly(studio, customer, order, other)

        assert await studio.busy(teacher) == [other]

    async def test_one_of_a_group_keeps_the_teacher_for_all(
        self, studio: Studio, customer: Actor
    ) -> None:
        teacher = await studio.resource()
        lesson, other = await studio.lesson(teacher, capacity=2), await studio.lesson(teacher)
        order = await _confirmed(studio, customer, lesson)
        await studio.hold(lesson)
        await _keep(studio, customer, order)
        await studio.stop_clock(_MORNING + _QUARTER)

        outcomes = [(await studio.hold(one)).outcome for one in (other, lesson)]

        assert outcomes == ["taken", "held"]


@pytest.mark.req("BK-08")
class TestGivingBack:
    async def test_places_come_back_once(self, studio: Studio, customer: Actor) -> None:
        lesson = await studio.lesson(capacity=3)
        await studio.hold(lesson)
        order = await _confirmed(studio, customer, lesson, 2)
        await _keep(studio, customer, order)

        first, second = await _give_back(studio, order), await _give_back(studio, order)

        assert (first, second) == (True, False)
        assert await studio.places_taken(lesson) == 1

    async def test_teacher_is_busy_as_long_as_the_others_of_the_group_hold(
        self, studio: Studio, customer: Actor
    ) -> None:
        teacher = await studio.resource()
        lesson, other = await studio.lesson(teacher, capacity=2), await studio.lesson(teacher)
        order = await _confirmed(studio, customer, lesson)
        await _keep(studio, customer, order)
        await studio.hold(lesson)

        await _give_back(studio, order)
        early = await studio.hold(other)
        await studio.stop_clock(_MORNING + _QUARTER)
        late = await studio.hold(other)

        assert (early.outcome, late.outcome) == ("taken", "held")

    async def test_slot_never_has_fewer_than_no_places_taken(
        self, studio: Studio, customer: Actor
    ) -> None:
        lesson = await studio.lesson()
        order = await _confirmed(studio, customer, lesson)
        await studio.change("UPDATE slot SET places_taken = 0 WHERE merchant_id = $1")

        with pytest.raises(asyncpg.CheckViolationError):
            await _give_back(studio, order)


@pytest.mark.req("PY-12")
class TestTakingAgain:
    async def test_place_that_is_still_free_is_taken_and_kept(
        self, studio: Studio, customer: Actor
    ) -> None:
        teacher = await studio.resource()
        lesson = await studio.lesson(teacher)
        order = await _confirmed(studio, customer, lesson)
        await studio.stop_clock(_MORNING + timedelta(hours=1))

        hold_id = await _take_again(studio, order)

        assert hold_id is not None
        assert hold_id != order.hold_id
        assert await studio.state_of(hold_id) == "confirmed"
        await studio.stop_clock(_MORNING + timedelta(hours=2))
        assert (await studio.hold(lesson)).outcome == "full"
        assert await studio.busy(teacher) == [lesson]

    async def test_place_that_is_gone_is_not_taken(self, studio: Studio, customer: Actor) -> None:
        lesson = await studio.lesson()
        order = await _confirmed(studio, customer, lesson)
        await studio.stop_clock(_MORNING + timedelta(hours=1))
        await studio.hold(lesson)

        assert await _take_again(studio, order) is None
        assert await studio.places_taken(lesson) == 1

    async def test_slot_that_has_begun_is_not_taken(self, studio: Studio, customer: Actor) -> None:
        order = await _confirmed(studio, customer, await studio.lesson(starts_at=NOON))
        await studio.stop_clock(NOON)

        assert await _take_again(studio, order) is None

    async def test_other_choice_of_the_customer_is_left_alone(
        self, studio: Studio, customer: Actor
    ) -> None:
        order = await _confirmed(studio, customer, await studio.lesson())
        await studio.stop_clock(_MORNING + timedelta(hours=1))
        choice = await studio.hold(await studio.lesson(), by=customer)

        await _take_again(studio, order)

        assert await studio.state_of(choice.hold_id) == "active"


async def _take_again(studio: Studio, order: Order) -> UUID | None:
    async with studio.database.begin(system_actor(studio.merchant_id)) as tx:
        return await commands.take_again(tx, order)
