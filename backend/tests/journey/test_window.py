"""The end of the payment window: a place goes back only when no charge can land any more."""

from uuid import UUID

import pytest

from shunyue.kernel.tokens import Actor
from tests.builders.money import trade_of
from tests.builders.visits import Shop

WINDOW_SECONDS = 30 * 60


@pytest.mark.req("BK-06", "PY-15")
class TestWindowOver:
    async def test_order_that_nobody_tried_to_pay_expires_with_the_window(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)

        await shop.move_clock(WINDOW_SECONDS - 1)
        await shop.catch_up()
        assert (await shop.order(number)).state == "awaiting_payment"
        await shop.move_clock(1)
        await shop.catch_up()

        order = await shop.order(number)
        assert (order.state, order.end_reason) == ("expired", "payment_window")
        assert await shop.places_taken(slot) == 0

    async def test_place_is_kept_until_the_provider_confirms_the_close(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.start_payment(customer, number)
        await shop.break_simulator("error_before", route="close", count=2)

        await shop.live(WINDOW_SECONDS, 60)
        held_back = await shop.order(number)
        taken_meanwhile = await shop.places_taken(slot)
        await shop.live(120)

        assert (held_back.state, held_back.payment_state) == ("awaiting_payment", "checking")
        assert taken_meanwhile == 1
        assert (await shop.order(number)).state == "expired"
        assert (await shop.order(number)).payment_state == "none"
        assert await shop.places_taken(slot) == 0

    async def test_place_is_kept_while_the_provider_is_silent(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        attempt = await shop.start_payment(customer, number)
        await shop.break_simulator("error_before", route="query", count=None)

        await shop.pay(attempt)
        await shop.live(2 * WINDOW_SECONDS, 120)
        silent = await shop.order(number)
        await shop.simulator.delete("/_sim/faults")
        await shop.live(600, 60)

        assert silent.state == "awaiting_payment"
        assert (await shop.order(number)).state == "confirmed"

    @pytest.mark.req("PY-12")
    async def test_payment_at_the_last_second_is_booked(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        attempt = await shop.start_payment(customer, number)

        await shop.move_clock(WINDOW_SECONDS - 1)
        await shop.pay(attempt)
        await shop.live(120)

        assert (await shop.order(number)).state == "confirmed"
        assert await shop.balances() == {"channel_clearing": 48000, "revenue": -48000}

    @pytest.mark.req("PY-12")
    async def test_payment_that_slips_in_while_we_close_is_booked(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.start_payment(customer, number)
        await shop.break_simulator("close_race")

        await shop.live(WINDOW_SECONDS + 60, 30)

        assert (await shop.order(number)).state == "confirmed"
        assert [one["kind"] for one in await shop.journal()] == ["charge"]

    async def test_settled_payment_whose_news_is_late_is_booked_all_the_same(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        attempt = await shop.start_payment(customer, number)
        await shop.move_clock(WINDOW_SECONDS)
        async with shop.database.begin(shop.system) as tx:
            await shop.record(tx, attempt, trade_of(attempt))

        await shop.timers.run_once()
        await shop.catch_up()

        assert (await shop.order(number)).state == "confirmed"

    async def test_attempt_the_provider_never_heard_of_keeps_the_place_a_minute_longer(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.intend(customer, number)

        await shop.live(WINDOW_SECONDS + 55, 5)
        before = await shop.order(number)
        await shop.live(300, 30)

        assert before.state == "awaiting_payment"
        assert (await shop.order(number)).state == "expired"
