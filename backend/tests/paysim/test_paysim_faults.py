"""Every fault, once on purpose; and the promise that a seed repeats itself."""

import json
import time
from typing import Any

import httpx
import pytest

from tests.paysim.merchant_client import (
    REFUNDS,
    TRADES,
    MerchantClient,
    new_number,
)
from tests.paysim.notice_receiver import NoticeReceiver
from tests.paysim.simulator_process import SimulatorProcess

pytestmark = pytest.mark.req("PY-01")

MESSAGE_FAULTS = [
    "wrong_signature",
    "unknown_serial",
    "stale_timestamp",
    "signtest_probe",
    "tampered_body",
]


class TestRequests:
    @pytest.mark.parametrize(
        ("status", "code"), [(500, "SYSTEM_ERROR"), (429, "FREQUENCY_LIMITED")]
    )
    @pytest.mark.parametrize("kind", ["error_before", "error_after"])
    def test_an_error_comes_before_or_after_the_commit(
        self,
        merchant: MerchantClient,
        simulator: SimulatorProcess,
        kind: str,
        status: int,
        code: str,
    ) -> None:
        number = new_number()
        simulator.add_fault(kind, route="create", status=status)

        answer = merchant.create(out_trade_no=number)

        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert (merchant.query(number).status_code == 200) == (kind == "error_after")

    def test_an_error_may_have_any_code(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number = merchant.paid_trade()
        simulator.add_fault("error_before", route="refund", status=403, code="NOT_ENOUGH")

        answer = merchant.refund(number, 100)

        assert (answer.status_code, answer.json()["code"]) == (403, "NOT_ENOUGH")

    @pytest.mark.parametrize(
        ("kind", "is_committed"),
        [("timeout_before", False), ("timeout_after", True), ("response_lost", True)],
    )
    def test_the_connection_drops_without_an_answer(
        self,
        merchant: MerchantClient,
        simulator: SimulatorProcess,
        kind: str,
        *,
        is_committed: bool,
    ) -> None:
        number = new_number()
        simulator.add_fault(kind, route="create.native", seconds=0.1)

        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            merchant.create(out_trade_no=number)

        assert (merchant.query(number).status_code == 200) == is_committed

    def test_a_caller_may_lose_patience_first(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number = merchant.paid_trade()
        simulator.add_fault("timeout_after", route="refund", seconds=30)
        terms = {
            "out_trade_no": number,
            "out_refund_no": new_number(),
            "amount": {"refund": 100, "total": 12800, "currency": "CNY"},
        }
        content = json.dumps(terms).encode()
        headers = merchant.headers("POST", REFUNDS, content)

        with pytest.raises(httpx.ReadTimeout):
            simulator.http.post(REFUNDS, content=content, headers=headers, timeout=0.2)

        assert merchant.query_refund(str(terms["out_refund_no"])).status_code == 200

    def test_an_answer_may_be_slow(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        simulator.add_fault("slow_response", route="create", seconds=0.3)
        before = time.monotonic()

        answer = merchant.create()

        assert answer.status_code == 200
        assert time.monotonic() - before >= 0.3

    @pytest.mark.parametrize("kind", MESSAGE_FAULTS)
    def test_an_answer_may_be_unproven(
        self, merchant: MerchantClient, simulator: SimulatorProcess, kind: str
    ) -> None:
        simulator.add_fault(kind, route="create")
        content = json.dumps(merchant.terms()).encode()
        headers = merchant.headers("POST", f"{TRADES}/native", content)

        answer = simulator.http.post(f"{TRADES}/native", content=content, headers=headers)

        assert answer.status_code == 200
        assert not merchant.has_signed(dict(answer.headers), answer.content)

    def test_an_answer_may_lack_the_signature_type(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        simulator.add_fault("missing_signature_type", route="create")

        answers = [merchant.create(), merchant.create()]

        assert ["wechatpay-signature-type" in each.headers for each in answers] == [False, True]

    def test_routes_do_not_disturb_each_other(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        number = new_number()
        simulator.add_fault("error_before", route="query")
        simulator.add_fault("error_before", route="create.app")
        simulator.add_fault("error_before", mchid="1999999999")

        statuses = [
            merchant.create(out_trade_no=number).status_code,
            merchant.query(number).status_code,
            merchant.query(number).status_code,
            merchant.create("app").status_code,
        ]

        assert statuses == [200, 500, 200, 500]


class TestClosing:
    def test_a_payment_may_win_the_race_at_once(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        number = new_number()
        merchant.create(out_trade_no=number)
        simulator.add_fault("close_race")

        closing = merchant.close(number)
        simulator.settle()

        assert closing.status_code == 204
        assert merchant.state(number) == "SUCCESS"
        assert merchant.open(receiver.received[0])["resource"]["out_trade_no"] == number

    def test_a_payment_may_surface_after_a_query_said_closed(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        number = new_number()
        merchant.create(out_trade_no=number)
        simulator.add_fault("close_race", seconds=20)

        merchant.close(number)
        between = merchant.state(number)
        simulator.advance(21)

        assert (between, merchant.state(number)) == ("CLOSED", "SUCCESS")
        assert len(receiver.received) == len(simulator.get("journal")) == 1


class TestChance:
    def test_the_same_seed_and_calls_fail_in_the_same_places(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        def outcomes(seed: int) -> list[int]:
            simulator.http.delete("/_sim/faults")
            details = {"route": "query", "count": None, "probability": 0.4, "seed": seed}
            simulator.add_fault("error_before", **details)
            return [merchant.query("SY0000000").status_code for _ in range(30)]

        first, other, again = outcomes(7), outcomes(8), outcomes(7)

        assert first == again
        assert first != other
        assert 4 <= first.count(500) <= 20

    def test_another_fault_does_not_change_the_draws(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        def outcomes() -> list[int]:
            details = {"route": "query", "count": None, "probability": 0.5, "seed": 3}
            simulator.add_fault("error_before", **details)
            return [merchant.query("SY0000000").status_code for _ in range(12)]

        alone = outcomes()
        simulator.http.delete("/_sim/faults")
        simulator.add_fault("slow_response", route="query", probability=0, seed=9, count=None)

        assert outcomes() == alone

    def test_a_count_limits_the_hits(
        self, merchant: MerchantClient, simulator: SimulatorProcess
    ) -> None:
        fault = simulator.add_fault("error_before", route="query", count=2)

        statuses = [merchant.query("SY0000000").status_code for _ in range(4)]

        assert statuses == [500, 500, 404, 404]
        assert [(each["id"], each["hits"]) for each in simulator.get("faults")] == [
            (fault["id"], 2)
        ]


class TestControl:
    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"kind": "earthquake"},
            {"kind": "error_before", "probability": 1.1},
            {"kind": "error_before", "count": 0},
            {"kind": "error_before", "status": 200},
            {"kind": "error_before", "surprise": 1},
            {"kind": "notice_delayed", "seconds": -1},
        ],
    )
    def test_bad_faults_are_refused(
        self, simulator: SimulatorProcess, body: dict[str, Any]
    ) -> None:
        answer = simulator.http.post("/_sim/faults", json=body)

        assert answer.status_code == 400
        assert simulator.get("faults") == []

    def test_faults_are_removed_one_by_one_or_together(self, simulator: SimulatorProcess) -> None:
        ids = [simulator.add_fault("error_before")["id"] for _ in range(3)]

        one = simulator.http.delete(f"/_sim/faults/{ids[0]}")
        missing = simulator.http.delete(f"/_sim/faults/{ids[0]}")
        left = [each["id"] for each in simulator.get("faults")]
        everything = simulator.http.delete("/_sim/faults")

        assert (one.status_code, missing.status_code, everything.status_code) == (204, 404, 204)
        assert left == ids[1:]
        assert simulator.get("faults") == []
