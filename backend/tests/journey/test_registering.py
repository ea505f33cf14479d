"""Registering: in time, in full, and once."""

from uuid import UUID

import pytest

from shunyue.booking.api import HoldExpired
from shunyue.identity.api import Merchant
from shunyue.journey import commands as journey
from shunyue.kernel.tokens import Actor
from shunyue.registration.api import AlreadyRegistered, RegistrationIncomplete
from tests.builders.supply import make_offering, make_slot
from tests.builders.visits import Shop


@pytest.mark.req("BK-06")
class TestPaymentWindow:
    async def test_registering_at_the_last_second_opens_the_full_thirty_minutes(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place(customer, slot)

        await shop.move_clock(14 * 60 + 59)
        order = await shop.register(customer, number)

        assert order.state == "awaiting_payment"
        assert order.pay_by is not None
        assert (order.pay_by - shop.now).total_seconds() == 30 * 60

    async def test_registration_is_refused_from_the_instant_the_hold_ends(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place(customer, slot)

        await shop.move_clock(15 * 60)

        with pytest.raises(HoldExpired):
            await shop.register(customer, number)
        await shop.catch_up()
        with pytest.raises(HoldExpired):
            await shop.register(customer, number)
        assert (await shop.order(number)).state == "expired"
        assert await shop.places_taken(slot) == 0

    async def test_place_of_a_registered_order_outlives_the_fifteen_minutes(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place(customer, slot)
        await shop.move_clock(14 * 60)
        await shop.register(customer, number)

        await shop.move_clock(10 * 60)
        await shop.catch_up()

        assert await shop.places_taken(slot) == 1


class TestHandingIn:
    async def test_free_order_is_booked_at_once(
        self, shop: Shop, merchant: Merchant, customer: Actor
    ) -> None:
        offering = await make_offering(shop.database, merchant.merchant_id, price_fen=0)
        slot = await make_slot(shop.database, merchant.merchant_id, offering)
        number = await shop.place(customer, slot)

        order = await shop.register(customer, number)

        assert order.state == "confirmed"
        assert await shop.bookings(number) == 1
        assert await shop.balances() == {}

    async def test_registration_is_taken_once(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)

        with pytest.raises(AlreadyRegistered):
            await shop.register(customer, number)

    async def test_incomplete_registration_leaves_the_clock_running(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place(customer, slot)

        with pytest.raises(RegistrationIncomplete) as refusal:
            async with shop.database.begin(customer) as tx:
                await journey.submit_registration(tx, number=number, answers={"name": "许知行"})

        assert {problem.path for problem in refusal.value.fields} == {"phone", "experience"}
        await shop.live(15 * 60, 60)
        assert (await shop.order(number)).end_reason == "registration_window"
        assert await shop.places_taken(slot) == 0
