"""Giving up an order that is not paid, also when the money is already on its way."""

import asyncio
from uuid import UUID

import pytest

from shunyue.journey.errors import OrderNotCancellable
from shunyue.kernel.tokens import Actor
from tests.builders.supply import make_slot
from tests.builders.visits import Shop


class TestCancelling:
    async def test_unregistered_order_gives_its_place_back_at_once(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place(customer, slot)

        order = await shop.cancel(customer, number)

        assert (order.state, order.end_reason) == ("cancelled", "customer")
        assert await shop.places_taken(slot) == 0

    async def test_order_nobody_tried_to_pay_gives_its_place_back_at_once(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)

        order = await shop.cancel(customer, number)

        assert order.state == "cancelled"
        assert await shop.places_taken(slot) == 0

    async def test_place_is_kept_until_no_charge_can_land(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.start_payment(customer, number)

        order = await shop.cancel(customer, number)
        taken_meanwhile = await shop.places_taken(slot)
        await shop.catch_up()

        assert (order.state, order.payment_state) == ("awaiting_payment", "checking")
        assert taken_meanwhile == 1
        assert (await shop.order(number)).state == "cancelled"
        assert await shop.places_taken(slot) == 0

    @pytest.mark.parametrize("moment", ["before_the_cancellation", "while_we_close"])
    @pytest.mark.req("PY-12")
    async def test_money_that_races_the_cancellation_goes_back(
        self, shop: Shop, customer: Actor, slot: UUID, moment: str
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        attempt = await shop.start_payment(customer, number)
        if moment == "before_the_cancellation":
            await shop.pay(attempt)
        else:
            await shop.break_simulator("close_race")

        await shop.cancel(customer, number)
        await shop.live(120, 10)

        order = await shop.order(number)
        assert (order.state, order.payment_state) == ("cancelled", "refunded")
        assert await shop.bookings(number) == 0
        assert await shop.places_taken(slot) == 0
        assert await shop.balances() == {}
        assert [one["kind"] for one in await shop.journal()] == ["charge", "refund"]
        assert [one.reason for one in await shop.refunds(number)] == ["order_cancelled"]

    @pytest.mark.req("PY-12")
    async def test_money_that_lands_after_the_cancellation_goes_back(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.start_payment(customer, number)
        await shop.break_simulator("close_race", seconds=300)
        await shop.cancel(customer, number)
        await shop.live(60, 30)
        ended = await shop.order(number)
        await shop.move_clock(300)

        await shop.deliver_notices()
        await shop.live(120, 10)

        assert (ended.state, ended.payment_state) == ("cancelled", "none")
        order = await shop.order(number)
        assert (order.state, order.payment_state) == ("cancelled", "refunded")
        assert await shop.places_taken(slot) == 0
        assert "paid_late" in await shop.told(number)

    @pytest.mark.req("PY-12")
    async def test_cancelling_and_paying_at_the_same_instant_ends_one_way_or_the_other(
        self, shop: Shop, customer: Actor, offering: UUID
    ) -> None:
        slot = await make_slot(shop.database, shop.merchant_id, offering, capacity=10)
        for _ in range(10):
            number = await shop.place_and_register(customer, slot)
            attempt = await shop.start_payment(customer, number)
            await shop.pay(attempt)

            await asyncio.gather(
                shop.cancel(customer, number), *(shop.ask(attempt) for _ in range(3))
            )
            await shop.live(60, 10)

            order = await shop.order(number)
            assert (order.state, order.payment_state) == ("cancelled", "refunded")
        assert await shop.balances() == {}
        assert await shop.places_taken(slot) == 0

    async def test_cancelling_again_changes_nothing(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.start_payment(customer, number)
        await shop.cancel(customer, number)

        await shop.cancel(customer, number)
        await shop.catch_up()

        assert (await shop.facts(number)).count("cancelled") == 1
        with pytest.raises(OrderNotCancellable):
            await shop.cancel(customer, number)
