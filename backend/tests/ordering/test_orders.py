"""Orders: facts happen once and stay, numbers are unique, terms are promises."""

import asyncpg
import pytest

from shunyue.booking.api import confirm_hold
from shunyue.kernel.tokens import Actor, system_actor
from shunyue.ordering import commands, queries
from shunyue.ordering.api import Order, OrderNotFound, facts_of
from tests.builders.studio import Studio


@pytest.fixture
async def customer(studio: Studio) -> Actor:
    """Somebody who orders."""
    return await studio.customer()


@pytest.fixture
async def order(studio: Studio, customer: Actor) -> Order:
    """Their order."""
    hold = await studio.hold(await studio.slot(), by=customer)
    async with studio.database.begin(customer) as tx:
        return await confirm_hold(tx, hold_id=hold.hold_id)


async def _advance(studio: Studio, order: Order, kind: str) -> None:
    async with studio.database.begin(system_actor(studio.merchant_id)) as tx:
        await commands.advance(tx, order, kind, state="confirmed")  # type: ignore[arg-type]


@pytest.mark.req("TE-03")
class TestFacts:
    async def test_placing_is_told_with_who_and_when(
        self, studio: Studio, customer: Actor, order: Order
    ) -> None:
        async with studio.database.begin(customer) as tx:
            [fact] = await facts_of(tx, order.id)

        assert (fact.kind, fact.actor_kind, fact.actor_id) == ("placed", "customer", customer.id)
        assert fact.at == order.placed_at

    @pytest.mark.parametrize("kind", ["placed", "registered", "confirmed", "cancelled"])
    async def test_turning_point_happens_once(
        self, studio: Studio, order: Order, kind: str
    ) -> None:
        if kind != "placed":
            await _advance(studio, order, kind)

        with pytest.raises(asyncpg.UniqueViolationError):
            await _advance(studio, order, kind)

    async def test_step_that_failed_leaves_the_state(self, studio: Studio, order: Order) -> None:
        with pytest.raises(asyncpg.UniqueViolationError):
            await _advance(studio, order, "placed")

        assert await _state(studio) == "awaiting_registration"
        assert await studio.told("order_advanced") == 1

    async def test_step_is_announced_with_the_state_after_it(
        self, studio: Studio, order: Order
    ) -> None:
        await _advance(studio, order, "confirmed")

        payload = await studio.value(
            "SELECT payload FROM outbox WHERE merchant_id = $1 ORDER BY id DESC LIMIT 1"
        )
        assert (payload["kind"], payload["state"]) == ("confirmed", "confirmed")
        assert payload["number"] == order.number

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE order_fact SET kind = 'paid' WHERE merchant_id = $1",
            "DELETE FROM order_fact WHERE merchant_id = $1",
        ],
    )
    async def test_history_can_not_be_rewritten(
        self, studio: Studio, order: Order, change: str
    ) -> None:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await studio.change(change)

    async def test_unknown_state_is_refused(self, studio: Studio, order: Order) -> None:
        with pytest.raises(asyncpg.CheckViolationError):
            await studio.change("UPDATE customer_order SET state = 'lost' WHERE merchant_id = $1")


@pytest.mark.req("BK-15")
class TestWhose:
    async def test_order_of_somebody_else_looks_as_if_it_did_not_exist(
        self, studio: Studio, order: Order
    ) -> None:
        stranger = await studio.customer()

        async with studio.database.begin(stranger) as tx:
            with pytest.raises(OrderNotFound):
                await commands.order_of_actor(tx, order.number)

    async def test_own_orders_are_listed_newest_first_page_by_page(
        self, studio: Studio, customer: Actor
    ) -> None:
        numbers = [await _another(studio, customer) for _ in range(5)]
        await _another(studio, await studio.customer())

        pages, after = [], None
        while True:
            async with studio.database.begin(customer) as tx:
                page = await queries.orders_of_customer(
                    tx, customer.id or studio.merchant_id, is_open=None, after=after, limit=2
                )
            if not page:
                break
            pages.append([one.number for one in page])
            after = pages[-1][-1]

        assert [number for page in pages for number in page] == numbers[::-1]

    async def test_number_names_one_order_of_a_merchant(self, studio: Studio, order: Order) -> None:
        with pytest.raises(asyncpg.UniqueViolationError):
            await studio.change(
                "INSERT INTO customer_order SELECT (jsonb_populate_record(o,"
                " jsonb_build_object('id', gen_random_uuid(), 'hold_id', gen_random_uuid()))).*"
                " FROM customer_order o WHERE merchant_id = $1"
            )


async def _another(studio: Studio, customer: Actor) -> str:
    hold = await studio.hold(await studio.slot(), by=customer)
    async with studio.database.begin(customer) as tx:
        return (await confirm_hold(tx, hold_id=hold.hold_id)).number


async def _state(studio: Studio) -> str:
    state: str = await studio.value("SELECT state FROM customer_order WHERE merchant_id = $1")
    return state
