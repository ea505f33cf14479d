"""Sealing of stored secrets, and keyed fingerprints of things that must be recognised, not read."""

import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class Vault:
    """Seals with AES-256-GCM under a key derived from the install's secret key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(hashlib.sha256(b"shunyue sealed value" + key).digest())
        self._fingerprint_key = hashlib.sha256(b"shunyue fingerprint" + key).digest()

    def seal(self, plain: bytes, place: str) -> bytes:
        """Return `plain` sealed for `place` (table, column and row): it opens nowhere else."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Return what was sealed for `place`; raises `cryptography.exceptions.InvalidTag`."""
        return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())

    def fingerprint(self, value: str) -> bytes:
        """Return a keyed hash: equal for equal values, useless without the key."""
        return hmac.digest(self._fingerprint_key, value.encode(), "sha256")
