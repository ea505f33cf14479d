"""The simulator's notices: genuine, flawed, repeated, about the wrong thing."""

import json

import pytest

from shunyue.payments.providers import port
from tests.payments.providers.paysim_attempts import make_refund, paid_attempt
from tests.payments.providers.paysim_process import Message, Shop

pytestmark = [pytest.mark.req("PY-01"), pytest.mark.asyncio]


class TestNotices:
    async def test_payment_is_announced(self, shop: Shop) -> None:
        attempt = await paid_attempt(shop, coupon_fen=1_000)

        [(headers, body)] = await shop.notices()
        notice = shop.provider().read_notice(headers, body)

        assert notice.kind == "TRANSACTION.SUCCESS"
        assert notice.content == await shop.provider().query(attempt.out_trade_no)

    async def test_refund_is_announced(self, shop: Shop) -> None:
        order = make_refund(await paid_attempt(shop), 5_000)
        await shop.provider().refund(order)
        await shop.sim.advance(5)

        *_, (headers, body) = await shop.notices()
        content = shop.provider().read_notice(headers, body).content

        assert isinstance(content, port.RefundState)
        assert (content.out_refund_no, content.state) == (order.out_refund_no, "succeeded")
        assert (content.refund_fen, content.merchant_account_id) == (5_000, shop.mchid)

    @pytest.mark.parametrize(
        ("flaw", "reason"),
        [
            ("wrong_signature", "signature"),
            ("tampered_body", "signature"),
            ("signtest_probe", "signature"),
            ("unknown_serial", "unknown_serial"),
            ("stale_timestamp", "stale"),
            ("wrong_apiv3_key", "sealed_resource"),
        ],
    )
    async def test_flawed_notice_is_rejected_and_comes_again_without_the_flaw(
        self, shop: Shop, flaw: str, reason: str
    ) -> None:
        shop.sim.inbox.accepts = lambda message: not rejection_of(shop, message)
        await shop.break_with(flaw)
        await paid_attempt(shop)
        [bad] = await shop.notices()

        rejected = rejection_of(shop, bad)
        await shop.sim.advance(16)
        _, good = await shop.notices()

        assert rejected == reason
        assert rejection_of(shop, good) == ""

    async def test_missing_signature_type_is_harmless(self, shop: Shop) -> None:
        await shop.break_with("missing_signature_type")
        await paid_attempt(shop)

        [message] = await shop.notices()

        assert rejection_of(shop, message) == ""

    async def test_duplicate_carries_the_same_notice_id(self, shop: Shop) -> None:
        await shop.break_with("notice_duplicated", times=2)
        await paid_attempt(shop)

        messages = await shop.notices()
        notices = [shop.provider().read_notice(*message) for message in messages]

        assert len(notices) == 3
        assert len({notice.notice_id for notice in notices}) == 1

    @pytest.mark.parametrize(
        ("fault", "field", "value"),
        [
            ("amount_mismatch", "amount_fen", 19_801),
            ("currency_mismatch", "currency", "USD"),
            ("mchid_mismatch", "merchant_account_id", "1999999999"),
        ],
    )
    async def test_mismatch_is_shown_for_the_caller_to_refuse(
        self, shop: Shop, fault: str, field: str, value: object
    ) -> None:
        await shop.break_with(fault)
        await paid_attempt(shop)

        [message] = await shop.notices()
        content = shop.provider().read_notice(*message).content

        assert getattr(content, field) == value

    async def test_notice_for_one_merchant_is_worth_nothing_to_another(self, shop: Shop) -> None:
        await paid_attempt(shop)

        [message] = await shop.notices()

        async with Shop.open(shop.sim) as other:
            assert rejection_of(other, message) == "unknown_serial"

    async def test_replayed_notice_grows_stale(self, shop: Shop) -> None:
        await paid_attempt(shop)
        [message] = await shop.notices()

        await shop.sim.advance(301)

        assert rejection_of(shop, message) == "stale"

    async def test_no_payer_is_named_in_what_we_keep(self, shop: Shop) -> None:
        await paid_attempt(shop)

        [(headers, body)] = await shop.notices()

        assert "oSIM" not in repr(shop.provider().read_notice(headers, body))
        assert json.loads(body)["resource"]["ciphertext"]


def rejection_of(shop: Shop, message: Message) -> str:
    """Give the reason of a rejection, or an empty text for a believed notice."""
    try:
        shop.provider().read_notice(*message)
    except port.NoticeRejected as rejected:
        return rejected.reason
    return ""
