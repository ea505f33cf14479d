"""WeChat Pay API v3 cryptography: sign requests, verify what comes back, open sealed resources."""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import datetime

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

SCHEME = "WECHATPAY2-SHA256-RSA2048"
ALLOWED_SKEW_SECONDS = 300

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_VISIBLE_ASCII = re.compile(r"[!-~]{1,128}")


class SignatureInvalid(Exception):
    """The bytes are not proven to come from WeChat Pay; the text names the check that failed."""


def sign_request(
    key: RSAPrivateKey, request_line: tuple[str, str], body: bytes, timestamp: str, nonce: str
) -> str:
    """Sign a request; the line is (method, path with query) and all bytes are those sent."""
    method, target = request_line
    return sign(key, f"{method}\n{target}\n{timestamp}\n{nonce}\n".encode() + body + b"\n")


def authorization(account: tuple[str, str], *, timestamp: str, nonce: str, signature: str) -> str:
    """Write the Authorization header; the account is (mchid, merchant certificate serial)."""
    mchid, serial = account
    return (
        f'{SCHEME} mchid="{mchid}",nonce_str="{nonce}",timestamp="{timestamp}",'
        f'serial_no="{serial}",signature="{signature}"'
    )


def pay_sign(key: RSAPrivateKey, appid: str, timestamp: str, nonce: str, subject: str) -> str:
    """Sign what the front end hands to WeChat.

    The subject is `prepay_id=…` for JSAPI and mini-programs, the bare prepay id for apps.
    """
    return sign(key, f"{appid}\n{timestamp}\n{nonce}\n{subject}\n".encode())


def verify(
    headers: Mapping[str, str], body: bytes, keys: Mapping[str, RSAPublicKey], now: datetime
) -> None:
    """Prove that WeChat Pay signed these bytes within the last five minutes.

    An unknown serial is simply refused: fetching keys on demand would let anyone cause traffic.
    WeChat's deliberate bad signatures (`WECHATPAY/SIGNTEST/…`) fail like any other.
    """
    given = {name.lower(): value for name, value in headers.items()}
    if given.get("wechatpay-signature-type", SCHEME) != SCHEME:
        raise SignatureInvalid("signature_type")
    timestamp = _header(given, "wechatpay-timestamp", _TIMESTAMP)
    nonce = _header(given, "wechatpay-nonce", _VISIBLE_ASCII)
    if abs(now.timestamp() - int(timestamp)) >= ALLOWED_SKEW_SECONDS:
        raise SignatureInvalid("stale")
    key = keys.get(given.get("wechatpay-serial", ""))
    if key is None:
        raise SignatureInvalid("unknown_serial")
    message = f"{timestamp}\n{nonce}\n".encode() + body + b"\n"
    prove(key, message, given.get("wechatpay-signature", ""))


def decrypt(key: AESGCM, *, nonce: str, associated_data: str, ciphertext: str) -> bytes:
    """Open an AES-GCM sealed resource; the tag is the end of the ciphertext."""
    try:
        sealed = base64.b64decode(ciphertext, validate=True)
        return key.decrypt(nonce.encode(), sealed, associated_data.encode())
    except (InvalidTag, ValueError):
        raise SignatureInvalid("sealed_resource") from None


def sign(key: RSAPrivateKey, message: bytes) -> str:
    """Sign with RSA PKCS#1 v1.5 over SHA-256, in base64."""
    return base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()


def prove(key: RSAPublicKey, message: bytes, signature: str) -> None:
    """Return only when the signature belongs to the message and the key."""
    try:
        key.verify(_canonical_base64(signature), message, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise SignatureInvalid("signature") from None


def _header(given: Mapping[str, str], name: str, shape: re.Pattern[str]) -> str:
    # line breaks would move the borders between the signed parts
    value = given.get(name, "")
    if not shape.fullmatch(value):
        raise SignatureInvalid(name)
    return value


def _canonical_base64(text: str) -> bytes:
    # the unused bits of the last character would allow several spellings of one signature
    try:
        signature = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SignatureInvalid("signature") from None
    if base64.b64encode(signature).decode() != text:
        raise SignatureInvalid("signature")
    return signature
