"""What the shop is told, when, and how often."""

import itertools
import json
import time
from datetime import datetime

import pytest

from tests.paysim.merchant_client import MerchantClient, new_number
from tests.paysim.notice_receiver import NoticeReceiver
from tests.paysim.simulator_process import SimulatorProcess

pytestmark = pytest.mark.req("PY-01")

# 15s 15s 30s 3m 10m 20m, three of 30m, 60m, three of 3h, two of 6h: 24 h 4 min.
RETRY_SECONDS = [15, 15, 30, 180, 600, 1200, *[1800] * 3, 3600, *[10800] * 3, *[21600] * 2]


class TestContent:
    def test_a_payment_is_announced(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        number = merchant.paid_trade(attach="预约 42")
        simulator.settle()

        notice = merchant.open(receiver.received[0])

        assert notice["event_type"] == "TRANSACTION.SUCCESS"
        assert notice["resource_type"] == "encrypt-resource"
        assert notice["summary"] == "支付成功"
        assert notice["resource"] == merchant.query(number).json()
        assert receiver.received[0].path == "/notify/wechat/1"
        assert receiver.received[0].headers["content-type"] == "application/json"

    def test_the_envelope_names_its_cipher(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        merchant.paid_trade()
        simulator.settle()

        resource = json.loads(receiver.received[0].body)["resource"]

        assert resource["algorithm"] == "AEAD_AES_256_GCM"
        assert resource["original_type"] == resource["associated_data"] == "transaction"
        assert len(resource["nonce"]) == 12

    @pytest.mark.parametrize(
        ("fault", "status"),
        [(None, "SUCCESS"), ("refund_abnormal", "ABNORMAL"), ("refund_closed", "CLOSED")],
    )
    def test_a_refund_is_announced_under_another_field_name(
        self,
        merchant: MerchantClient,
        simulator: SimulatorProcess,
        receiver: NoticeReceiver,
        fault: str | None,
        status: str,
    ) -> None:
        number, refund_no = merchant.paid_trade(), new_number()
        if fault is not None:
            simulator.add_fault(fault)
        merchant.refund(number, 5000, out_refund_no=refund_no)
        simulator.advance(2)

        notice = merchant.open(receiver.received[1])

        assert notice["event_type"] == f"REFUND.{status}"
        assert notice["resource"]["refund_status"] == status
        assert "status" not in notice["resource"]
        assert notice["resource"]["out_refund_no"] == refund_no
        assert notice["resource"]["amount"]["refund"] == 5000
        assert ("success_time" in notice["resource"]) == (status == "SUCCESS")

    def test_a_refund_without_an_address_is_not_announced(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        number = merchant.paid_trade()

        merchant.refund(number, 5000, notify_url=None)
        simulator.advance(2)

        assert len(receiver.received) == 1


class TestRetries:
    @pytest.mark.parametrize("status", [200, 204])
    def test_success_ends_delivery(
        self,
        merchant: MerchantClient,
        simulator: SimulatorProcess,
        receiver: NoticeReceiver,
        status: int,
    ) -> None:
        receiver.answers = [status]
        merchant.paid_trade()
        simulator.advance(86400 * 2)

        assert len(receiver.received) == 1
        assert simulator.get("notices")[0]["status"] == "delivered"

    def test_failures_are_retried_on_the_published_schedule(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        receiver.answers = [500] * 50
        merchant.paid_trade()
        simulator.settle()

        due = [_due(simulator)]
        for attempt in range(1, 16):
            simulator.move_to(due[-1] - 5)
            assert len(receiver.received) == attempt
            simulator.move_to(due[-1] + 1)
            assert len(receiver.received) == attempt + 1
            due.append(_due(simulator))
        simulator.advance(7 * 86400)

        waits = [after - before for before, after in itertools.pairwise(due[:-1])]
        assert waits == RETRY_SECONDS[1:]
        assert sum(RETRY_SECONDS) == 86400 + 4 * 60
        assert len(receiver.received) == 16
        assert simulator.get("notices")[0]["status"] == "given_up"

    def test_a_long_jump_catches_up_on_every_attempt(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        receiver.answers = [500] * 50
        merchant.paid_trade()
        simulator.settle()

        simulator.advance(86400 * 2)

        assert len(receiver.received) == 16

    @pytest.mark.parametrize("answer", [400, 401, 302, 503, None])
    def test_whatever_is_no_success_is_tried_again_under_the_same_id(
        self,
        merchant: MerchantClient,
        simulator: SimulatorProcess,
        receiver: NoticeReceiver,
        answer: int | None,
    ) -> None:
        receiver.answers = [answer]
        merchant.paid_trade()
        simulator.advance(15)

        notices = [merchant.open(each) for each in receiver.received]
        outcomes = [each["is_accepted"] for each in simulator.get("notices")[0]["deliveries"]]

        assert notices[0]["id"] == notices[1]["id"]
        assert notices[0]["resource"] == notices[1]["resource"]
        assert outcomes == [False, True]

    @pytest.mark.parametrize("url", ["http://127.0.0.1:9/notify", "http://a..b/notify"])
    def test_an_unreachable_shop_is_tried_again(
        self, merchant: MerchantClient, simulator: SimulatorProcess, url: str
    ) -> None:
        merchant.paid_trade(notify_url=url)
        simulator.settle()

        (notice,) = simulator.get("notices")

        assert [each["outcome"] for each in notice["deliveries"]] == ["ConnectError"]
        assert notice["status"] == "queued"

    def test_a_late_answer_is_none_and_keeps_nobody_waiting(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        simulator.post("settings", notice_timeout_seconds=1)
        receiver.delay_seconds = 1.3
        before = time.monotonic()
        number = merchant.paid_trade()
        state = merchant.state(number)
        answering_seconds = time.monotonic() - before
        simulator.settle()

        delivery = simulator.get("notices")[0]["deliveries"][0]

        assert state == "SUCCESS"
        assert answering_seconds < 1
        assert (delivery["outcome"], delivery["is_accepted"]) == ("TimeoutError", False)


class TestHoldingBack:
    def test_notices_wait_until_they_are_asked_for(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        simulator.post("settings", is_delivering=False)
        numbers = [merchant.paid_trade(), merchant.paid_trade()]
        simulator.advance(3600)
        waiting = len(receiver.received)

        first = simulator.post("deliver_next")["notice"]

        assert waiting == 0
        assert first["status"] == "delivered"
        assert merchant.open(receiver.received[0])["resource"]["out_trade_no"] == numbers[0]
        assert len(receiver.received) == 1

    def test_a_retry_can_be_asked_for_before_its_time(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        receiver.answers = [500]
        merchant.paid_trade()
        simulator.settle()

        retried = simulator.post("deliver_next")["notice"]
        nothing = simulator.post("deliver_next")["notice"]

        assert [each["outcome"] for each in retried["deliveries"]] == ["500", "204"]
        assert nothing is None

    def test_allowing_deliveries_again_sends_what_waited(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        simulator.post("settings", is_delivering=False)
        merchant.paid_trade()
        merchant.paid_trade()

        simulator.post("settings", is_delivering=True)
        simulator.settle()

        assert len(receiver.received) == 2


def _due(simulator: SimulatorProcess) -> float:
    (notice,) = simulator.get("notices")
    return datetime.fromisoformat(notice["due_at"]).timestamp() if notice["due_at"] else 0
