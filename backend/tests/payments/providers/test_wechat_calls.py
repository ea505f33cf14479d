"""What goes over the wire to WeChat Pay, and what its answers mean in our words."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from shunyue.payments.providers import port
from tests.payments.providers.wechat_gateway import AT, Gateway, signed
from tests.payments.providers.wechat_orders import (
    ACCEPTED_REFUND,
    ATTEMPT,
    NOW,
    NUMBER,
    REFUND,
    TRADE,
    verify_merchant,
)
from tests.payments.providers.wechat_vectors import Json

pytestmark = [pytest.mark.req("PY-01"), pytest.mark.asyncio]


class TestCreate:
    async def test_native_order_is_announced_and_gives_a_code(self) -> None:
        gateway = Gateway(signed(200, {"code_url": "weixin://wxpay/bizpayurl?pr=T"}))

        prompt = await gateway.provider().create(ATTEMPT, port.NativeScene())

        assert prompt == port.PaymentPrompt(
            code_url="weixin://wxpay/bizpayurl?pr=T", expires_at=ATTEMPT.expires_at
        )
        assert gateway.requests[0].url == "https://wechatpay.test/v3/pay/transactions/native"
        assert gateway.sent_json() == {
            "appid": "wx0000000000000001",
            "mchid": "1900000001",
            "description": "栖和·一对一理疗",
            "out_trade_no": NUMBER,
            "time_expire": "2026-11-22T18:00:00+08:00",
            "notify_url": "https://shop.example.com/notify/wechat/0193",
            "amount": {"total": 19_800, "currency": "CNY"},
        }

    async def test_h5_order_comes_back_to_our_page(self) -> None:
        h5_url = "https://wx.tenpay.test/checkmweb?prepay_id=wx1&package=2"
        gateway = Gateway(signed(200, {"h5_url": h5_url}))
        back = "https://shop.example.com/m/qihe/#/orders/2611?tab=pay&x=1+2 三"

        scene = port.H5Scene(payer_ip="2001:db8::1", return_url=back)
        prompt = await gateway.provider().create(ATTEMPT, scene)

        assert prompt.h5_url is not None
        assert prompt.h5_url.startswith(h5_url + "&redirect_url=https%3A%2F%2Fshop.")
        # a plus for the space would be read as a plus by some
        assert prompt.h5_url.endswith("%26x%3D1%2B2%20%E4%B8%89")
        assert parse_qs(urlsplit(prompt.h5_url).query)["redirect_url"] == [back]
        assert prompt.expires_at == NOW + timedelta(minutes=5)
        assert gateway.sent_json()["scene_info"] == {
            "payer_client_ip": "2001:db8::1",
            "h5_info": {"type": "Wap"},
        }

    @pytest.mark.parametrize(
        ("h5_url", "expected"),
        [
            ("https://wx.test/pay", "https://wx.test/pay?redirect_url=https%3A%2F%2Fs.test%2F"),
            (
                "https://wx.test/p?a=1#f",
                "https://wx.test/p?a=1&redirect_url=https%3A%2F%2Fs.test%2F#f",
            ),
        ],
    )
    async def test_return_address_becomes_part_of_the_query(
        self, h5_url: str, expected: str
    ) -> None:
        gateway = Gateway(signed(200, {"h5_url": h5_url}))
        scene = port.H5Scene(payer_ip="192.0.2.1", return_url="https://s.test/")

        prompt = await gateway.provider().create(ATTEMPT, scene)

        assert prompt.h5_url == expected

    async def test_h5_address_stays_as_it_is_without_return(self) -> None:
        gateway = Gateway(signed(200, {"h5_url": "https://wx.test/pay?a=1"}))

        prompt = await gateway.provider().create(ATTEMPT, port.H5Scene(payer_ip="192.0.2.1"))

        assert prompt.h5_url == "https://wx.test/pay?a=1"

    async def test_jsapi_order_gives_signed_parameters(self) -> None:
        gateway = Gateway(signed(200, {"prepay_id": "wx23170105TEST"}))

        prompt = await gateway.provider().create(ATTEMPT, port.JsapiScene(payer_id="oTEST1"))

        assert gateway.sent_json()["payer"] == {"openid": "oTEST1"}
        params = prompt.app_params
        assert params is not None
        assert params["package"] == "prepay_id=wx23170105TEST"
        assert params["signType"] == "RSA"
        assert params["timeStamp"] == str(AT)
        message = "\n".join(
            [params["appId"], params["timeStamp"], params["nonceStr"], params["package"], ""]
        )
        verify_merchant(params["paySign"], message.encode())

    async def test_repeat_sends_the_same_order(self) -> None:
        gateway = Gateway(signed(200, {"code_url": "weixin://wxpay/bizpayurl?pr=T"}))
        provider = gateway.provider()

        await provider.create(ATTEMPT, port.NativeScene())
        await provider.create(ATTEMPT, port.NativeScene())

        first, second = gateway.requests
        assert first.content == second.content
        assert first.headers["Authorization"] != second.headers["Authorization"]

    async def test_prompt_never_outlives_the_code(self) -> None:
        gateway = Gateway(signed(200, {"code_url": "weixin://wxpay/bizpayurl?pr=T"}))
        attempt = port.AttemptOrder(
            out_trade_no=NUMBER,
            description="x",
            amount_fen=1,
            expires_at=NOW + timedelta(days=1),
        )

        prompt = await gateway.provider().create(attempt, port.NativeScene())

        assert prompt.expires_at == NOW + timedelta(hours=2)

    async def test_long_description_is_cut_between_characters(self) -> None:
        gateway = Gateway(signed(200, {"code_url": "weixin://wxpay/bizpayurl?pr=T"}))
        attempt = port.AttemptOrder(
            out_trade_no=NUMBER, description="理" * 60, amount_fen=1, expires_at=NOW
        )

        await gateway.provider().create(attempt, port.NativeScene())

        assert gateway.sent_json()["description"] == "理" * 42

    async def test_answer_for_another_scene_is_unusable(self) -> None:
        gateway = Gateway(signed(200, {"prepay_id": "wx23170105TEST"}))

        with pytest.raises(port.AnswerUnusable, match="answer_incomplete"):
            await gateway.provider().create(ATTEMPT, port.NativeScene())


class TestQuery:
    async def test_paid_trade_counts_the_order_total(self) -> None:
        gateway = Gateway(signed(200, TRADE))

        trade = await gateway.provider().query(NUMBER)

        assert trade == port.TradeState(
            out_trade_no=NUMBER,
            state="paid",
            transaction_id="4200000000202611230000000001",
            amount_fen=19_800,
            currency="CNY",
            paid_at=datetime(2026, 11, 23, 9, 1, 2, tzinfo=UTC),
            merchant_account_id="1900000001",
            app_id="wx0000000000000001",
        )
        assert trade.paid_at is not None
        assert trade.paid_at.tzinfo is UTC

    @pytest.mark.parametrize(
        ("theirs", "ours"),
        [
            ("SUCCESS", "paid"),
            ("REFUND", "paid"),
            ("NOTPAY", "pending"),
            ("USERPAYING", "pending"),
            ("CLOSED", "closed"),
            ("REVOKED", "closed"),
            ("PAYERROR", "failed"),
        ],
    )
    async def test_state_is_told_in_our_words(self, theirs: str, ours: str) -> None:
        gateway = Gateway(signed(200, TRADE | {"trade_state": theirs}))

        trade = await gateway.provider().query(NUMBER)

        assert trade.state == ours

    async def test_unpaid_trade_may_leave_out_everything(self) -> None:
        unpaid = {"out_trade_no": NUMBER, "trade_state": "NOTPAY", "success_time": ""}
        gateway = Gateway(signed(200, unpaid))

        trade = await gateway.provider().query(NUMBER)

        assert trade == port.TradeState(out_trade_no=NUMBER, state="pending")

    @pytest.mark.parametrize("code", ["ORDER_NOT_EXIST", "ORDERNOTEXIST"])
    async def test_unknown_order_is_absent(self, code: str) -> None:
        gateway = Gateway(signed(404, {"code": code, "message": "订单不存在"}))

        trade = await gateway.provider().query(NUMBER)

        assert trade == port.TradeState(out_trade_no=NUMBER, state="absent")

    @pytest.mark.parametrize(
        "changes",
        [
            {"trade_state": "SOMETHING_NEW"},
            {"trade_state": None},
            {"transaction_id": ""},
            {"amount": {}},
            {"amount": {"total": "19800"}},
            {"amount": {"total": 198.5}},
            {"success_time": "yesterday"},
            {"success_time": "2026-11-23T17:01:02"},
            {"out_trade_no": "26112304217801A7K4"},
        ],
    )
    async def test_answer_that_makes_no_sense_is_no_answer(self, changes: Json) -> None:
        gateway = Gateway(signed(200, TRADE | changes))

        with pytest.raises(port.AnswerUnusable):
            await gateway.provider().query(NUMBER)


class TestClose:
    async def test_signed_204_is_closed(self) -> None:
        gateway = Gateway(signed(204))

        await gateway.provider().close(NUMBER)

        target = gateway.requests[0].url.raw_path.decode()
        assert target == f"/v3/pay/transactions/out-trade-no/{NUMBER}/close"
        assert gateway.sent_json() == {"mchid": "1900000001"}

    @pytest.mark.parametrize(
        ("status", "code"),
        [(400, "ORDERPAID"), (400, "ORDER_CLOSED"), (404, "ORDER_NOT_EXIST"), (403, "TRADE_ERROR")],
    )
    async def test_refusal_asks_for_a_query(self, status: int, code: str) -> None:
        gateway = Gateway(signed(status, {"code": code, "message": "不能关闭"}))

        with pytest.raises(port.CloseRefused) as refusal:
            await gateway.provider().close(NUMBER)

        assert (refusal.value.code, refusal.value.request_id) == (code, "08F7TEST")

    async def test_other_success_asks_for_a_query(self) -> None:
        gateway = Gateway(signed(200, {}))

        with pytest.raises(port.CloseRefused, match="HTTP_200"):
            await gateway.provider().close(NUMBER)


class TestRefund:
    async def test_refund_is_accepted(self) -> None:
        gateway = Gateway(signed(200, ACCEPTED_REFUND))

        refund = await gateway.provider().refund(REFUND)

        assert refund == port.RefundState(
            out_refund_no=f"{NUMBER}R1",
            state="processing",
            refund_id="50000000382026112300000000001",
            out_trade_no=NUMBER,
            transaction_id="4200000000202611230000000001",
            refund_fen=15_840,
            total_fen=19_800,
            currency="CNY",
        )
        assert gateway.requests[0].url.raw_path == b"/v3/refund/domestic/refunds"
        assert gateway.sent_json() == {
            "out_trade_no": NUMBER,
            "out_refund_no": f"{NUMBER}R1",
            "reason": "用户取消",
            "notify_url": "https://shop.example.com/notify/wechat/0193",
            "amount": {"refund": 15_840, "total": 19_800, "currency": "CNY"},
        }

    @pytest.mark.parametrize(
        ("theirs", "ours"),
        [
            ("PROCESSING", "processing"),
            ("SUCCESS", "succeeded"),
            ("ABNORMAL", "abnormal"),
            ("CLOSED", "closed"),
        ],
    )
    async def test_state_is_told_in_our_words(self, theirs: str, ours: str) -> None:
        answer = ACCEPTED_REFUND | {"status": theirs, "success_time": "2026-11-23T18:20:30+08:00"}
        gateway = Gateway(signed(200, answer))

        refund = await gateway.provider().query_refund(f"{NUMBER}R1")

        assert refund.state == ours
        assert refund.succeeded_at == datetime(2026, 11, 23, 10, 20, 30, tzinfo=UTC)
        target = gateway.requests[0].url.raw_path.decode()
        assert target == f"/v3/refund/domestic/refunds/{NUMBER}R1"

    async def test_refund_never_accepted_is_absent(self) -> None:
        gateway = Gateway(signed(404, {"code": "RESOURCE_NOT_EXISTS", "message": "不存在"}))

        refund = await gateway.provider().query_refund(f"{NUMBER}R1")

        assert refund == port.RefundState(out_refund_no=f"{NUMBER}R1", state="absent")

    @pytest.mark.parametrize("changes", [{"status": "NEW"}, {"out_refund_no": "other"}])
    async def test_answer_that_makes_no_sense_leaves_it_unsettled(self, changes: Json) -> None:
        gateway = Gateway(signed(200, ACCEPTED_REFUND | changes))

        with pytest.raises(port.RefundUnsettled):
            await gateway.provider().refund(REFUND)
