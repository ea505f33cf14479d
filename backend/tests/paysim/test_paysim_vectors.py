"""Fixed signatures and ciphertexts: ours, and the published ones where they are at hand."""

import base64
import json
import os
import uuid
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.x509 import load_pem_x509_certificate

from paysim.wechatpay.signing import (
    answer_message,
    encrypt_resource,
    is_signed,
    request_message,
    sign,
)
from tests.paysim.merchant_client import MerchantClient, new_number
from tests.paysim.notice_receiver import NoticeReceiver
from tests.paysim.oracle import oracle_utils
from tests.paysim.simulator_process import SimulatorProcess

pytestmark = pytest.mark.req("PY-01")

OWN = json.loads((Path(__file__).parent / "vectors" / "wechatpay.json").read_text("utf-8"))
CASES = OWN["cases"]
OFFICIAL = os.environ.get("SHUNYUE_OFFICIAL_VECTORS")
needs_official = pytest.mark.skipif(
    not OFFICIAL,
    reason="SHUNYUE_OFFICIAL_VECTORS does not name the folder of published vectors",
)


class TestOwnVectors:
    @pytest.mark.parametrize("name", ["request_get", "request_post", "request_escaped_path"])
    def test_requests(self, name: str) -> None:
        case = CASES[name]

        message = request_message(
            case["method"],
            case["target"],
            timestamp=case["timestamp"],
            nonce=case["nonce"],
            body=case["body"].encode(),
        )

        assert message.decode() == case["message"]
        assert sign(_private("merchant"), message) == case["signature"]
        assert is_signed(OWN["merchant_public_key"], message, case["signature"])

    @pytest.mark.parametrize("name", ["request_get", "request_post", "request_escaped_path"])
    def test_the_oracle_signs_requests_alike(self, name: str) -> None:
        case = CASES[name]
        key = oracle_utils.load_private_key(_private("merchant"))

        assert oracle_utils.rsa_sign(key, case["message"]) == case["signature"]

    @pytest.mark.parametrize("name", ["answer", "answer_empty", "notice"])
    def test_answers_and_notices(self, name: str) -> None:
        case = CASES[name]

        message = answer_message(case["timestamp"], case["nonce"], case["body"].encode())

        assert message.decode() == case["message"]
        assert sign(_private("platform"), message) == case["signature"]
        assert oracle_utils.rsa_verify(
            case["timestamp"],
            case["nonce"],
            case["body"],
            case["signature"],
            oracle_utils.load_public_key(OWN["platform_public_key"]),
        )

    def test_a_notice_is_sealed(self) -> None:
        case = CASES["notice"]

        sealed = encrypt_resource(
            case["apiv3_key"],
            nonce=case["resource_nonce"],
            associated_data=case["associated_data"],
            text=case["plaintext"].encode(),
        )
        opened = oracle_utils.aes_decrypt(
            case["resource_nonce"], sealed, case["associated_data"], case["apiv3_key"]
        )

        assert sealed == case["ciphertext"]
        assert opened == case["plaintext"]

    @pytest.mark.parametrize("signature", ["", "AAAA", "not base64", "é"])
    def test_nothing_else_is_a_signature(self, signature: str) -> None:
        message = CASES["answer"]["message"].encode()

        assert not is_signed(OWN["platform_public_key"], message, signature)
        assert not is_signed(OWN["platform_public_key"], message, CASES["notice"]["signature"])


