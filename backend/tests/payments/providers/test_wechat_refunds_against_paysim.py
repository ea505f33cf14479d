"""Refunds at the simulator: accepted, repeated, doubted, gone wrong."""

import pytest

from shunyue.payments.providers import port
from tests.payments.providers.paysim_attempts import make_attempt, make_refund, paid_attempt
from tests.payments.providers.paysim_process import Shop

pytestmark = [pytest.mark.req("PY-01"), pytest.mark.asyncio]


class TestRefund:
    async def test_part_goes_back_and_the_payment_stays_paid(self, shop: Shop) -> None:
        provider, attempt = shop.provider(), await paid_attempt(shop, coupon_fen=1_000)
        order = make_refund(attempt, 15_840)

        accepted = await provider.refund(order)
        await shop.sim.advance(5)
        done = await provider.query_refund(order.out_refund_no)

        assert (accepted.state, accepted.refund_fen) == ("processing", 15_840)
        assert (done.state, done.refund_fen, done.total_fen) == ("succeeded", 15_840, 19_800)
        assert done.refund_id == accepted.refund_id
        assert done.succeeded_at is not None
        assert (await provider.query(attempt.out_trade_no)).state == "paid"

    async def test_repeat_is_the_same_refund(self, shop: Shop) -> None:
        provider, order = shop.provider(), make_refund(await paid_attempt(shop), 5_000)
        await shop.break_with("response_lost", route="refund")

        with pytest.raises(port.RefundUnsettled, match="no_answer"):
            await provider.refund(order)
        second = await provider.refund(order)
        third = await provider.refund(order)

        assert second.refund_id == third.refund_id

    @pytest.mark.parametrize(
        ("kind", "terms", "code"),
        [
            ("error_before", {"status": 500}, "SYSTEM_ERROR"),
            ("error_after", {"status": 500}, "SYSTEM_ERROR"),
            ("error_before", {"status": 429}, "FREQUENCY_LIMITED"),
            ("error_before", {"status": 403, "code": "NOT_ENOUGH"}, "NOT_ENOUGH"),
            ("timeout_after", {"seconds": 0.2}, "no_answer"),
            ("wrong_signature", {}, "not_proven"),
        ],
    )
    async def test_doubt_is_settled_by_the_same_number(
        self, shop: Shop, kind: str, terms: dict[str, object], code: str
    ) -> None:
        provider, order = shop.provider(), make_refund(await paid_attempt(shop), 5_000)
        await shop.break_with(kind, route="refund", **terms)

        with pytest.raises(port.RefundUnsettled) as doubt:
            await provider.refund(order)

        assert doubt.value.code == code
        assert (await provider.refund(order)).state == "processing"

    async def test_second_part_within_a_minute_waits(self, shop: Shop) -> None:
        provider, attempt = shop.provider(), await paid_attempt(shop)
        await provider.refund(make_refund(attempt, 100, "R1"))

        with pytest.raises(port.RefundUnsettled, match="FREQUENCY_LIMITED"):
            await provider.refund(make_refund(attempt, 100, "R2"))
        await shop.sim.advance(61)

        assert (await provider.refund(make_refund(attempt, 100, "R2"))).state == "processing"

    async def test_more_than_was_paid_is_refused(self, shop: Shop) -> None:
        with pytest.raises(port.ProviderRefused):
            await shop.provider().refund(make_refund(await paid_attempt(shop), 19_801))

    async def test_refund_of_an_unpaid_attempt_is_refused(self, shop: Shop) -> None:
        attempt = make_attempt(shop)
        await shop.provider().create(attempt, port.NativeScene())

        with pytest.raises(port.ProviderRefused):
            await shop.provider().refund(make_refund(attempt, 100))

    async def test_unknown_refund_is_absent(self, shop: Shop) -> None:
        assert (await shop.provider().query_refund("261123042178R9")).state == "absent"

    @pytest.mark.parametrize(
        ("fault", "state"),
        [
            ("refund_abnormal", "abnormal"),
            ("refund_closed", "closed"),
            ("refund_stuck", "processing"),
        ],
    )
    async def test_refund_that_goes_wrong_is_told(self, shop: Shop, fault: str, state: str) -> None:
        provider, order = shop.provider(), make_refund(await paid_attempt(shop), 5_000)
        await shop.break_with(fault)

        await provider.refund(order)
        await shop.sim.advance(5)

        assert (await provider.query_refund(order.out_refund_no)).state == state
