"""Paying for an order: when it makes sense, at the promised price, and never by halves."""

from uuid import UUID

import pytest

from shunyue.journey.errors import RegistrationRequired
from shunyue.kernel.tokens import Actor
from shunyue.ordering.api import OrderNotFound
from shunyue.payments.api import OrderAlreadyPaid, PaymentWindowOver
from tests.builders.visits import Shop


@pytest.mark.req("PY-14")
class TestNoMoneyForNothing:
    async def test_payment_before_registration_is_refused(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place(customer, slot)

        with pytest.raises(RegistrationRequired):
            await shop.start_payment(customer, number)

    async def test_payment_is_refused_from_the_instant_the_window_ends(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.move_clock(30 * 60 - 1)
        await shop.start_payment(customer, number)

        await shop.move_clock(1)

        with pytest.raises(PaymentWindowOver):
            await shop.start_payment(customer, number)

    async def test_payment_of_an_ended_order_is_refused(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.cancel(customer, number)

        with pytest.raises(PaymentWindowOver):
            await shop.start_payment(customer, number)

    async def test_payment_is_refused_while_the_order_is_being_cancelled(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.start_payment(customer, number)
        await shop.cancel(customer, number)

        with pytest.raises(PaymentWindowOver):
            await shop.start_payment(customer, number)

    async def test_paid_order_takes_no_second_payment(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        attempt = await shop.start_payment(customer, number)
        await shop.pay(attempt)
        await shop.ask(attempt)
        await shop.catch_up()

        with pytest.raises(OrderAlreadyPaid):
            await shop.start_payment(customer, number)

    async def test_somebody_elses_order_cannot_be_paid(
        self, shop: Shop, customer: Actor, rival: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)

        with pytest.raises(OrderNotFound):
            await shop.start_payment(rival, number)


@pytest.mark.req("PY-07")
class TestPriceLock:
    async def test_price_change_does_not_reach_an_order(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place(customer, slot)
        await _set_price(shop, 99900)
        await shop.register(customer, number)
        await _set_price(shop, 100)

        attempt = await shop.start_payment(customer, number)
        await shop.pay(attempt)

        assert (await shop.order(number)).payable_fen == 48000
        assert attempt.amount_fen == 48000
        assert [one["amount_fen"] for one in await shop.journal()] == [48000]

    async def test_new_orders_get_the_new_price(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        await _set_price(shop, 50000)

        number = await shop.place_and_register(customer, slot)

        assert (await shop.start_payment(customer, number)).amount_fen == 50000


class TestPaid:
    async def test_payment_confirms_the_order_and_earns_its_price(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        attempt = await shop.start_payment(customer, number)

        await shop.pay(attempt)
        await shop.ask(attempt)
        await shop.catch_up()

        order = await shop.order(number)
        assert (order.state, order.payment_state) == ("confirmed", "paid")
        assert await shop.bookings(number) == 1
        assert await shop.balances() == {"channel_clearing": 48000, "revenue": -48000}

    async def test_notice_alone_confirms_the_order(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.pay(await shop.start_payment(customer, number))

        await shop.deliver_notices()
        await shop.catch_up()

        assert (await shop.order(number)).state == "confirmed"

    async def test_order_stays_confirmed_for_good(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        attempt = await shop.start_payment(customer, number)
        await shop.pay(attempt)
        await shop.ask(attempt)

        await shop.live(2 * 3600, 600)

        assert (await shop.order(number)).state == "confirmed"
        assert await shop.places_taken(slot) == 1
        assert await shop.refunds(number) == []


async def _set_price(shop: Shop, price_fen: int) -> None:
    await shop.value("UPDATE offering SET price_fen = $1", price_fen)
