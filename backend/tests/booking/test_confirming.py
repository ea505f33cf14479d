"""Confirming a hold issues the order number; releasing it gives the places back."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from shunyue.booking import commands
from shunyue.booking.errors import HoldExpired, HoldNotFound, PolicyChanged, PriceChanged
from shunyue.booking.jobs import expire_holds
from shunyue.catalog.api import CancellationPolicy
from shunyue.kernel.tokens import Actor
from shunyue.ordering.api import Order, facts_of
from tests.builders.studio import NOON, Studio

_EVENING = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # already the 24th in Shanghai


@pytest.fixture
async def studio(studio: Studio) -> AsyncIterator[Studio]:
    """The studio with its clock stopped."""
    await studio.stop_clock(_EVENING)
    yield studio
    await studio.move_clock(0)


@pytest.fixture
async def customer(studio: Studio) -> Actor:
    """Somebody who books."""
    return await studio.customer()


async def confirm(
    studio: Studio,
    customer: Actor,
    hold_id: UUID,
    shown_fen: int | None = None,
    shown_policy: CancellationPolicy | None = None,
) -> Order:
    """Confirm in a transaction of its own."""
    async with studio.database.begin(customer) as tx:
        return await commands.confirm_hold(
            tx, hold_id=hold_id, shown_fen=shown_fen, shown_policy=shown_policy
        )


async def release(studio: Studio, customer: Actor, hold_id: UUID) -> None:
    """Release in a transaction of its own."""
    async with studio.database.begin(customer) as tx:
        await commands.release_hold(tx, hold_id=hold_id)


@pytest.mark.req("BK-09")
class TestOrderNumber:
    async def test_number_is_the_merchants_date_and_six_digits(
        self, studio: Studio, customer: Actor
    ) -> None:
        hold = await studio.hold(await studio.lesson(), by=customer)

        order = await confirm(studio, customer, hold.hold_id)

        assert re.fullmatch(r"261124\d{6}", order.number)

    async def test_numbers_of_a_merchant_differ(self, studio: Studio) -> None:
        lesson = await studio.lesson(capacity=30)
        numbers = set()
        for customer in await studio.customers(30):
            hold = await studio.hold(lesson, by=customer)
            numbers.add((await confirm(studio, customer, hold.hold_id)).number)

        assert len(numbers) == 30

    async def test_number_that_is_taken_is_drawn_again(self, studio: Studio) -> None:
        first, second = await studio.customers(2)
        lesson = await studio.lesson(capacity=2)
        hold = await studio.hold(lesson, by=first)
        taken = (await confirm(studio, first, hold.hold_id)).number
        await _draw(studio, taken, times=3)
        hold = await studio.hold(lesson, by=second)

        order = await confirm(studio, second, hold.hold_id)

        assert order.number != taken
        assert await studio.owner.fetchval("SELECT last_value FROM draws") == 4

    async def test_confirming_fails_rather_than_reuse_a_number(self, studio: Studio) -> None:
        first, second = await studio.customers(2)
        lesson = await studio.lesson(capacity=2)
        hold = await studio.hold(lesson, by=first)
        taken = (await confirm(studio, first, hold.hold_id)).number
        await _draw(studio, taken, times=1000)
        hold = await studio.hold(lesson, by=second)

        with pytest.raises(AssertionError, match="no free order number"):
            await confirm(studio, second, hold.hold_id)

        assert await studio.state_of(hold.hold_id) == "active"


@pytest.mark.req("BK-09")
class TestConfirming:
    async def test_order_waits_for_registration_until_the_hold_ends(
        self, studio: Studio, customer: Actor
    ) -> None:
        hold = await studio.hold(await studio.lesson(capacity=2), 2, by=customer)

        order = await confirm(studio, customer, hold.hold_id)

        assert order.state == "awaiting_registration"
        assert order.register_by == hold.expires_at == _EVENING + timedelta(minutes=15)
        assert (order.party_size, order.payable_fen) == (2, 96000)
        assert await studio.state_of(hold.hold_id) == "confirmed"

    async def test_confirming_twice_finds_the_same_order(
        self, studio: Studio, customer: Actor
    ) -> None:
        hold = await studio.hold(await studio.lesson(), by=customer)

        first = await confirm(studio, customer, hold.hold_id)
        second = await confirm(studio, customer, hold.hold_id)

        assert second == first
        async with studio.database.begin(customer) as tx:
            assert [fact.kind for fact in await facts_of(tx, first.id)] == ["placed"]

    async def test_confirming_twice_at_once_finds_the_same_order(
        self, studio: Studio, customer: Actor
    ) -> None:
        hold = await studio.hold(await studio.lesson(), by=customer)

        orders = await asyncio.gather(*(confirm(studio, customer, hold.hold_id) for _ in range(8)))

        assert len({order.number for order in orders}) == 1
        assert await studio.value("SELECT count(*) FROM customer_order WHERE merchant_id = $1") == 1

    @pytest.mark.req("BK-06")
    async def test_hold_is_over_from_the_instant_without_a_sweep(
        self, studio: Studio, customer: Actor
    ) -> None:
        lesson = await studio.lesson(capacity=2)
        in_time = await studio.hold(lesson, by=customer)
        late_customer = await studio.customer()
        late = await studio.hold(lesson, by=late_customer)
        await studio.stop_clock(_EVENING + timedelta(minutes=15, microseconds=-1))
        await confirm(studio, customer, in_time.hold_id)
        await studio.stop_clock(_EVENING + timedelta(minutes=15))

        with pytest.raises(HoldExpired):
            await confirm(studio, late_customer, late.hold_id)

    async def test_released_hold_can_not_be_confirmed(
        self, studio: Studio, customer: Actor
    ) -> None:
        hold = await studio.hold(await studio.lesson(), by=customer)
        await release(studio, customer, hold.hold_id)

        with pytest.raises(HoldExpired):
            await confirm(studio, customer, hold.hold_id)

    async def test_hold_of_somebody_else_is_not_found(
        self, studio: Studio, customer: Actor
    ) -> None:
        hold = await studio.hold(await studio.lesson())

        with pytest.raises(HoldNotFound):
            await confirm(studio, customer, hold.hold_id)
        with pytest.raises(HoldNotFound):
            await release(studio, customer, hold.hold_id)


@pytest.mark.req("BK-09")
class TestPriceShown:
    async def test_price_that_was_shown_is_the_price(self, studio: Studio, customer: Actor) -> None:
        hold = await studio.hold(await studio.lesson(), by=customer)

        order = await confirm(studio, customer, hold.hold_id, shown_fen=48000)

        assert order.payable_fen == 48000

    async def test_changed_price_is_refused_and_the_place_stays(
        self, studio: Studio, customer: Actor
    ) -> None:
        hold = await studio.hold(await studio.lesson(), by=customer)
        await studio.change("UPDATE offering SET price_fen = 52000 WHERE merchant_id = $1")

        with pytest.raises(PriceChanged) as refusal:
            await confirm(studio, customer, hold.hold_id, shown_fen=48000)

        assert refusal.value.params == {"payable_fen": 52000}
        assert await studio.state_of(hold.hold_id) == "active"

    async def test_changed_cost_of_cancelling_is_refused_and_the_place_stays(
        self, studio: Studio, customer: Actor
    ) -> None:
        hold = await studio.hold(await studio.lesson(), by=customer)
        await studio.change(
            "UPDATE offering SET free_until_hours = 24, fee_percent = 50 WHERE merchant_id = $1"
        )

        with pytest.raises(PolicyChanged):
            await confirm(studio, customer, hold.hold_id, shown_policy=CancellationPolicy(24, 20))

        assert await studio.state_of(hold.hold_id) == "active"
        order = await confirm(
            studio, customer, hold.hold_id, shown_policy=CancellationPolicy(24, 50)
        )
        assert order.terms.policy == CancellationPolicy(24, 50)

    async def test_price_of_a_placed_order_never_changes(
        self, studio: Studio, customer: Actor
    ) -> None:
        hold = await studio.hold(await studio.lesson(), by=customer)
        await confirm(studio, customer, hold.hold_id, shown_fen=48000)
        await studio.change(
            "UPDATE offering SET price_fen = 52000, fee_percent = 90, name = '新名'"
            " WHERE merchant_id = $1"
        )

        order = await confirm(studio, customer, hold.hold_id)

        assert order.payable_fen == 48000
        assert (order.terms.offering.name, order.terms.policy.fee_percent) == ("私教", 20)


@pytest.mark.req("BK-06")
class TestReleasing:
    async def test_releasing_gives_the_places_back_once(
        self, studio: Studio, customer: Actor
    ) -> None:
        lesson = await studio.lesson(capacity=4)
        await studio.hold(lesson)
        hold = await studio.hold(lesson, 2, by=customer)

        for _ in range(3):
            await release(studio, customer, hold.hold_id)

        assert await studio.places_taken(lesson) == 1
        assert await studio.told("hold_released") == 1

    async def test_releasing_leaves_a_confirmed_hold_to_its_order(
        self, studio: Studio, customer: Actor
    ) -> None:
        lesson = await studio.lesson()
        hold = await studio.hold(lesson, by=customer)
        await confirm(studio, customer, hold.hold_id)

        await release(studio, customer, hold.hold_id)

        assert await studio.state_of(hold.hold_id) == "confirmed"
        assert await studio.places_taken(lesson) == 1

    async def test_releasing_at_once_with_the_sweep_gives_back_once(
        self, studio: Studio, customer: Actor
    ) -> None:
        lesson = await studio.lesson(starts_at=NOON, capacity=4)
        await studio.hold(lesson)
        hold = await studio.hold(lesson, 2, by=customer)
        await studio.stop_clock(_EVENING + timedelta(minutes=15))

        async with asyncio.TaskGroup() as both:
            for _ in range(4):
                both.create_task(release(studio, customer, hold.hold_id))
                both.create_task(expire_holds(studio.database))

        assert await studio.places_taken(lesson) == await studio.open_holds(lesson) == 0
        ended = await studio.told("hold_released") + await studio.told("hold_expired")
        assert ended == 2


async def _draw(studio: Studio, number: str, *, times: int) -> None:
    """Have the next draws of an order number come out as one that is taken."""
    await studio.owner.execute("CREATE SEQUENCE draws")
    await studio.owner.execute("GRANT USAGE ON SEQUENCE draws TO shunyue_app")
    await studio.owner.execute(
        "CREATE FUNCTION unlucky() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF nextval('draws') <= {times} THEN NEW.number := '{number}'; END IF;"
        " RETURN NEW; END $$"
    )
    await studio.owner.execute(
        "CREATE TRIGGER unlucky BEFORE INSERT ON customer_order"
        " FOR EACH ROW EXECUTE FUNCTION unlucky()"
    )
