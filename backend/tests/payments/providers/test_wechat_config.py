"""Wrong settings are refused at once, by the name of the field and without its content."""

import traceback
from collections.abc import Callable
from pprint import pformat
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from rich.pretty import pretty_repr

from shunyue.payments.providers.wechat_config import WechatConfigInvalid, read_keys
from tests.payments.providers.wechat_vectors import (
    CERTIFICATE_SERIAL,
    KEYS,
    PUBLIC_KEY_ID,
    make_config,
    usable,
)

pytestmark = pytest.mark.req("PY-01")

CERTIFICATE: str = KEYS["platform_certificate"]["certificate"]
PUBLIC_KEY: str = KEYS["platform_public_key"]["public_key"]
MERCHANT_PRIVATE = usable(KEYS["merchant"]["private_key"])
MERCHANT_PUBLIC: str = KEYS["merchant"]["public_key"]


def private_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()


def public_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


CURVE_KEY = ec.generate_private_key(ec.SECP256R1())
SHORT_KEY = rsa.generate_private_key(65537, 1024)  # noqa: S505  # too short on purpose


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("mchid", "", "digits"),
        ("mchid", "19000000X1", "digits"),
        ("mchid", "1900000001\n", "digits"),
        ("appid", "1900000001", "wx"),
        ("appid", 'wx000000000000"001', "wx"),
        ("merchant_serial", PUBLIC_KEY_ID, "hexadecimal"),
        ("merchant_serial", CERTIFICATE_SERIAL.lower(), "upper-case"),
        ("merchant_private_key", "", "PEM private key"),
        ("merchant_private_key", CERTIFICATE, "certificate"),
        ("merchant_private_key", MERCHANT_PUBLIC, "public key"),
        ("merchant_private_key", MERCHANT_PRIVATE.replace("A", "B"), "PEM private key"),
        ("merchant_private_key", private_pem(CURVE_KEY), "RSA"),
        ("merchant_private_key", private_pem(SHORT_KEY), "2048"),
        ("apiv3_key", "", "32 bytes"),
        ("apiv3_key", "x" * 31, "32 bytes"),
        ("apiv3_key", "x" * 33, "32 bytes"),
        ("apiv3_key", "密" * 32, "32 bytes"),
        ("platform_keys", {}, "at least one"),
        ("base_url", "api.mch.weixin.qq.com", "absolute"),
        ("base_url", "ftp://api.mch.weixin.qq.com", "absolute"),
        ("base_url", "https://api.mch.weixin.qq.com/v3", "host and port"),
        ("base_url", "https://api.mch.weixin.qq.com?x=1", "no query"),
        ("notify_url", "/notify/wechat/1", "absolute"),
        ("notify_url", "https://shop.example.com/notify?id=1", "no query"),
        ("notify_url", "https://shop.example.com/notify?", "no query"),
        ("notify_url", "https://shop.example.com/#/notify", "no query"),
    ],
)
def test_wrong_setting_is_named(field: str, value: object, told: str) -> None:
    with pytest.raises(WechatConfigInvalid, match=told) as refusal:
        make_config(**{field: value})

    assert refusal.value.field == field
    assert str(refusal.value).startswith(f"{field}: ")


@pytest.mark.parametrize(
    ("serial", "pem", "told"),
    [
        (PUBLIC_KEY_ID, MERCHANT_PUBLIC, "merchant's own key"),
        (PUBLIC_KEY_ID, MERCHANT_PRIVATE, "private key"),
        (PUBLIC_KEY_ID, CERTIFICATE, "PEM public key"),
        (PUBLIC_KEY_ID, "", "PEM public key"),
        (PUBLIC_KEY_ID, public_pem(CURVE_KEY), "RSA"),
        (PUBLIC_KEY_ID, public_pem(SHORT_KEY), "2048"),
        (CERTIFICATE_SERIAL, PUBLIC_KEY, "PEM certificate"),
        (CERTIFICATE_SERIAL.replace("5", "6"), CERTIFICATE, "another serial"),
        (CERTIFICATE_SERIAL.lower(), CERTIFICATE, "upper-case hex"),
        ("", PUBLIC_KEY, "neither"),
    ],
)
def test_wrong_platform_key_is_named(serial: str, pem: str, told: str) -> None:
    with pytest.raises(WechatConfigInvalid, match=told) as refusal:
        make_config(platform_keys={serial: pem})

    assert refusal.value.field == f"platform_keys[{serial}]"


@pytest.mark.parametrize("pasted", [MERCHANT_PRIVATE, MERCHANT_PRIVATE[:300]])
def test_refusal_never_shows_what_was_pasted(pasted: str) -> None:
    with pytest.raises(WechatConfigInvalid) as refusal:
        make_config(platform_keys={PUBLIC_KEY_ID: pasted})

    told = "".join(traceback.format_exception(refusal.value))
    assert pasted.splitlines()[1] not in told


def test_parser_messages_are_cut_off() -> None:
    with pytest.raises(WechatConfigInvalid) as refusal:
        make_config(platform_keys={PUBLIC_KEY_ID: "pasted by mistake"})

    assert refusal.value.__suppress_context__


@pytest.mark.parametrize("show", [repr, str, pformat, pretty_repr])
def test_config_shows_no_secret(show: Callable[[Any], str]) -> None:
    config = make_config()

    shown = show(config) + show(read_keys(config).__dict__)

    assert "1900000001" in shown
    assert KEYS["apiv3_key"] not in shown
    assert MERCHANT_PRIVATE.splitlines()[1] not in shown


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8010", "https://api.mch.weixin.qq.com/"])
def test_working_settings_are_accepted(base_url: str) -> None:
    config = make_config(base_url=base_url)

    assert set(read_keys(config).platform) == {PUBLIC_KEY_ID, CERTIFICATE_SERIAL}
