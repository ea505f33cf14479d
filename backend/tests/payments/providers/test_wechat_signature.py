"""Our signatures, byte for byte, and what no longer verifies once one byte differs."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from shunyue.payments.providers import wechat_signature
from shunyue.payments.providers.wechat_config import read_keys
from tests.payments.providers.wechat_vectors import (
    CERTIFICATE_SERIAL,
    KEYS,
    PUBLIC_KEY_ID,
    STRANGER_KEY,
    Json,
    make_config,
    private_key,
    signed_headers,
    vectors,
)

pytestmark = pytest.mark.req("PY-01")

PLATFORM = read_keys(make_config()).platform
MERCHANT_KEY = private_key(KEYS["merchant"]["private_key"])
REQUESTS: list[Json] = vectors("requests")["cases"]
PAY_SIGNS: list[Json] = vectors("pay_signs")["cases"]
ANSWERS = vectors("answers")
NOTICES = vectors("notices")
NOW = datetime.fromtimestamp(ANSWERS["at"], tz=UTC)
PAYMENT: Json = NOTICES["cases"][0]


@pytest.mark.parametrize("case", REQUESTS, ids=lambda case: case["name"])
def test_request_is_signed_as_in_the_vector(case: Json) -> None:
    line = (case["method"], case["target"])

    signature = wechat_signature.sign_request(
        MERCHANT_KEY, line, case["body"].encode(), case["timestamp"], case["nonce"]
    )
    header = wechat_signature.authorization(
        (KEYS["mchid"], KEYS["merchant"]["serial"]),
        timestamp=case["timestamp"],
        nonce=case["nonce"],
        signature=signature,
    )

    assert signature == case["signature"]
    assert header == case["authorization"]


@pytest.mark.parametrize("case", PAY_SIGNS, ids=lambda case: case["name"])
def test_front_end_parameters_are_signed_as_in_the_vector(case: Json) -> None:
    pay_sign = wechat_signature.pay_sign(
        MERCHANT_KEY, case["appid"], case["timestamp"], case["nonce"], case["subject"]
    )

    assert pay_sign == case["pay_sign"]


@pytest.mark.parametrize("case", ANSWERS["cases"] + NOTICES["cases"], ids=lambda case: case["name"])
def test_genuine_message_verifies(case: Json) -> None:
    wechat_signature.verify(case["headers"], case["body"].encode(), PLATFORM, NOW)


def test_header_names_in_any_case_are_read() -> None:
    shouted = {name.upper(): value for name, value in PAYMENT["headers"].items()}

    wechat_signature.verify(shouted, PAYMENT["body"].encode(), PLATFORM, NOW)


def test_missing_signature_type_means_rsa() -> None:
    headers = without(PAYMENT["headers"], "Wechatpay-Signature-Type")

    wechat_signature.verify(headers, PAYMENT["body"].encode(), PLATFORM, NOW)


@pytest.mark.parametrize("seconds", [-299, 0, 299])
def test_message_inside_five_minutes_verifies(seconds: int) -> None:
    now = NOW + timedelta(seconds=seconds)

    wechat_signature.verify(PAYMENT["headers"], PAYMENT["body"].encode(), PLATFORM, now)


@pytest.mark.parametrize("seconds", [-86_400, -301, -300, 300, 301, 86_400])
def test_message_outside_five_minutes_is_stale(seconds: int) -> None:
    now = NOW + timedelta(seconds=seconds)

    assert refusal(PAYMENT["headers"], PAYMENT["body"].encode(), now) == "stale"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"Wechatpay-Signature": "WECHATPAY/SIGNTEST/" + "A" * 325}, "signature"),
        ({"Wechatpay-Signature": ""}, "signature"),
        ({"Wechatpay-Signature": "not base64!"}, "signature"),
        ({"Wechatpay-Signature": "签名"}, "signature"),
        ({"Wechatpay-Serial": "PUB_KEY_ID_0000000000000000000000000000000000"}, "unknown_serial"),
        ({"Wechatpay-Serial": CERTIFICATE_SERIAL}, "signature"),
        ({"Wechatpay-Serial": ""}, "unknown_serial"),
        ({"Wechatpay-Timestamp": ""}, "wechatpay-timestamp"),
        ({"Wechatpay-Timestamp": "-1"}, "wechatpay-timestamp"),
        ({"Wechatpay-Timestamp": "1795339800.0"}, "wechatpay-timestamp"),
        ({"Wechatpay-Timestamp": "١٧٩٥٣٣٩٨٠٠"}, "wechatpay-timestamp"),
        ({"Wechatpay-Timestamp": "1000000"}, "stale"),
        ({"Wechatpay-Nonce": ""}, "wechatpay-nonce"),
        ({"Wechatpay-Nonce": "a\nb"}, "wechatpay-nonce"),
        ({"Wechatpay-Nonce": "随机"}, "wechatpay-nonce"),
        ({"Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"}, "signature_type"),
    ],
)
def test_odd_header_is_refused(changes: dict[str, str], reason: str) -> None:
    headers = PAYMENT["headers"] | changes

    assert refusal(headers, PAYMENT["body"].encode(), NOW) == reason


@pytest.mark.parametrize(
    "name",
    ["Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Serial", "Wechatpay-Signature"],
)
def test_missing_header_is_refused(name: str) -> None:
    assert refusal(without(PAYMENT["headers"], name), PAYMENT["body"].encode(), NOW)


def test_signature_of_someone_else_is_refused() -> None:
    body = PAYMENT["body"].encode()

    assert refusal(signed_headers(body, ANSWERS["at"], STRANGER_KEY), body, NOW) == "signature"


def test_border_between_nonce_and_body_cannot_be_moved() -> None:
    body = b'line one\n{"rest":1}'
    headers = signed_headers(body, ANSWERS["at"])
    moved = headers | {"Wechatpay-Nonce": headers["Wechatpay-Nonce"] + "\nline one"}

    assert refusal(moved, b'{"rest":1}', NOW) == "wechatpay-nonce"


@given(st.data())
def test_any_other_body_byte_fails(choose: st.DataObject) -> None:
    body = PAYMENT["body"].encode()
    place = choose.draw(st.integers(0, len(body) - 1))
    other = choose.draw(st.integers(0, 255).filter(lambda byte: byte != body[place]))

    tampered = body[:place] + bytes([other]) + body[place + 1 :]

    assert refusal(PAYMENT["headers"], tampered, NOW) == "signature"


@given(st.data())
def test_any_other_header_byte_fails(choose: st.DataObject) -> None:
    name = choose.draw(st.sampled_from(sorted(PAYMENT["headers"])))
    value: str = PAYMENT["headers"][name]
    place = choose.draw(st.integers(0, len(value) - 1))
    other = choose.draw(st.integers(0, 255).map(chr).filter(lambda sign: sign != value[place]))

    tampered = PAYMENT["headers"] | {name: value[:place] + other + value[place + 1 :]}

    assert refusal(tampered, PAYMENT["body"].encode(), NOW)


@given(st.integers(0, 500), st.binary(min_size=1, max_size=8))
def test_inserted_bytes_fail(place: int, inserted: bytes) -> None:
    body = PAYMENT["body"].encode()

    assert refusal(PAYMENT["headers"], body[:place] + inserted + body[place:], NOW) == "signature"


@given(st.integers(1, 400))
def test_cut_body_fails(cut: int) -> None:
    assert refusal(PAYMENT["headers"], PAYMENT["body"].encode()[:-cut], NOW) == "signature"


def test_signature_has_one_spelling_only() -> None:
    # 256 bytes leave four unused bits before the padding: 15 other texts decode to the same bytes
    signature: str = PAYMENT["headers"]["Wechatpay-Signature"]
    twins = [
        signature[:-3] + letter + "=="
        for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        if base64.b64decode(signature[:-3] + letter + "==") == base64.b64decode(signature)
        and letter != signature[-3]
    ]

    refusals = [
        refusal(PAYMENT["headers"] | {"Wechatpay-Signature": twin}, PAYMENT["body"].encode(), NOW)
        for twin in twins
    ]

    assert refusals == ["signature"] * 15


def test_sealed_resource_opens() -> None:
    assert opened(sealed_of(PAYMENT)) == PAYMENT["plaintext"].encode()


@given(st.data())
def test_any_other_sealed_byte_stays_shut(choose: st.DataObject) -> None:
    sealed = sealed_of(PAYMENT)
    raw = bytearray(base64.b64decode(sealed["ciphertext"]))
    place = choose.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= choose.draw(st.integers(1, 255))

    with pytest.raises(wechat_signature.SignatureInvalid, match="sealed_resource"):
        opened(sealed | {"ciphertext": base64.b64encode(bytes(raw)).decode()})


@pytest.mark.parametrize(
    "changes",
    [
        {"associated_data": "refund"},
        {"nonce": "k2L9xQ7vT4aC"},
        {"nonce": ""},
        {"ciphertext": ""},
        {"ciphertext": "AAAA"},
        {"ciphertext": "no base64 !"},
    ],
)
def test_other_circumstances_stay_shut(changes: dict[str, str]) -> None:
    with pytest.raises(wechat_signature.SignatureInvalid, match="sealed_resource"):
        opened(sealed_of(PAYMENT) | changes)


def test_known_keys_are_both_kinds() -> None:
    assert set(PLATFORM) == {PUBLIC_KEY_ID, CERTIFICATE_SERIAL}


def refusal(headers: dict[str, str], body: bytes, now: datetime) -> str:
    """Give the reason of a refusal, or an empty text when the message verified."""
    try:
        wechat_signature.verify(headers, body, PLATFORM, now)
    except wechat_signature.SignatureInvalid as invalid:
        return str(invalid)
    return ""


def without(headers: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in headers.items() if key != name}


def sealed_of(case: Json) -> dict[str, str]:
    resource = json.loads(case["body"])["resource"]
    return {key: resource[key] for key in ("nonce", "associated_data", "ciphertext")}


def opened(sealed: dict[str, str]) -> bytes:
    return wechat_signature.decrypt(AESGCM(KEYS["apiv3_key"].encode()), **sealed)
