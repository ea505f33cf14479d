"""A notice is believed only when every byte of it is proven, and then told in our words."""

import base64
import json
import logging
from datetime import UTC, datetime

import httpx
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from shunyue.payments.providers import port
from shunyue.payments.providers.wechat import WechatPay
from tests.payments.providers.wechat_vectors import (
    KEYS,
    STRANGER_KEY,
    Json,
    clock_at,
    make_config,
    signed_headers,
    vectors,
)

pytestmark = pytest.mark.req("PY-01")

NOTICES = vectors("notices")
AT: int = NOTICES["at"]
CASES: dict[str, Json] = {case["name"]: case for case in NOTICES["cases"]}
PAID = port.TradeState(
    out_trade_no="26112304217801A7K3",
    state="paid",
    transaction_id="4200000000202611230000000001",
    amount_fen=19_800,
    currency="CNY",
    paid_at=datetime(2026, 11, 23, 9, 1, 2, tzinfo=UTC),
    merchant_account_id="1900000001",
    app_id="wx0000000000000001",
)
REFUNDED = port.RefundState(
    out_refund_no="26112304217801R1",
    state="succeeded",
    refund_id="50000000382026112300000000001",
    out_trade_no="26112304217801A7K3",
    transaction_id="4200000000202611230000000001",
    refund_fen=15_840,
    total_fen=19_800,
    succeeded_at=datetime(2026, 11, 23, 10, 20, 30, tzinfo=UTC),
    merchant_account_id="1900000001",
)


def make_provider(at: int = AT, **changes: object) -> port.PaymentProvider:
    return WechatPay(make_config(**changes), httpx.AsyncClient(), clock_at(at))


PROVIDER = make_provider()


@pytest.mark.parametrize(
    ("name", "notice_id", "kind", "content"),
    [
        ("payment", "EV-2026112317010300001", "TRANSACTION.SUCCESS", PAID),
        (
            "payment, platform certificate",
            "EV-2026112317010300002",
            "TRANSACTION.SUCCESS",
            PAID,
        ),
        ("refund", "EV-2026112318203100003", "REFUND.SUCCESS", REFUNDED),
        (
            "a kind of no use to us",
            "EV-2026112318203100004",
            "PAYSCORE.USER_OPEN_SERVICE",
            None,
        ),
    ],
)
def test_genuine_notice_is_told_in_our_words(
    name: str, notice_id: str, kind: str, content: port.TradeState | port.RefundState | None
) -> None:
    notice = PROVIDER.read_notice(CASES[name]["headers"], CASES[name]["body"].encode())

    assert notice == port.Notice(notice_id=notice_id, kind=kind, content=content)


def test_refund_that_could_not_be_paid_out_is_abnormal() -> None:
    case = CASES["refund without associated data"]

    notice = PROVIDER.read_notice(case["headers"], case["body"].encode())

    assert isinstance(notice.content, port.RefundState)
    assert (notice.content.state, notice.content.succeeded_at) == ("abnormal", None)


@given(st.data())
def test_any_other_byte_is_rejected(choose: st.DataObject) -> None:
    case = CASES[choose.draw(st.sampled_from(sorted(CASES)))]
    body = bytearray(case["body"].encode())
    body[choose.draw(st.integers(0, len(body) - 1))] ^= choose.draw(st.integers(1, 255))

    assert rejection(case["headers"], bytes(body)) == "signature"


@given(st.binary(max_size=200), st.dictionaries(st.text(max_size=30), st.text(max_size=30)))
def test_arbitrary_requests_are_rejected_and_nothing_else(
    body: bytes, headers: dict[str, str]
) -> None:
    assert rejection(headers, body)


@given(st.binary(max_size=200))
def test_arbitrary_signed_bodies_are_rejected_and_nothing_else(body: bytes) -> None:
    assert rejection(signed_headers(body, AT), body).startswith("not_understood")


@pytest.mark.parametrize("at", [AT - 300, AT + 300, AT + 86_400])
def test_replay_after_five_minutes_is_stale(at: int) -> None:
    case = CASES["payment"]

    with pytest.raises(port.NoticeRejected, match="stale"):
        make_provider(at).read_notice(case["headers"], case["body"].encode())


def test_stranger_is_rejected() -> None:
    body = CASES["payment"]["body"].encode()

    assert rejection(signed_headers(body, AT, STRANGER_KEY), body) == "signature"


def test_wrong_apiv3_key_is_told_apart_from_a_wrong_signature() -> None:
    case = CASES["payment"]

    with pytest.raises(port.NoticeRejected, match="sealed_resource"):
        make_provider(apiv3_key="another key that has 32 bytes 00").read_notice(
            case["headers"], case["body"].encode()
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"trade_state": "SOMETHING_NEW"},
        {"transaction_id": None},
        {"amount": {"total": None, "payer_total": 1, "currency": "CNY"}},
        {"amount": {"total": "19800"}},
        {"out_trade_no": None},
        {"success_time": "2026-11-23"},
    ],
)
def test_signed_trade_that_makes_no_sense_is_rejected(changes: Json) -> None:
    plain = json.loads(CASES["payment"]["plaintext"]) | changes

    body = sealed_notice("TRANSACTION.SUCCESS", json.dumps(plain).encode())

    assert rejection(signed_headers(body, AT), body).startswith("not_understood")


def test_other_sealing_is_rejected() -> None:
    body = sealed_notice("TRANSACTION.SUCCESS", b"{}", algorithm="AEAD_SM4_GCM")

    assert rejection(signed_headers(body, AT), body) == "not_understood: Envelope"


def test_rejection_and_log_show_no_content(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = sealed_notice("REFUND.SUCCESS", b'{"out_refund_no":7,"user":"oSECRETopenid"}')

    reason = rejection(signed_headers(body, AT), body)

    assert reason == "not_understood: _Refund"
    assert "oSECRET" not in caplog.text


def rejection(headers: dict[str, str], body: bytes) -> str:
    with pytest.raises(port.NoticeRejected) as rejected:
        PROVIDER.read_notice(headers, body)
    return rejected.value.reason


def sealed_notice(event_type: str, plain: bytes, algorithm: str = "AEAD_AES_256_GCM") -> bytes:
    nonce = b"k2L9xQ7vT4aB"
    sealed = AESGCM(KEYS["apiv3_key"].encode()).encrypt(nonce, plain, b"transaction")
    resource = {
        "algorithm": algorithm,
        "nonce": nonce.decode(),
        "associated_data": "transaction",
        "ciphertext": base64.b64encode(sealed).decode(),
    }
    notice = {"id": "EV-1", "event_type": event_type, "resource": resource}
    return json.dumps(notice).encode()
