"""A customer has a limited number of open bookings with a merchant."""

import asyncio
from contextlib import AsyncExitStack
from uuid import UUID

import asyncpg
import pytest

from shunyue.booking import commands
from shunyue.booking.api import PlaceTaker, take_again
from shunyue.booking.errors import TooManyOpenBookings
from shunyue.kernel.tokens import Actor, system_actor
from shunyue.ordering.api import Order
from tests.builders.studio import Studio, rewrite

LIMIT = 2
# So many looks in a row: the lock that was just given up is not the one meant.
_FOR_GOOD = 5


@pytest.fixture
async def customer(studio: Studio) -> Actor:
    """Somebody who likes to come."""
    return await studio.customer()


async def _slot(studio: Studio, limit: int | None = LIMIT, capacity: int = 1) -> UUID:
    slot = await studio.slot(capacity)
    await studio.change(
        "UPDATE slot SET max_open = $3 WHERE merchant_id = $1 AND id = $2", slot, limit
    )
    return slot


async def _booked(studio: Studio, customer: Actor, slot: UUID | None = None) -> Order:
    hold = await studio.hold(slot or await _slot(studio), by=customer)
    async with studio.database.begin(customer) as tx:
        return await commands.confirm_hold(tx, hold_id=hold.hold_id)


@pytest.mark.req("BK-11")
class TestOpenBookings:
    async def test_choice_beyond_the_limit_is_refused_with_count_and_limit(
        self, studio: Studio, customer: Actor
    ) -> None:
        for _ in range(LIMIT):
            await _booked(studio, customer)

        refused = await studio.hold(await _slot(studio), by=customer)

        with pytest.raises(TooManyOpenBookings) as refusal:
            commands.refuse_placement(refused)
        assert refusal.value.params == {"count": LIMIT, "limit": LIMIT}
        assert refusal.value.message.startswith("您有 2 个预约还没结束，最多同时预约 2 个")

    async def test_choice_that_replaces_an_unconfirmed_one_is_not_counted_twice(
        self, studio: Studio, customer: Actor
    ) -> None:
        await _booked(studio, customer)
        first = await studio.hold(await _slot(studio), by=customer)

        second = await studio.hold(await _slot(studio), by=customer)

        assert second.outcome == "held"
        assert await studio.state_of(first.hold_id) == "released"

    async def test_booking_whose_slot_has_ended_is_not_open(
        self, studio: Studio, customer: Actor
    ) -> None:
        for _ in range(LIMIT):
            await _booked(studio, customer)
        await studio.change(
            "UPDATE hold SET slot_ends_at = app_now() WHERE merchant_id = $1 AND id ="
            " (SELECT id FROM hold WHERE merchant_id = $1 LIMIT 1)"
        )

        assert (await studio.hold(await _slot(studio), by=customer)).outcome == "held"

    async def test_booking_given_back_is_not_open(self, studio: Studio, customer: Actor) -> None:
        orders = [await _booked(studio, customer) for _ in range(LIMIT)]
        async with studio.database.begin(customer) as tx:
            await commands.give_back(tx, orders[0].hold_id)

        assert (await studio.hold(await _slot(studio), by=customer)).outcome == "held"

    async def test_booking_that_ran_out_is_not_open_although_no_sweep_came_by(
        self, studio: Studio, customer: Actor
    ) -> None:
        for _ in range(LIMIT):
            await _booked(studio, customer)
        await studio.change("UPDATE hold SET expires_at = app_now() WHERE merchant_id = $1")

        assert (await studio.hold(await _slot(studio), by=customer)).outcome == "held"

    async def test_without_a_limit_any_number_may_be_open(
        self, studio: Studio, customer: Actor
    ) -> None:
        for _ in range(LIMIT):
            await _booked(studio, customer)

        assert (await studio.hold(await _slot(studio, None), by=customer)).outcome == "held"

    async def test_bookings_of_others_do_not_count(self, studio: Studio, customer: Actor) -> None:
        slot = await _slot(studio, capacity=LIMIT + 1)
        for _ in range(LIMIT):
            await _booked(studio, await studio.customer(), slot)

        assert (await studio.hold(slot, by=customer)).outcome == "held"

    async def test_refused_wish_does_not_disturb_its_batch(
        self, studio: Studio, customer: Actor
    ) -> None:
        for _ in range(LIMIT):
            await _booked(studio, customer)
        slot = await _slot(studio, capacity=2)
        wishes = [await studio.wish(slot, by=one) for one in (None, customer, None)]

        placements = await studio.take(*wishes)

        assert [one.outcome for one in placements] == ["held", "too_many_open", "held"]
        assert await studio.places_taken(slot) == 2

    async def test_retry_of_a_granted_wish_is_answered_as_before(
        self, studio: Studio, customer: Actor
    ) -> None:
        wish = await studio.wish(await _slot(studio), by=customer)
        await studio.take(wish)
        await studio.change("UPDATE hold SET state = 'confirmed' WHERE merchant_id = $1")
        await _booked(studio, customer)

        [again] = await studio.take(wish)

        assert again.outcome == "replayed"

    async def test_late_money_takes_its_slot_again_beyond_the_limit(
        self, studio: Studio, customer: Actor
    ) -> None:
        late = await _booked(studio, customer)
        async with studio.database.begin(customer) as tx:
            await commands.give_back(tx, late.hold_id)
        for _ in range(LIMIT):
            await _booked(studio, customer)

        async with studio.database.begin(customer) as tx:
            assert await take_again(tx, late) is not None


