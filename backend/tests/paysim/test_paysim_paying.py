"""Paying, querying and closing a trade."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.paysim.merchant_client import TRADES, MerchantClient, new_number
from tests.paysim.simulator_process import SimulatorProcess

pytestmark = pytest.mark.req("PY-01")


class TestQuery:
    def test_an_unpaid_trade_shows_no_transaction(self, merchant: MerchantClient) -> None:
        number = new_number()
        merchant.create(out_trade_no=number, attach="预约 42")

        trade = merchant.query(number).json()

        assert trade["trade_state"] == "NOTPAY"
        assert trade["attach"] == "预约 42"
        assert "transaction_id" not in trade

    def test_a_paid_trade_shows_what_was_paid(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number = new_number()
        merchant.create("jsapi", out_trade_no=number)
        simulator.post("pay", out_trade_no=number, coupon_fen=800)

        trade = merchant.query(number).json()
        target = f"{TRADES}/id/{trade['transaction_id']}?mchid={merchant.mchid}"

        assert merchant.call("GET", target).json() == trade
        assert re.fullmatch(r"4200\d{24}", trade["transaction_id"])
        assert trade["trade_type"] == "JSAPI"
        assert trade["payer"] == {"openid": "oTEST000000000000000000000001"}
        assert datetime.fromisoformat(trade["success_time"]).utcoffset() == timedelta(hours=8)
        assert trade["amount"] == {
            "total": 12800,
            "payer_total": 12000,
            "currency": "CNY",
            "payer_currency": "CNY",
        }

    @pytest.mark.parametrize(
        ("kind", "trade_type"),
        [("jsapi", "JSAPI"), ("h5", "MWEB"), ("native", "NATIVE"), ("app", "APP")],
    )
    def test_trade_type_follows_the_scene(
        self, merchant: MerchantClient, kind: str, trade_type: str
    ) -> None:
        number = new_number()
        merchant.create(kind, out_trade_no=number)

        merchant.simulator.post("pay", out_trade_no=number)

        assert merchant.query(number).json()["trade_type"] == trade_type

    @pytest.mark.parametrize("query", ["", "?mchid=", "?mchid=1900000002", "?x=1"])
    def test_the_mchid_must_be_the_callers(self, merchant: MerchantClient, query: str) -> None:
        for path in (f"{TRADES}/out-trade-no/SY0000000", f"{TRADES}/id/1"):
            answer = merchant.call("GET", path + query)

            assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")
            assert answer.json()["detail"]["location"] == "query"

    def test_unknown_numbers_do_not_exist(self, merchant: MerchantClient) -> None:
        by_transaction = merchant.call("GET", f"{TRADES}/id/42?mchid={merchant.mchid}")

        for answer in (merchant.query(new_number()), by_transaction):
            assert (answer.status_code, answer.json()["code"]) == (404, "ORDER_NOT_EXIST")

    def test_a_merchant_never_sees_trades_of_another(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number = merchant.paid_trade()
        transaction_id = merchant.query(number).json()["transaction_id"]
        other = MerchantClient(simulator, "1900000002", merchant.notify_url)

        by_transaction = other.call("GET", f"{TRADES}/id/{transaction_id}?mchid={other.mchid}")

        assert other.public_key_id != merchant.public_key_id
        assert other.query(number).status_code == 404
        assert by_transaction.status_code == 404
        assert other.create(out_trade_no=number).status_code == 200


class TestClose:
    def test_a_closed_trade_cannot_be_paid(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number = new_number()
        merchant.create(out_trade_no=number)

        closing = merchant.close(number)
        paying = simulator.http.post("/_sim/pay", json={"out_trade_no": number})

        assert closing.status_code == 204
        assert merchant.state(number) == "CLOSED"
        assert paying.json()["detail"] == "closed"

    def test_a_paid_trade_cannot_be_closed(self, merchant: MerchantClient) -> None:
        number = merchant.paid_trade()

        answer = merchant.close(number)

        assert (answer.status_code, answer.json()["code"]) == (400, "ORDERPAID")
        assert merchant.state(number) == "SUCCESS"

    def test_closing_twice_says_so(self, merchant: MerchantClient) -> None:
        number = new_number()
        merchant.create(out_trade_no=number)
        merchant.close(number)

        answer = merchant.close(number)

        assert (answer.status_code, answer.json()["code"]) == (400, "ORDER_CLOSED")

    def test_an_unknown_number_cannot_be_closed(self, merchant: MerchantClient) -> None:
        answer = merchant.close(new_number())

        assert (answer.status_code, answer.json()["code"]) == (404, "ORDER_NOT_EXIST")

    @pytest.mark.parametrize("body", [{}, {"mchid": "1900000002"}, {"mchid": 1900000001}])
    def test_the_body_must_name_the_caller(
        self, merchant: MerchantClient, body: dict[str, Any]
    ) -> None:
        answer = merchant.call("POST", f"{TRADES}/out-trade-no/SY0000000/close", body)

        assert answer.json()["code"] == "PARAM_ERROR"


class TestPaying:
    def test_a_trade_is_paid_once(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number = merchant.paid_trade()

        again = simulator.http.post("/_sim/pay", json={"out_trade_no": number})

        assert (again.status_code, again.json()["detail"]) == (409, "paid")
        assert len(simulator.get("journal")) == 1

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"out_trade_no": "SY0000000"}, 404),
            ({"cashier_id": "nothing"}, 404),
            ({}, 404),
            ({"number": "SY0000000"}, 400),
        ],
    )
    def test_what_does_not_exist_cannot_be_paid(
        self, simulator: SimulatorProcess, body: dict[str, str], status: int
    ) -> None:
        answer = simulator.http.post("/_sim/pay", json=body)

        assert answer.status_code == status

    def test_a_number_of_two_merchants_needs_the_mchid(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number = new_number()
        other = MerchantClient(simulator, "1900000002", merchant.notify_url)
        for each in (merchant, other):
            each.create(out_trade_no=number)

        unclear = simulator.http.post("/_sim/pay", json={"out_trade_no": number})
        simulator.post("pay", out_trade_no=number, mchid=other.mchid)

        assert unclear.status_code == 400
        assert (merchant.state(number), other.state(number)) == ("NOTPAY", "SUCCESS")

    def test_a_coupon_cannot_pay_everything(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number = new_number()
        merchant.create(out_trade_no=number)

        answer = simulator.http.post(
            "/_sim/pay", json={"out_trade_no": number, "coupon_fen": 12800}
        )

        assert answer.status_code == 400
        assert merchant.state(number) == "NOTPAY"
