"""Choosing anew gives the earlier, unconfirmed choice back."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from shunyue.booking import commands
from shunyue.booking.api import PlaceTaker, Wish
from shunyue.kernel.ids import new_id
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


@pytest.mark.req("BK-06")
class TestRefusedNewChoice:
    @pytest.mark.parametrize("why", ["full", "closed", "past", "party_too_large", "not_found"])
    async def test_keeps_the_earlier_one(self, studio: Studio, customer: Actor, why: str) -> None:
        slot = await studio.slot()
        first = await studio.hold(slot, by=customer)

        refused = await studio.take(await _unwelcome_wish(studio, customer, why))

        assert [one.outcome for one in refused] == [why]
        assert await studio.state_of(first.hold_id) == "active"
        assert await studio.places_taken(slot) == 1
        assert await studio.told("hold_released") == 0

    async def test_keeps_the_earlier_teacher_busy(self, studio: Studio, customer: Actor) -> None:
        mine, theirs = await studio.resource(), await studio.resource()
        lesson, wanted = await studio.lesson(mine), await studio.lesson(theirs)
        await studio.hold(lesson, by=customer)
        await studio.hold(await studio.lesson(theirs))

        refused = await studio.hold(wanted, by=customer)

        assert refused.outcome == "taken"
        assert await studio.busy(mine) == [lesson]

    async def test_may_want_more_places_of_the_same_slot_than_there_are(
        self, studio: Studio, customer: Actor
    ) -> None:
        slot = await studio.slot(capacity=3)
        first = await studio.hold(slot, 1, by=customer)
        await studio.hold(slot, 1)

        refused = await studio.hold(slot, 3, by=customer)

        assert (refused.outcome, refused.places_left) == ("full", 2)
        assert await studio.state_of(first.hold_id) == "active"
        assert await studio.places_taken(slot) == 2

    async def test_does_not_disturb_the_others_of_its_batch(
        self, studio: Studio, customer: Actor
    ) -> None:
        slot, wanted = await studio.slot(), await studio.slot(capacity=2)
        first = await studio.hold(slot, by=customer)
        wishes = [await studio.wish(wanted, by=one) for one in (None, customer, None, customer)]

        placements = await studio.take(*wishes)

        assert [one.outcome for one in placements] == ["held", "full", "held", "full"]
        assert await studio.state_of(first.hold_id) == "active"
        assert await studio.open_holds(wanted) == await studio.places_taken(wanted) == 2

    async def test_late_retry_of_a_choice_given_up_does_not_take_the_new_one_away(
        self, studio: Studio, customer: Actor
    ) -> None:
        given_up = await studio.wish(await studio.slot(), by=customer)
        await studio.take(given_up)
        second = await studio.hold(await studio.slot(), by=customer)

        await studio.take(given_up)

        assert await studio.state_of(second.hold_id) == "active"


@pytest.mark.req("BK-06")
class TestTwoWishesAtOnce:
    async def test_in_one_batch_leave_the_later_choice(
        self, studio: Studio, customer: Actor
    ) -> None:
        slots = [await studio.slot(), await studio.slot()]

        placements = await studio.take(*[await studio.wish(one, by=customer) for one in slots])

        assert [one.outcome for one in placements] == ["held", "held"]
        assert [await studio.places_taken(one) for one in slots] == [0, 1]

    async def test_in_two_statements_leave_one_choice(
        self, studio: Studio, customer: Actor, pool: asyncpg.Pool, other_pool: asyncpg.Pool
    ) -> None:
        slots = await _wish_for_all_at_once(studio, customer, [pool, other_pool])

        assert sum([await studio.open_holds(one) for one in slots]) == 1
        assert sum([await studio.places_taken(one) for one in slots]) == 1

    async def test_without_the_constraint_leave_more_than_one(
        self, studio: Studio, customer: Actor, pool: asyncpg.Pool, other_pool: asyncpg.Pool
    ) -> None:
        await studio.owner.execute("DROP INDEX hold_one_choice")
        await rewrite(
            studio.owner,
            "place_wishes",
            "FROM judged j WHERE j.refusal IS NULL) r",
            "FROM judged j, pg_sleep(0.15) WHERE j.refusal IS NULL) r",
        )

        slots = await _wish_for_all_at_once(studio, customer, [pool, other_pool])

        assert sum([await studio.open_holds(one) for one in slots]) > 1


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
            "                   AND h.state = 'active'\n"
            "                 ORDER BY h.id FOR NO KEY UPDATE)",
            "                 ORDER BY h.id)",
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


async def _unwelcome_wish(studio: Studio, customer: Actor, why: str) -> Wish:
    slot = await studio.slot(capacity=2, max_party=1 if why == "party_too_large" else None)
    if why == "full":
        await studio.hold(slot, 2)
    elif why == "closed":
        await studio.change(
            "UPDATE slot SET state = 'closed', closed_reason = 'closed'"
            " WHERE merchant_id = $1 AND id = $2",
            slot,
        )
    elif why == "past":
        await studio.change(
            "UPDATE slot SET starts_at = app_now(), closes_at = app_now()"
            " WHERE merchant_id = $1 AND id = $2",
            slot,
        )
    elif why == "not_found":
        slot = new_id()
    return await studio.wish(slot, 2 if why == "party_too_large" else 1, by=customer)


async def _wish_for_all_at_once(
    studio: Studio, customer: Actor, pools: list[asyncpg.Pool]
) -> list[UUID]:
    """Tap on six slots through two servers before the first answer comes; returns the slots."""
    slots = [await studio.slot() for _ in range(6)]
    servers = [PlaceTaker(pool, lambda _: None) for pool in pools]
    wishes = [await studio.wish(slot, by=customer) for slot in slots]
    await asyncio.gather(
        *(servers[n % 2].hold(studio.merchant_id, wish) for n, wish in enumerate(wishes))
    )
    return slots


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
