"""Every fault of notices, once on purpose."""

import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from tests.paysim.merchant_client import APIV3_KEY, MerchantClient, decrypt
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


class TestNotices:
    @pytest.mark.parametrize("kind", MESSAGE_FAULTS)
    def test_a_notice_may_be_unproven_at_first(
        self,
        merchant: MerchantClient,
        simulator: SimulatorProcess,
        receiver: NoticeReceiver,
        kind: str,
    ) -> None:
        receiver.answers = [401]
        simulator.add_fault(kind)
        merchant.paid_trade()
        simulator.settle()
        proven = [merchant.has_signed(each.headers, each.body) for each in receiver.received]
        simulator.advance(15)

        proven.append(merchant.has_signed(receiver.received[1].headers, receiver.received[1].body))

        assert proven == [False, True]
        assert simulator.get("notices")[0]["deliveries"][0]["flaws"] == [kind]

    def test_flaws_look_like_the_real_ones(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        for kind in ("signtest_probe", "unknown_serial", "stale_timestamp"):
            simulator.add_fault(kind)
        merchant.paid_trade()
        simulator.settle()

        headers = receiver.received[0].headers

        assert headers["wechatpay-signature"].startswith("WECHATPAY/SIGNTEST/")
        assert headers["wechatpay-serial"].startswith("PUB_KEY_ID_")
        assert headers["wechatpay-serial"] != merchant.public_key_id
        assert simulator.now() - int(headers["wechatpay-timestamp"]) > 3000

    def test_a_notice_may_lack_the_signature_type_and_still_be_good(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        simulator.add_fault("missing_signature_type")
        merchant.paid_trade()
        simulator.settle()

        assert "wechatpay-signature-type" not in receiver.received[0].headers
        assert merchant.open(receiver.received[0])["event_type"] == "TRANSACTION.SUCCESS"

    def test_a_notice_may_be_sealed_with_another_key(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        simulator.add_fault("wrong_apiv3_key")
        merchant.paid_trade()
        simulator.settle()
        notice = receiver.received[0]

        assert merchant.has_signed(notice.headers, notice.body)
        with pytest.raises(InvalidTag):
            decrypt(json.loads(notice.body)["resource"], APIV3_KEY)

    @pytest.mark.parametrize(
        ("kind", "lie"),
        [
            ("amount_mismatch", (12801, "CNY", "1900000001")),
            ("currency_mismatch", (12800, "USD", "1900000001")),
            ("mchid_mismatch", (12800, "CNY", "1999999999")),
        ],
    )
    def test_a_proven_notice_may_lie(
        self,
        merchant: MerchantClient,
        receiver: NoticeReceiver,
        kind: str,
        lie: tuple[int, str, str],
    ) -> None:
        def said(trade: Any) -> tuple[int, str, str]:
            return trade["amount"]["total"], trade["amount"]["currency"], trade["mchid"]

        merchant.simulator.add_fault(kind)
        number = merchant.paid_trade()
        merchant.simulator.settle()

        assert said(merchant.open(receiver.received[0])["resource"]) == lie
        assert said(merchant.query(number).json()) == (12800, "CNY", "1900000001")

    def test_a_notice_may_never_come(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        simulator.add_fault("notice_dropped", route="notice.transaction")
        number = merchant.paid_trade()
        simulator.advance(2 * 86400)

        assert receiver.received == []
        assert simulator.get("notices")[0]["status"] == "dropped"
        assert merchant.state(number) == "SUCCESS"

    def test_a_notice_may_come_several_times(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        simulator.add_fault("notice_duplicated", times=3)
        merchant.paid_trade()
        simulator.settle()

        assert len(receiver.received) == 4
        assert len({merchant.open(each)["id"] for each in receiver.received}) == 1

    def test_a_notice_may_come_late(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        simulator.add_fault("notice_delayed", seconds=600)
        merchant.paid_trade()

        simulator.advance(590)
        early = len(receiver.received)
        simulator.advance(11)

        assert (early, len(receiver.received)) == (0, 1)

    def test_a_refund_may_be_announced_before_its_payment(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        simulator.add_fault("notice_reordered", route="notice.transaction")
        number = merchant.paid_trade()
        merchant.refund(number, 12800)
        simulator.advance(2)

        events = [merchant.open(each)["event_type"] for each in receiver.received]

        assert events == ["REFUND.SUCCESS", "TRANSACTION.SUCCESS"]

    def test_a_reordered_notice_does_not_wait_for_ever(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        simulator.add_fault("notice_reordered", seconds=30)
        merchant.paid_trade()

        simulator.advance(31)

        assert len(receiver.received) == 1

    def test_payments_and_refunds_are_told_apart(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        simulator.add_fault("notice_dropped", route="notice.refund")
        merchant.refund(merchant.paid_trade(), 12800)
        simulator.advance(2)

        assert [merchant.open(each)["event_type"] for each in receiver.received] == [
            "TRANSACTION.SUCCESS"
        ]
