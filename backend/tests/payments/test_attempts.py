"""Attempts: one live one at a time, at the locked price, ended only when the provider says so."""

import asyncio
from uuid import UUID

import pytest

from shunyue.identity.api import Merchant
from shunyue.kernel.tokens import Actor
from shunyue.payments import queries
from shunyue.payments.api import WechatConfig, stop_collecting
from shunyue.payments.commands import fail_attempt, store_prompt
from shunyue.payments.errors import PaymentWindowOver
from shunyue.payments.providers.port import PaymentPrompt, ProviderError, ProviderRefused
from tests.builders.money import make_channel, trade_of
from tests.builders.visits import Shop


class TestIntendAttempt:
    async def test_live_attempt_is_used_again(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)

        first = await shop.start_payment(customer, number)
        second = await shop.start_payment(customer, number)

        assert second == first
        assert len(await shop.attempts(number)) == 1

    async def test_ten_tabs_at_once_start_one_attempt(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)

        attempts = await asyncio.gather(*(shop.intend(customer, number) for _ in range(10)))

        assert len({one.id for one in attempts}) == 1
        assert len(await shop.attempts(number)) == 1

    async def test_attempt_is_written_down_before_the_provider_hears_of_it(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.break_simulator("error_before", route="create")

        with pytest.raises(ProviderError):
            await shop.start_payment(customer, number)

        assert [one.state for one in await shop.attempts(number)] == ["intended"]

    async def test_lost_answer_leads_to_the_same_attempt(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.break_simulator("response_lost", route="create")
        with pytest.raises(ProviderError):
            await shop.start_payment(customer, number)

        attempt = await shop.start_payment(customer, number)

        assert [one["out_trade_no"] for one in await shop.trades()] == [attempt.out_trade_no]

    async def test_another_scene_winds_the_first_attempt_up(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.start_payment(customer, number, "native")

        await shop.start_payment(customer, number, "h5")
        meanwhile = [one.state for one in await shop.attempts(number)]
        await shop.catch_up()

        assert meanwhile == ["closing", "pending"]
        assert [one.state for one in await shop.attempts(number)] == ["closed", "pending"]

    async def test_amount_is_the_locked_price(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.value("UPDATE offering SET price_fen = 1")

        attempt = await shop.start_payment(customer, number)

        assert attempt.amount_fen == 48000
        assert [one["total_fen"] for one in await shop.trades()] == [48000]

    async def test_provider_takes_money_until_the_price_lock_ends(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)

        attempt = await shop.start_payment(customer, number)

        assert attempt.expires_at == (await shop.order(number)).pay_by

    async def test_provider_gets_its_minute_at_the_last_second(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.move_clock(30 * 60 - 1)

        attempt = await shop.start_payment(customer, number)

        assert (attempt.expires_at - shop.now).total_seconds() == 60

    async def test_expired_prompt_is_renewed_under_the_same_number(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        first = await shop.start_payment(customer, number, "h5")
        await shop.move_clock(6 * 60)

        second = await shop.start_payment(customer, number, "h5")

        assert second.out_trade_no == first.out_trade_no
        assert second.prompt != first.prompt

    async def test_nothing_is_collected_once_collecting_stopped(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        order = await shop.order(number)
        async with shop.database.begin(shop.system) as tx:
            await stop_collecting(tx, order.id)

        with pytest.raises(PaymentWindowOver):
            await shop.intend(customer, number)


class TestProviderSaysNo:
    async def test_refused_attempt_is_over_and_another_can_start(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.break_simulator("error_before", route="create", status=400, code="PARAM_ERROR")
        with pytest.raises(ProviderRefused):
            await shop.start_payment(customer, number)

        attempt = await shop.start_payment(customer, number)

        assert attempt.state == "pending"
        assert [one.state for one in await shop.attempts(number)] == ["failed", "pending"]

    async def test_attempt_that_can_be_paid_does_not_fail(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        attempt = await shop.start_payment(customer, number)

        async with shop.database.begin(shop.system) as tx:
            await fail_attempt(tx, attempt)

        assert (await shop.attempts(number))[0].state == "pending"


class TestStorePrompt:
    async def test_late_prompt_does_not_revive_an_attempt(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        attempt = await shop.intend(customer, number)
        prompt = PaymentPrompt(expires_at=attempt.expires_at, code_url="weixin://wxpay/x")
        async with shop.database.begin(shop.system) as tx:
            await shop.record(tx, attempt, trade_of(attempt, "closed"))

        async with shop.database.begin(shop.system) as tx:
            stored = await store_prompt(tx, attempt.id, prompt)

        assert stored.state == "closed"


class TestStopCollecting:
    async def test_it_is_certain_at_once_when_nothing_was_tried(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        order = await shop.order(number)

        async with shop.database.begin(shop.system) as tx:
            assert await stop_collecting(tx, order.id)
            assert await stop_collecting(tx, order.id)

    async def test_it_is_certain_only_after_every_attempt_ended(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        await shop.start_payment(customer, number, "native")
        await shop.start_payment(customer, number, "h5")
        order = await shop.order(number)
        first, second = await shop.attempts(number)
        async with shop.database.begin(shop.system) as tx:
            assert not await stop_collecting(tx, order.id)

        await shop.ask(first)
        state_between = await shop.value("SELECT state FROM payment")
        await shop.ask(second)

        assert state_between == "stopping"
        assert await shop.value("SELECT state FROM payment") == "stopped"

    async def test_a_settled_payment_is_not_stopped(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        attempt = await shop.start_payment(customer, number)
        async with shop.database.begin(shop.system) as tx:
            await shop.record(tx, attempt, trade_of(attempt))

        async with shop.database.begin(shop.system) as tx:
            assert not await stop_collecting(tx, attempt.order_id)

        assert await shop.value("SELECT state FROM payment") == "settled"


class TestAbsent:
    @pytest.mark.parametrize(
        ("seconds_after_expiry", "outcome"), [(-1, "pending"), (59, "pending"), (60, "closed")]
    )
    async def test_does_not_exist_is_believed_a_minute_after_expiry(
        self,
        shop: Shop,
        customer: Actor,
        slot: UUID,
        *,
        seconds_after_expiry: int,
        outcome: str,
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        attempt = await shop.intend(customer, number)

        await shop.move_clock(30 * 60 + seconds_after_expiry)

        assert await shop.ask(attempt) == outcome


class TestDisabledChannel:
    async def test_money_of_a_replaced_channel_still_moves(
        self, shop: Shop, customer: Actor, slot: UUID, merchant: Merchant, account: WechatConfig
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        attempt = await shop.start_payment(customer, number)
        await shop.pay(attempt)
        await make_channel(shop.database, merchant.merchant_id, account)

        await shop.live(60)

        assert (await shop.order(number)).state == "confirmed"

    async def test_refund_of_a_disabled_channel_still_moves(
        self, shop: Shop, customer: Actor, slot: UUID
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        attempt = await shop.start_payment(customer, number)
        await shop.pay(attempt)
        await shop.cancel(customer, number)
        await shop.value("UPDATE payment_channel SET is_enabled = false")

        await shop.live(120, 10)

        assert (await shop.order(number)).payment_state == "refunded"

    async def test_new_attempts_go_through_the_enabled_channel_only(
        self, shop: Shop, customer: Actor, slot: UUID, merchant: Merchant, account: WechatConfig
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        first = await shop.start_payment(customer, number)
        replacement = await make_channel(shop.database, merchant.merchant_id, account)

        second = await shop.start_payment(customer, number)

        assert second.channel_id == replacement
        async with shop.database.begin(shop.system) as tx:
            assert (await queries.attempt_by_id(tx, first.id)).state == "closing"
