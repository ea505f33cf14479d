"""RSA-SHA256 signatures and AES-256-GCM of WeChat Pay API v3, on `cryptography` alone.

On purpose a second implementation beside the shop's own: a shared mistake would stay unseen.
"""

import base64
import binascii
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def request_message(method: str, target: str, *, timestamp: str, nonce: str, body: bytes) -> bytes:
    """Build what a merchant signs; `target` is path and query exactly as sent."""
    return f"{method}\n{target}\n{timestamp}\n{nonce}\n".encode() + body + b"\n"


def answer_message(timestamp: str, nonce: str, body: bytes) -> bytes:
    """Build what WeChat Pay signs under an answer or a notice."""
    return f"{timestamp}\n{nonce}\n".encode() + body + b"\n"


def sign(private_key_pem: str, message: bytes) -> str:
    """Sign with RSA PKCS#1 v1.5 over SHA-256, in base64."""
    signature = _private_key(private_key_pem).sign(message, padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(signature).decode()


def is_signed(public_key_pem: str, message: bytes, signature: str) -> bool:
    """Tell whether the signature belongs to the message and the key."""
    try:
        raw = base64.b64decode(signature, validate=True)
        load_public_key(public_key_pem).verify(raw, message, padding.PKCS1v15(), hashes.SHA256())
    except (binascii.Error, InvalidSignature, ValueError):
        return False
    return True


def encrypt_resource(apiv3_key: str, *, nonce: str, associated_data: str, text: bytes) -> str:
    """Encrypt the content of a notice; the tag is appended, the result is base64."""
    sealed = AESGCM(apiv3_key.encode()).encrypt(nonce.encode(), text, associated_data.encode())
    return base64.b64encode(sealed).decode()


@lru_cache(maxsize=256)
def load_public_key(pem: str) -> rsa.RSAPublicKey:
    """Read a public key in PEM; anything else is a `ValueError`."""
    key = serialization.load_pem_public_key(pem.encode())
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("not an RSA key")  # noqa: TRY004  # callers treat all bad input alike
    return key


def new_key_pair() -> tuple[str, str]:
    """Make a private and a public key in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private_pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public_pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private_pem.decode(), public_pem.decode()


@lru_cache(maxsize=256)
def _private_key(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)  # We made it.
    return key