@pytest.mark.req("BK-11")
class TestConfirmingMeanwhile:
    """Two servers: one confirms the choice that reaches the limit, the other takes a wish."""

    async def test_wish_that_waited_for_the_confirmation_is_refused(
        self, studio: Studio, customer: Actor, other_pool: asyncpg.Pool
    ) -> None:
        assert await _choose_while_confirming(studio, customer, other_pool) == "too_many_open"
        assert await _confirmed(studio) == LIMIT

    async def test_without_the_second_look_the_limit_is_exceeded(
        self, studio: Studio, customer: Actor, other_pool: asyncpg.Pool
    ) -> None:
        await rewrite(
            studio.owner,
            "refuse_more_than_open",
            "IF p_minutes IS NOT NULL",
            "IF false AND p_minutes IS NOT NULL",
        )

        assert await _choose_while_confirming(studio, customer, other_pool) == "held"
        assert await _confirmed(studio) == LIMIT


async def _choose_while_confirming(
    studio: Studio, customer: Actor, other_pool: asyncpg.Pool
) -> str:
    """Let a wish begin before the customer's last allowed choice exists, and store after it.

    The wish waits for a busy slot. Meanwhile the last allowed choice is made and its confirmation
    begins; the wish then stands before a row that is being confirmed. Returns what came of it.
    """
    for _ in range(LIMIT - 1):
        await _booked(studio, customer)
    busy, last = await _slot(studio), await _slot(studio)
    server = PlaceTaker(other_pool, lambda _: None)
    someone = AsyncExitStack()
    locking = await someone.enter_async_context(
        studio.database.begin(system_actor(studio.merchant_id))
    )
    await locking.connection.execute(
        "SELECT 1 FROM slot WHERE merchant_id = $1 AND id = $2 FOR NO KEY UPDATE",
        studio.merchant_id,
        busy,
    )
    wish = await studio.wish(busy, by=customer)
    choosing = asyncio.create_task(server.hold(studio.merchant_id, wish))
    await _wait_until_somebody_waits(studio)
    hold = await studio.hold(last, by=customer)
    async with studio.database.begin(customer) as tx:
        await commands.confirm_hold(tx, hold_id=hold.hold_id)
        await someone.aclose()
        await _wait_until_somebody_waits(studio)
    return (await choosing).outcome


async def _wait_until_somebody_waits(studio: Studio) -> None:
    """Wait until a statement stands still before somebody else's lock, and stays there."""
    seen = 0
    for _ in range(500):
        waiting = await studio.owner.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock'"
        )
        seen = seen + 1 if waiting else 0
        if seen == _FOR_GOOD:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waited")


async def _confirmed(studio: Studio) -> int:
    count: int = await studio.value(
        "SELECT count(*) FROM hold WHERE merchant_id = $1 AND state = 'confirmed'"
    )
    return count
