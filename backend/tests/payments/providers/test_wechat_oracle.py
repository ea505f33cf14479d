"""A third party's WeChat Pay library and our code agree on every vector, in both directions."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.utils import (
    aes_decrypt,
    build_authorization,
    load_certificate,
    load_public_key,
    rsa_sign,
    rsa_verify,
)

from shunyue.payments.providers import wechat_signature
from tests.payments.providers.wechat_vectors import (
    CERTIFICATE_SERIAL,
    KEYS,
    PUBLIC_KEY_ID,
    Json,
    private_key,
    usable,
    vectors,
)

pytestmark = pytest.mark.req("PY-01")

MERCHANT_KEY = private_key(KEYS["merchant"]["private_key"])
REQUESTS: list[Json] = vectors("requests")["cases"]
PAY_SIGNS: list[Json] = vectors("pay_signs")["cases"]
ANSWERS: list[Json] = vectors("answers")["cases"]
NOTICES: list[Json] = vectors("notices")["cases"]


@pytest.fixture
def oracle(tmp_path: Path) -> dict[str, Any]:
    """Give one client per kind of platform key; both stay away from the network."""
    (tmp_path / "platform.pem").write_text(KEYS["platform_certificate"]["certificate"])
    account = {
        "wechatpay_type": WeChatPayType.NATIVE,
        "mchid": KEYS["mchid"],
        "private_key": usable(KEYS["merchant"]["private_key"]),
        "cert_serial_no": KEYS["merchant"]["serial"],
        "appid": KEYS["appid"],
        "apiv3_key": KEYS["apiv3_key"],
    }
    by_public_key = WeChatPay(
        **account,
        public_key=KEYS["platform_public_key"]["public_key"],
        public_key_id=PUBLIC_KEY_ID,
    )
    by_certificate = WeChatPay(**account, cert_dir=str(tmp_path))
    return {PUBLIC_KEY_ID: by_public_key, CERTIFICATE_SERIAL: by_certificate}


@pytest.mark.parametrize("case", REQUESTS, ids=lambda case: case["name"])
def test_oracle_signs_requests_like_the_vectors(case: Json) -> None:
    lines = [case["method"], case["target"], case["timestamp"], case["nonce"], case["body"], ""]

    assert rsa_sign(MERCHANT_KEY, "\n".join(lines)) == case["signature"]


@pytest.mark.parametrize("case", REQUESTS, ids=lambda case: case["name"])
def test_we_write_the_authorization_the_oracle_writes(case: Json) -> None:
    theirs = build_authorization(
        case["target"],
        case["method"],
        KEYS["mchid"],
        KEYS["merchant"]["serial"],
        MERCHANT_KEY,
        data=case["body"],
    )
    fields = dict(re.findall(r'(\w+)="([^"]*)"', theirs))

    line = (case["method"], case["target"])
    signature = wechat_signature.sign_request(
        MERCHANT_KEY, line, case["body"].encode(), fields["timestamp"], fields["nonce_str"]
    )
    ours = wechat_signature.authorization(
        (KEYS["mchid"], KEYS["merchant"]["serial"]),
        timestamp=fields["timestamp"],
        nonce=fields["nonce_str"],
        signature=signature,
    )

    assert dict(re.findall(r'(\w+)="([^"]*)"', ours)) == fields
    assert ours.partition(" ")[0] == theirs.partition(" ")[0]


@pytest.mark.parametrize("case", PAY_SIGNS, ids=lambda case: case["name"])
def test_oracle_signs_front_end_parameters_like_the_vectors(
    oracle: dict[str, Any], case: Json
) -> None:
    parts = [case["appid"], case["timestamp"], case["nonce"], case["subject"]]

    assert oracle[PUBLIC_KEY_ID].sign(parts) == case["pay_sign"]


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: case["name"])
def test_oracle_verifies_the_answers(case: Json) -> None:
    headers = case["headers"]
    keys = {
        PUBLIC_KEY_ID: load_public_key(KEYS["platform_public_key"]["public_key"]),
        CERTIFICATE_SERIAL: load_certificate(
            KEYS["platform_certificate"]["certificate"]
        ).public_key(),
    }

    assert rsa_verify(
        headers["Wechatpay-Timestamp"],
        headers["Wechatpay-Nonce"],
        case["body"],
        headers["Wechatpay-Signature"],
        keys[headers["Wechatpay-Serial"]],
    )


@pytest.mark.parametrize("case", NOTICES, ids=lambda case: case["name"])
def test_oracle_opens_the_notices(oracle: dict[str, Any], case: Json) -> None:
    client = oracle[case["headers"]["Wechatpay-Serial"]]

    opened = client.callback(case["headers"], case["body"])

    assert opened["resource"] == json.loads(case["plaintext"])


@pytest.mark.parametrize("case", NOTICES, ids=lambda case: case["name"])
def test_oracle_rejects_a_changed_notice_as_we_do(oracle: dict[str, Any], case: Json) -> None:
    client = oracle[case["headers"]["Wechatpay-Serial"]]

    assert client.callback(case["headers"], case["body"].replace("EV-", "EW-")) is None


@pytest.mark.parametrize("case", NOTICES, ids=lambda case: case["name"])
def test_oracle_decrypts_the_resources(case: Json) -> None:
    resource = json.loads(case["body"])["resource"]

    plain = aes_decrypt(
        resource["nonce"], resource["ciphertext"], resource["associated_data"], KEYS["apiv3_key"]
    )

    assert plain == case["plaintext"]
