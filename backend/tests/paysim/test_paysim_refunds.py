"""Sending money back, with the provider's limits."""

import re
from typing import Any

import pytest

from tests.paysim.merchant_client import MerchantClient, new_number
from tests.paysim.notice_receiver import NoticeReceiver
from tests.paysim.simulator_process import SimulatorProcess

pytestmark = pytest.mark.req("PY-01")


class TestAcceptance:
    def test_acceptance_is_not_success(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number, refund_no = merchant.paid_trade(), new_number()
        simulator.post("settings", refund_delay_seconds=30)

        accepted = merchant.refund(number, 5000, out_refund_no=refund_no, reason="改期").json()
        simulator.advance(31)
        ended = merchant.query_refund(refund_no).json()

        assert accepted["status"] == "PROCESSING"
        assert "success_time" not in accepted
        assert re.fullmatch(r"5000\d{25}", accepted["refund_id"])
        assert ended["status"] == "SUCCESS"
        assert ended["success_time"]
        assert ended["amount"]["refund"] == 5000
        assert ended["amount"]["total"] == 12800
        assert ended["out_trade_no"] == number
        assert merchant.state(number) == "REFUND"

    def test_by_default_it_takes_a_moment(self, simulator: SimulatorProcess) -> None:
        assert simulator.get("settings")["refund_delay_seconds"] == 1.0

    def test_the_same_number_asked_again_is_the_same_refund(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number, refund_no = merchant.paid_trade(), new_number()

        first = merchant.refund(number, 5000, out_refund_no=refund_no).json()
        simulator.advance(2)
        second = merchant.refund(number, 5000, out_refund_no=refund_no).json()

        assert first["refund_id"] == second["refund_id"]
        assert second["status"] == "SUCCESS"
        assert [each["kind"] for each in simulator.get("journal")] == ["charge", "refund"]

    def test_the_same_number_for_something_else_is_refused(self, merchant: MerchantClient) -> None:
        number, other, refund_no = merchant.paid_trade(), merchant.paid_trade(), new_number()
        merchant.refund(number, 5000, out_refund_no=refund_no)

        answers = [
            merchant.refund(number, 5001, out_refund_no=refund_no),
            merchant.refund(other, 5000, out_refund_no=refund_no),
        ]

        assert [each.json()["code"] for each in answers] == ["INVALID_REQUEST"] * 2

    def test_the_transaction_may_be_named_instead(self, merchant: MerchantClient) -> None:
        number, other = merchant.paid_trade(), merchant.paid_trade()
        transaction_id = merchant.query(number).json()["transaction_id"]

        wrong = merchant.refund(other, 100, transaction_id=transaction_id)
        right = merchant.refund("", 100, out_trade_no=None, transaction_id=transaction_id)

        assert wrong.json()["code"] == "INVALID_REQUEST"
        assert right.json()["out_trade_no"] == number

    def test_a_coupon_is_taken_back_in_proportion(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number = new_number()
        merchant.create(out_trade_no=number)
        simulator.post("pay", out_trade_no=number, coupon_fen=6400)

        amount = merchant.refund(number, 1000).json()["amount"]

        assert (amount["refund"], amount["payer_refund"], amount["discount_refund"]) == (
            1000,
            500,
            500,
        )


class TestLimits:
    def test_parts_never_exceed_the_whole(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number = merchant.paid_trade()

        first = merchant.refund(number, 12000)
        simulator.advance(61)
        too_much = merchant.refund(number, 801)
        rest = merchant.refund(number, 800)

        assert (first.status_code, rest.status_code) == (200, 200)
        assert (too_much.status_code, too_much.json()["code"]) == (400, "INVALID_REQUEST")

    def test_refunds_of_one_order_are_a_minute_apart(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number, refund_no = merchant.paid_trade(), new_number()

        merchant.refund(number, 100)
        at_once = merchant.refund(number, 100, out_refund_no=refund_no)
        other_order = merchant.refund(merchant.paid_trade(), 100)
        simulator.advance(60)
        later = merchant.refund(number, 100, out_refund_no=refund_no)

        assert (at_once.status_code, at_once.json()["code"]) == (429, "FREQUENCY_LIMITED")
        assert (other_order.status_code, later.status_code) == (200, 200)

    def test_fifty_refunds_are_the_most(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number = merchant.paid_trade()
        simulator.post("settings", refund_spacing_seconds=0)

        statuses = [merchant.refund(number, 1, notify_url=None).status_code for _ in range(51)]

        assert statuses == [200] * 50 + [400]

    def test_after_a_year_it_is_too_late(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number = merchant.paid_trade()

        simulator.advance(365 * 86400 + 60)

        assert merchant.refund(number, 100).json()["code"] == "INVALID_REQUEST"

    def test_only_paid_trades_are_refunded(self, merchant: MerchantClient) -> None:
        number = new_number()
        merchant.create(out_trade_no=number)

        unpaid, unknown = merchant.refund(number, 100), merchant.refund(new_number(), 100)

        assert unpaid.json()["code"] == "INVALID_REQUEST"
        assert (unknown.status_code, unknown.json()["code"]) == (404, "RESOURCE_NOT_EXISTS")

    def test_an_unknown_refund_does_not_exist(self, merchant: MerchantClient) -> None:
        answer = merchant.query_refund(new_number())

        assert (answer.status_code, answer.json()["code"]) == (404, "RESOURCE_NOT_EXISTS")

    @pytest.mark.parametrize(
        ("field", "changes"),
        [
            ("/out_refund_no", {"out_refund_no": ""}),
            ("/out_refund_no", {"out_refund_no": "r" * 65}),
            ("/out_refund_no", {"out_refund_no": "退款"}),
            ("/out_refund_no", {"out_refund_no": None}),
            ("/transaction_id", {"out_trade_no": None}),
            ("/amount/refund", {"amount": {"refund": 0, "total": 12800, "currency": "CNY"}}),
            ("/amount/refund", {"amount": {"refund": 1.5, "total": 12800, "currency": "CNY"}}),
            ("/amount/total", {"amount": {"refund": 1, "currency": "CNY"}}),
            ("/amount/currency", {"amount": {"refund": 1, "total": 12800}}),
            ("/amount/currency", {"amount": {"refund": 1, "total": 12800, "currency": "HKD"}}),
            ("/reason", {"reason": "因" * 81}),
            ("/notify_url", {"notify_url": "https://shop.example/?refund=1"}),
        ],
    )
    def test_bad_fields_are_named(
        self, merchant: MerchantClient, field: str, changes: dict[str, Any]
    ) -> None:
        answer = merchant.refund("SY0000000", 1, **changes)

        assert (answer.status_code, answer.json()["code"]) == (400, "PARAM_ERROR")
        assert answer.json()["detail"]["field"] == field

    def test_the_total_must_be_the_orders(self, merchant: MerchantClient) -> None:
        number = merchant.paid_trade()

        amount = {"refund": 1, "total": 12801, "currency": "CNY"}
        answer = merchant.refund(number, 1, amount=amount)

        assert answer.json()["code"] == "INVALID_REQUEST"


class TestEnds:
    @pytest.mark.parametrize(
        ("fault", "status"), [("refund_abnormal", "ABNORMAL"), ("refund_closed", "CLOSED")]
    )
    def test_a_refund_may_go_wrong(
        self, merchant: MerchantClient, simulator: SimulatorProcess, fault: str, status: str
    ) -> None:
        number, refund_no = merchant.paid_trade(), new_number()
        simulator.add_fault(fault)

        merchant.refund(number, 12800, out_refund_no=refund_no)
        simulator.advance(2)

        assert merchant.query_refund(refund_no).json()["status"] == status
        assert [each["kind"] for each in simulator.get("journal")] == ["charge"]

    def test_a_closed_refund_frees_its_amount_for_a_new_number(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number = merchant.paid_trade()
        simulator.add_fault("refund_closed")
        merchant.refund(number, 12800)

        simulator.advance(61)

        assert merchant.refund(number, 12800).status_code == 200

    @pytest.mark.parametrize("fault", ["refund_stuck", "refund_abnormal"])
    def test_a_stuck_or_abnormal_refund_can_be_ended_by_hand(
        self,
        merchant: MerchantClient,
        simulator: SimulatorProcess,
        receiver: NoticeReceiver,
        fault: str,
    ) -> None:
        number, refund_no = merchant.paid_trade(), new_number()
        simulator.add_fault(fault)
        merchant.refund(number, 12800, out_refund_no=refund_no)
        simulator.advance(86400)
        before = merchant.query_refund(refund_no).json()["status"]

        simulator.post("end_refund", out_refund_no=refund_no, status="SUCCESS")
        simulator.settle()

        assert before == ("PROCESSING" if fault == "refund_stuck" else "ABNORMAL")
        assert merchant.query_refund(refund_no).json()["status"] == "SUCCESS"
        assert merchant.open(receiver.received[-1])["event_type"] == "REFUND.SUCCESS"
        assert [each["kind"] for each in simulator.get("journal")] == ["charge", "refund"]

    def test_an_ended_refund_stays_ended(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number, refund_no = merchant.paid_trade(), new_number()
        merchant.refund(number, 100, out_refund_no=refund_no)
        simulator.advance(2)

        again = simulator.http.post(
            "/_sim/end_refund", json={"out_refund_no": refund_no, "status": "CLOSED"}
        )
        unknown = simulator.http.post(
            "/_sim/end_refund", json={"out_refund_no": "none", "status": "CLOSED"}
        )

        assert (again.status_code, unknown.status_code) == (409, 404)


def test_refund_paths_belong_to_the_caller(
    merchant: MerchantClient, simulator: SimulatorProcess
) -> None:
    number, refund_no = merchant.paid_trade(), new_number()
    merchant.refund(number, 100, out_refund_no=refund_no)
    other = MerchantClient(simulator, "1900000002", merchant.notify_url)

    assert other.query_refund(refund_no).status_code == 404
    assert other.refund(number, 100).status_code == 404
