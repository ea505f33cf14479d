"""What customers are told: each step of an order, once, in words."""

from uuid import UUID

import pytest

from shunyue.identity.api import Merchant
from shunyue.kernel.tokens import Actor
from tests.builders.supply import make_offering, make_slot
from tests.builders.visits import Shop

WINDOW_SECONDS = 30 * 60


class TestToldOnce:
    async def test_each_step_to_a_booking_is_told_once(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.pay(await shop.start_payment(customer, number))

        await shop.live(600, 30)

        assert sorted(await shop.told(number)) == ["confirmed", "placed", "registered"]

    async def test_free_order_is_told_as_confirmed(
        self, shop: Shop, customer: Actor, merchant: Merchant
    ) -> None:
        offering = await make_offering(shop.database, merchant.merchant_id, price_fen=0)
        slot = await make_slot(shop.database, merchant.merchant_id, offering)
        number = await shop.place_and_register(customer, slot)

        await shop.catch_up()

        assert sorted(await shop.told(number)) == ["confirmed", "placed", "registered"]

    async def test_running_out_of_time_is_told_with_its_reason(
        self, shop: Shop, customer: Actor, rival: Actor, slot: UUID
    ) -> None:
        unregistered = await shop.place(customer, slot)
        await shop.live(15 * 60, 60)
        unpaid = await shop.place_and_register(rival, slot)

        await shop.live(WINDOW_SECONDS + 60, 60)

        assert (await shop.told(unregistered))[-1] == "expired_registration_window"
        assert (await shop.told(unpaid))[-1] == "expired_payment_window"
        assert await shop.value(_COUNT, unregistered, "expired_registration_window") == 1
        assert await shop.value(_COUNT, unpaid, "expired_payment_window") == 1

    async def test_cancellation_is_told_once(self, shop: Shop, customer: Actor, slot: UUID) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.start_payment(customer, number)
        await shop.cancel(customer, number)
        await shop.cancel(customer, number)

        await shop.live(120, 30)

        assert await shop.value(_COUNT, number, "cancelled") == 1

    @pytest.mark.req("PY-12")
    async def test_second_payment_and_its_refund_are_told_once_each(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        first = await shop.start_payment(customer, number, "native")
        second = await shop.start_payment(customer, number, "h5")
        await shop.break_simulator("notice_duplicated", count=None, times=2)
        await shop.pay(first)
        await shop.pay(second)

        for _ in range(4):
            await shop.deliver_notices()
            await shop.live(60, 30)

        told = await shop.told(number)
        assert sorted(told) == ["confirmed", "paid_twice", "placed", "refunded", "registered"]

    @pytest.mark.req("PY-12")
    async def test_refund_that_needs_people_is_told(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.start_payment(customer, number)
        await shop.break_simulator("close_race")
        await shop.break_simulator("refund_abnormal")
        await shop.cancel(customer, number)

        await shop.live(600, 30)

        assert (await shop.order(number)).payment_state == "refund_failed"
        assert await shop.value(_COUNT, number, "refund_failed") == 1
        assert await shop.value(_COUNT, number, "paid_late") == 1

    @pytest.mark.req("PY-12")
    async def test_cancelling_that_crossed_with_the_money_does_not_say_that_nothing_was_paid(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.start_payment(customer, number)
        await shop.break_simulator("close_race")
        await shop.cancel(customer, number)

        await shop.live(120, 30)

        told = await shop.told(number)
        assert told[-3:] == ["paid_late", "cancelled_though_paid", "refunded"]


class TestWords:
    async def test_message_names_offering_time_and_number(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place(customer, slot)
        await shop.catch_up()

        text = await shop.value("SELECT text FROM inbox_message WHERE kind = 'placed'")

        grouped = f"{number[:4]} {number[4:8]} {number[8:]}"
        assert text.startswith(f"订单号 {grouped}，私教，")
        assert text.endswith(
            "预约时段已锁定，15 分钟内完成报名即可保留，报名后有 30 分钟缴费时间。"
        )

    async def test_money_is_named_to_the_fen(
        self, shop: Shop, customer: Actor, merchant: Merchant
    ) -> None:
        offering = await make_offering(shop.database, merchant.merchant_id, price_fen=12305)
        slot = await make_slot(shop.database, merchant.merchant_id, offering)
        await shop.place_and_register(customer, slot)
        await shop.catch_up()

        text = await shop.value("SELECT text FROM inbox_message WHERE kind = 'registered'")

        assert "123.05" in text

    async def test_every_step_has_a_title_and_no_blanks_are_left(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        first = await shop.start_payment(customer, number, "native")
        second = await shop.start_payment(customer, number, "h5")
        await shop.pay(first)
        await shop.pay(second)

        await shop.live(300, 30)

        texts = await shop.value("SELECT array_agg(title || text) FROM inbox_message")
        assert len(texts) == 5
        assert not [text for text in texts if "{" in text or "inbox." in text]


class TestNobodyElse:
    async def test_inbox_belongs_to_its_customer(
        self, shop: Shop, customer: Actor, rival: Actor, slot: UUID
    ) -> None:
        await shop.place(customer, slot)
        await shop.catch_up()

        count = "SELECT count(*) FROM inbox_message WHERE customer_id = $1"
        assert await shop.value(count, customer.id) == 1
        assert await shop.value(count, rival.id) == 0


_COUNT = "SELECT count(*) FROM inbox_message WHERE order_number = $1 AND kind = $2"
