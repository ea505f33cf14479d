"""Vectors and samples others published, read from the folder SHUNYUE_OFFICIAL_VECTORS names."""

import json
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from shunyue.payments.providers import port, wechat_answers, wechat_signature
from shunyue.payments.providers.wechat import WechatPay
from tests.payments.providers.wechat_vectors import (
    OFFICIAL_FOLDER,
    Json,
    clock_at,
    make_config,
    needs_official_vectors,
    official,
    private_key,
)

pytestmark = [pytest.mark.req("PY-01"), needs_official_vectors]


def test_sdk_signature_is_ours_too() -> None:
    vector = official("wechatpay_go_sign")
    key = private_key(vector["private_key_pem_with_marker_TESTING_KEY"])

    assert wechat_signature.sign(key, vector["message"].encode()) == vector["signature_b64"]


@pytest.mark.parametrize("name", ["wechatpay_go_sign", "rsa_sha256_verify_fudiwei"])
def test_published_signature_is_proven(name: str) -> None:
    vector = official(name)
    key = public_key(vector["public_key_pem"])

    wechat_signature.prove(key, vector["message"].encode(), vector["signature_b64"])


def test_sdk_notice_verifies_at_its_time_and_opens() -> None:
    vector = official("wechatpay_go_notify")
    keys = {vector["headers"]["Wechatpay-Serial"]: certificate_key(vector["certificate_pem"])}
    now = clock_at(vector["freeze_clock_at"])()

    wechat_signature.verify(vector["headers"], vector["body"].encode(), keys, now)
    plain = opened(json.loads(vector["body"])["resource"], vector["api_v3_key"])

    assert json.loads(plain) == json.loads(vector["plaintext"])


def test_sdk_notice_is_stale_today() -> None:
    vector = official("wechatpay_go_notify")
    keys = {vector["headers"]["Wechatpay-Serial"]: certificate_key(vector["certificate_pem"])}
    today = datetime.fromisoformat("2026-11-23T12:00:00Z")

    with pytest.raises(wechat_signature.SignatureInvalid, match="stale"):
        wechat_signature.verify(vector["headers"], vector["body"].encode(), keys, today)


def test_sealed_certificate_opens() -> None:
    vector = official("wechatpay_aes256gcm_certificate")
    sealed = vector | {"ciphertext": vector["ciphertext_b64"]}

    assert opened(sealed, vector["api_v3_key"]) == vector["plaintext"].encode()


@pytest.mark.parametrize("name", ["wechatpay_request_get", "wechatpay_request_post_utf8_body"])
def test_golden_request_is_signed(name: str) -> None:
    case = golden(name)
    line = (case["method"], case["path_and_query"])

    signature = wechat_signature.sign_request(
        golden_key(), line, case["body"].encode(), case["timestamp"], case["nonce_str"]
    )

    assert signature == case["signature"]


def test_golden_authorization_is_written() -> None:
    case = golden("wechatpay_request_get")

    header = wechat_signature.authorization(
        ("1900000001", "F5765756002FDD77"),
        timestamp=case["timestamp"],
        nonce=case["nonce_str"],
        signature=case["signature"],
    )

    assert header == case["authorization"]


def test_golden_pay_sign_is_made() -> None:
    case = golden("jsapi_requestPayment_paySign")

    pay_sign = wechat_signature.pay_sign(
        golden_key(), "wx0000000000000001", case["timeStamp"], case["nonceStr"], case["package"]
    )

    assert pay_sign == case["paySign"]


def test_golden_notice_is_read() -> None:
    case = golden("wechatpay_notify_256bit")
    config = make_config(
        apiv3_key=case["api_v3_key"],
        platform_keys={"F5765756002FDD77": official("wechatpay_go_sign")["certificate_pem"]},
    )
    at = int(case["headers"]["Wechatpay-Timestamp"])
    provider = WechatPay(config, httpx.AsyncClient(), clock_at(at))

    notice = provider.read_notice(case["headers"], case["body"].encode())

    plain = json.loads(case["plaintext"])
    assert isinstance(notice.content, port.TradeState)
    assert notice.content.state == "paid"
    assert notice.content.out_trade_no == plain["out_trade_no"]
    assert notice.content.amount_fen == plain["amount"]["total"]


@pytest.mark.parametrize(
    ("name", "amount_fen"),
    [
        ("EventSamples__Transactions__TransactionResource", 100),
        ("ModelSamples__PayTransactions__GetPayTransactionByIdResponse", 1),
        ("ModelSamples__PayTransactions__GetPayTransactionByOutTradeNumberResponse", 1),
    ],
)
def test_sample_trade_is_paid(name: str, amount_fen: int) -> None:
    trade = wechat_answers.read_trade(sample(name))

    assert (trade.state, trade.amount_fen, trade.currency) == ("paid", amount_fen, "CNY")
    assert trade.paid_at is not None


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("EventSamples__Refund__RefundResource", "succeeded"),
        ("ModelSamples__Refund__CreateRefundDomesticRefundResponse", "processing"),
        ("ModelSamples__Refund__GetRefundDomesticRefundByOutRefundNumberResponse", "succeeded"),
    ],
)
def test_sample_refund_is_read(name: str, state: str) -> None:
    refund = wechat_answers.read_refund(sample(name))

    assert refund.state == state
    assert refund.refund_fen is not None


@pytest.mark.parametrize(
    ("scene", "field"), [("Native", "code_url"), ("H5", "h5_url"), ("Jsapi", "prepay_id")]
)
def test_sample_answer_to_an_order_is_read(scene: str, field: str) -> None:
    name = f"ModelSamples__PayTransactions__CreatePayTransaction{scene}Response"

    assert getattr(wechat_answers.read_created(sample(name)), field)


def golden(name: str) -> Json:
    case: Json = official("derived_golden_vectors")["cases"][name]
    return case


def golden_key() -> RSAPrivateKey:
    return private_key(official("wechatpay_go_sign")["private_key_pem_with_marker_TESTING_KEY"])


def sample(name: str) -> bytes:
    assert OFFICIAL_FOLDER is not None
    return (Path(OFFICIAL_FOLDER) / "wechatpay_samples" / f"{name}.json").read_bytes()


def opened(sealed: Json, apiv3_key: str) -> bytes:
    return wechat_signature.decrypt(
        AESGCM(apiv3_key.encode()),
        nonce=sealed["nonce"],
        associated_data=sealed["associated_data"],
        ciphertext=sealed["ciphertext"],
    )


def public_key(pem: str) -> RSAPublicKey:
    key = load_pem_public_key(pem.encode())
    assert isinstance(key, RSAPublicKey)
    return key


def certificate_key(pem: str) -> RSAPublicKey:
    key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    assert isinstance(key, RSAPublicKey)
    return key
