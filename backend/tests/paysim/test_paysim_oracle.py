"""A third party's client, which knows nothing of us, pays and refunds at the simulator."""

import json
from typing import Any

import pytest

from tests.paysim.merchant_client import MerchantClient, new_number
from tests.paysim.notice_receiver import NoticeReceiver
from tests.paysim.oracle import async_client, sync_client
from tests.paysim.simulator_process import SimulatorProcess

pytestmark = pytest.mark.req("PY-01")

SCENES = [
    ("JSAPI", {"payer": {"openid": "oTEST000000000000000000000001"}}, "prepay_id"),
    ("MINIPROG", {"payer": {"openid": "oTEST000000000000000000000001"}}, "prepay_id"),
    ("APP", {}, "prepay_id"),
    ("NATIVE", {}, "code_url"),
    ("H5", {"scene_info": {"payer_client_ip": "::1", "h5_info": {"type": "Wap"}}}, "h5_url"),
]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


class TestBlockingClient:
    @pytest.mark.parametrize(("pay_type", "extra", "field"), SCENES)
    def test_it_orders_queries_and_closes(
        self, merchant: MerchantClient, pay_type: str, extra: dict[str, Any], field: str
    ) -> None:
        client, number = sync_client(merchant, pay_type), new_number()

        created = client.pay("亲子陶艺课", number, {"total": 12800}, **extra)
        queried = client.query(out_trade_no=number)
        closed = client.close(number)

        assert (created[0], queried[0], closed[0]) == (200, 200, 204)
        assert list(json.loads(created[1])) == [field]
        assert json.loads(queried[1])["trade_state"] == "NOTPAY"
        assert merchant.state(number) == "CLOSED"

    def test_it_refunds_and_understands_both_notices(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        client, number, refund_no = sync_client(merchant), new_number(), new_number()
        client.pay("亲子陶艺课", number, {"total": 12800})
        simulator.post("pay", out_trade_no=number)
        simulator.post("settings", refund_delay_seconds=0)
        amount = {"refund": 5000, "total": 12800, "currency": "CNY"}

        refunded = client.refund(refund_no, amount, out_trade_no=number)
        simulator.settle()
        queried = client.query_refund(refund_no)
        notices = [client.callback(each.headers, each.body) for each in receiver.received]

        assert json.loads(refunded[1])["status"] == "PROCESSING"
        assert json.loads(queried[1])["status"] == "SUCCESS"
        assert sorted(each["event_type"] for each in notices) == [
            "REFUND.SUCCESS",
            "TRANSACTION.SUCCESS",
        ]
        assert {each["resource"]["out_trade_no"] for each in notices} == {number}

    @pytest.mark.parametrize("fault", ["wrong_signature", "tampered_body", "signtest_probe"])
    def test_it_rejects_what_the_simulator_falsifies(
        self,
        merchant: MerchantClient,
        simulator: SimulatorProcess,
        receiver: NoticeReceiver,
        fault: str,
    ) -> None:
        client = sync_client(merchant)
        simulator.add_fault(fault)
        merchant.paid_trade()
        simulator.settle()

        notice = receiver.received[0]

        assert not client.callback(notice.headers, notice.body)


class TestAsynchronousClient:
    @pytest.mark.parametrize(("pay_type", "extra", "field"), SCENES)
    async def test_it_orders_queries_and_closes(
        self, merchant: MerchantClient, pay_type: str, extra: dict[str, Any], field: str
    ) -> None:
        number = new_number()

        async with async_client(merchant, pay_type) as client:
            created = await client.pay("亲子陶艺课", number, {"total": 12800}, **extra)
            queried = await client.query(out_trade_no=number)
            closed = await client.close(number)

        assert (created[0], queried[0], closed[0]) == (200, 200, 204)
        assert list(json.loads(created[1])) == [field]
        assert merchant.state(number) == "CLOSED"

    async def test_it_refunds_and_understands_the_notice(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        number, refund_no = merchant.paid_trade(), new_number()
        amount = {"refund": 5000, "total": 12800, "currency": "CNY"}
        simulator.settle()

        async with async_client(merchant) as client:
            refunded = await client.refund(refund_no, amount, out_trade_no=number)
            queried = await client.query_refund(refund_no)
            notice = client.callback(receiver.received[0].headers, receiver.received[0].body)

        assert (refunded[0], queried[0]) == (200, 200)
        assert notice["resource"]["out_trade_no"] == number