@needs_official
class TestOfficialVectors:
    def test_the_go_sdk_signs_alike(self) -> None:
        vector = _official("wechatpay_go_sign.json")
        key = vector["private_key_pem_with_marker_TESTING_KEY"].replace("TESTING", "PRIVATE")
        certificate = load_pem_x509_certificate(vector["certificate_pem"].encode())

        assert sign(key, vector["message"].encode()) == vector["signature_b64"]
        for public_key in (vector["public_key_pem"], _public_pem(certificate.public_key())):
            assert is_signed(public_key, vector["message"].encode(), vector["signature_b64"])

    def test_the_go_sdks_notice_is_genuine_and_sealed_alike(self) -> None:
        vector = _official("wechatpay_go_notify.json")
        headers, body = vector["headers"], vector["body"].encode()
        certificate = load_pem_x509_certificate(vector["certificate_pem"].encode())
        message = answer_message(headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"], body)
        resource = json.loads(body)["resource"]

        assert is_signed(
            _public_pem(certificate.public_key()), message, headers["Wechatpay-Signature"]
        )
        assert resource["ciphertext"] == encrypt_resource(
            vector["api_v3_key"],
            nonce=resource["nonce"],
            associated_data=resource["associated_data"],
            text=vector["plaintext"].encode(),
        )

    def test_a_certificate_is_sealed_alike(self) -> None:
        vector = _official("wechatpay_aes256gcm_certificate.json")

        sealed = encrypt_resource(
            vector["api_v3_key"],
            nonce=vector["nonce"],
            associated_data=vector["associated_data"],
            text=vector["plaintext"].encode(),
        )

        assert base64.b64decode(sealed) == base64.b64decode(vector["ciphertext_b64"])

    def test_a_longer_key_verifies(self) -> None:
        vector = _official("rsa_sha256_verify_fudiwei.json")

        assert is_signed(
            vector["public_key_pem"], vector["message"].encode(), vector["signature_b64"]
        )

    @pytest.mark.parametrize("name", ["wechatpay_request_get", "wechatpay_request_post_utf8_body"])
    def test_derived_requests(self, name: str) -> None:
        case = _official("derived_golden_vectors.json")["cases"][name]
        public_key = _official("wechatpay_go_sign.json")["public_key_pem"]

        message = request_message(
            case["method"],
            case["path_and_query"],
            timestamp=case["timestamp"],
            nonce=case["nonce_str"],
            body=case["body"].encode(),
        )

        assert is_signed(public_key, message, case["signature"])

    def test_the_derived_notice(self) -> None:
        case = _official("derived_golden_vectors.json")["cases"]["wechatpay_notify_256bit"]
        public_key = _official("wechatpay_go_sign.json")["public_key_pem"]
        headers = case["headers"]
        resource = json.loads(case["body"])["resource"]
        message = answer_message(
            headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"], case["body"].encode()
        )

        assert is_signed(public_key, message, headers["Wechatpay-Signature"])
        assert resource["ciphertext"] == encrypt_resource(
            case["api_v3_key"],
            nonce=resource["nonce"],
            associated_data=resource["associated_data"],
            text=case["plaintext"].encode(),
        )


@needs_official
class TestOfficialSamples:
    """The published samples have no field the simulator lacks, but for coupons and devices."""

    @pytest.mark.parametrize(
        ("kind", "sample"), [("jsapi", "Jsapi"), ("h5", "H5"), ("native", "Native"), ("app", "App")]
    )
    def test_ordering(self, merchant: MerchantClient, kind: str, sample: str) -> None:
        expected = _sample(f"ModelSamples__PayTransactions__CreatePayTransaction{sample}Response")

        assert merchant.create(kind).json().keys() == expected.keys()

    @pytest.mark.parametrize("kind", ["Jsapi", "H5", "Native"])
    def test_published_orders_are_understood(self, merchant: MerchantClient, kind: str) -> None:
        name = f"ModelSamples__PayTransactions__CreatePayTransaction{kind}Request"
        terms = _sample(name) | {"mchid": merchant.mchid, "appid": "wx0000000000000001"}
        terms["out_trade_no"] = uuid.uuid4().hex

        answer = merchant.call("POST", f"/v3/pay/transactions/{kind.lower()}", terms)

        assert answer.status_code == 200

    def test_a_paid_trade(self, merchant: MerchantClient) -> None:
        expected = _sample(
            "ModelSamples__PayTransactions__GetPayTransactionByOutTradeNumberResponse"
        )

        trade = merchant.query(merchant.paid_trade()).json()

        assert trade.keys() == expected.keys()
        assert trade["amount"].keys() == expected["amount"].keys()

    def test_a_refund(self, merchant: MerchantClient) -> None:
        expected = _sample("ModelSamples__Refund__CreateRefundDomesticRefundResponse")

        refund = merchant.refund(merchant.paid_trade(), 100).json()

        assert refund.keys() == expected.keys()
        assert refund["amount"].keys() == expected["amount"].keys()

    def test_both_notices(
        self, merchant: MerchantClient, simulator: SimulatorProcess, receiver: NoticeReceiver
    ) -> None:
        merchant.refund(merchant.paid_trade(), 100, out_refund_no=new_number())
        simulator.advance(2)

        payment, refund = (merchant.open(each)["resource"] for each in receiver.received)
        expected = _sample("EventSamples__Transactions__TransactionResource")

        assert payment.keys() == expected.keys() - {"scene_info"}
        assert refund.keys() == _sample("EventSamples__Refund__RefundResource").keys()


def _private(owner: str) -> str:
    # Scanners for secrets know this marker; the keys guard nothing.
    pem: str = OWN[f"{owner}_private_key"]
    return pem.replace("TESTING KEY", "PRIVATE KEY")


@cache
def _official(name: str) -> Any:
    assert OFFICIAL
    return json.loads((Path(OFFICIAL) / name).read_text("utf-8"))


def _sample(name: str) -> dict[str, Any]:
    sample: dict[str, Any] = _official(f"wechatpay_samples/{name}.json")
    return sample


def _public_pem(key: Any) -> str:
    pem: bytes = key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem.decode()
