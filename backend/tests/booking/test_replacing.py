"""Choosing anew gives the earlier, unconfirmed choice back."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from shunyue.booking import commands
from shunyue.kernel.tokens import Actor
from tests.builders.studio import NOON, Studio, rewrite


@pytest.fixture
async def customer(studio: Studio) -> Actor:
    """Somebody who can't decide."""
    return await studio.customer()


@pytest.mark.req("BK-06")
class TestChoosingAnew:
    async def test_other_slot_gives_the_first_place_back(
        self, studio: Studio, customer: Actor
    ) -> None:
        first_slot, second_slot = await studio.slot(), await studio.slot()
        first = await studio.hold(first_slot, by=customer)

        second = await studio.hold(second_slot, by=customer)

        assert second.outcome == "held"
        assert await studio.state_of(first.hold_id) == "released"
        assert await studio.places_taken(first_slot) == 0
        assert await studio.told("hold_released") == 1

    async def test_same_slot_may_be_chosen_again_with_another_party(
        self, studio: Studio, customer: Actor
    ) -> None:
        slot = await studio.slot(capacity=3)
        await studio.hold(slot, 2, by=customer)

        second = await studio.hold(slot, 3, by=customer)

        assert (second.outcome, second.places_left) == ("held", 0)
        assert await studio.places_taken(slot) == 3

    async def test_last_place_of_a_slot_may_be_chosen_again(
        self, studio: Studio, customer: Actor
    ) -> None:
        slot = await studio.slot(capacity=1)
        await studio.hold(slot, by=customer)

        second = await studio.hold(slot, by=customer)

        assert second.outcome == "held"
        assert await studio.open_holds(slot) == 1

    async def test_overlapping_time_of_the_same_teacher_may_be_chosen(
        self, studio: Studio, customer: Actor
    ) -> None:
        teacher = await studio.resource()
        at_noon = await studio.lesson(teacher, starts_at=NOON)
        half_past = await studio.lesson(teacher, starts_at=NOON + timedelta(minutes=30))
        await studio.hold(at_noon, by=customer)

        second = await studio.hold(half_past, by=customer)

        assert second.outcome == "held"
        assert await studio.busy(teacher) == [half_past]

    async def test_choice_of_others_is_left_alone(self, studio: Studio, customer: Actor) -> None:
        slot = await studio.slot(capacity=3)
        others = await studio.hold(slot)

        await studio.hold(slot, by=customer)

        assert await studio.state_of(others.hold_id) == "active"

    async def test_confirmed_choice_is_left_alone(self, studio: Studio, customer: Actor) -> None:
        slot, other_slot = await studio.slot(), await studio.slot()
        confirmed = await studio.hold(slot, by=customer)
        async with studio.database.begin(customer) as tx:
            await commands.confirm_hold(tx, hold_id=confirmed.hold_id)

        await studio.hold(other_slot, by=customer)

        assert await studio.state_of(confirmed.hold_id) == "confirmed"
        assert await studio.places_taken(slot) == 1

    async def test_retry_of_a_wish_does_not_replace_itself(
        self, studio: Studio, customer: Actor
    ) -> None:
        wish = await studio.wish(await studio.slot(), by=customer)
        [first] = await studio.take(wish)

        await studio.take(wish)

        assert await studio.state_of(first.hold_id) == "active"


@pytest.mark.req("BK-09")
class TestChoosingAnewWhileConfirming:
    async def test_choice_confirmed_in_the_same_moment_is_kept(
        self, studio: Studio, customer: Actor
    ) -> None:
        slot, other_slot = await studio.slot(), await studio.slot()
        first = await studio.hold(slot, by=customer)

        async with studio.database.begin(customer) as tx:
            await commands.confirm_hold(tx, hold_id=first.hold_id)
            choosing = asyncio.create_task(studio.hold(other_slot, by=customer))
            await _wait_until_somebody_waits(studio)
        await choosing

        assert await studio.state_of(first.hold_id) == "confirmed"
        assert await studio.places_taken(slot) == 1

    async def test_without_the_second_look_the_confirmed_choice_is_lost(
        self, studio: Studio, customer: Actor
    ) -> None:
        slot, other_slot = await studio.slot(), await studio.slot()
        first = await studio.hold(slot, by=customer)
        await rewrite(
            studio.owner,
            "take_places",
            "               AND h.state = 'active'\n             ORDER BY h.id FOR NO KEY UPDATE)",
            "             ORDER BY h.id)",
        )

        async with studio.database.begin(customer) as tx:
            await commands.confirm_hold(tx, hold_id=first.hold_id)
            choosing = asyncio.create_task(studio.hold(other_slot, by=customer))
            await _wait_until_somebody_waits(studio)
        await choosing

        assert await studio.state_of(first.hold_id) == "released"

    async def test_choice_confirmed_in_the_same_moment_is_not_given_up(
        self, studio: Studio, customer: Actor
    ) -> None:
        slot = await studio.slot()
        hold = await studio.hold(slot, by=customer)

        async with studio.database.begin(customer) as tx:
            await commands.confirm_hold(tx, hold_id=hold.hold_id)
            releasing = asyncio.create_task(_release(studio, customer, hold.hold_id))
            await _wait_until_somebody_waits(studio)
        await releasing

        assert await studio.state_of(hold.hold_id) == "confirmed"
        assert await studio.places_taken(slot) == 1


async def _release(studio: Studio, customer: Actor, hold_id: UUID) -> None:
    async with studio.database.begin(customer) as tx:
        await commands.release_hold(tx, hold_id=hold_id)


async def _wait_until_somebody_waits(studio: Studio) -> None:
    for _ in range(500):
        if await studio.owner.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock'"
        ):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody waits for a lock")
