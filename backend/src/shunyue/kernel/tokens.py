"""Access tokens: who acts, signed, checked without asking anybody."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import msgspec

from shunyue.kernel.clock import unix_now
from shunyue.kernel.errors import Unauthenticated

ACCESS_SECONDS = 600

ActorKind = Literal["customer", "staff", "system", "provider"]


class Actor(msgspec.Struct, frozen=True):
    """Who does something, for which merchant. Ids are nil for the system and for visitors."""

    kind: ActorKind
    merchant_id: UUID
    id: UUID | None = None
    login_id: UUID | None = None
    role: str = ""


def system_actor(merchant_id: UUID) -> Actor:
    """Return the actor of timers, sweeps and handlers."""
    return Actor(kind="system", merchant_id=merchant_id)


class _Claims(msgspec.Struct, frozen=True, array_like=True):
    kind: ActorKind
    merchant_id: UUID
    id: UUID
    login_id: UUID
    role: str
    expires: int


class TokenSigner:
    """Mints and checks tokens with one key (HMAC-SHA256 over a msgpack body, both base64url)."""

    def __init__(self, key: bytes) -> None:
        self._key = hashlib.sha256(b"shunyue access token" + key).digest()
        self._decode = msgspec.msgpack.Decoder(_Claims).decode
        self._encode = msgspec.msgpack.Encoder().encode

    def mint(self, actor: Actor) -> tuple[str, datetime]:
        """Return a token for `actor` and the instant it runs out."""
        assert actor.id is not None
        assert actor.login_id is not None
        expires = int(unix_now()) + ACCESS_SECONDS
        body = self._encode(
            _Claims(actor.kind, actor.merchant_id, actor.id, actor.login_id, actor.role, expires)
        )
        token = base64.urlsafe_b64encode(body + self._sign(body)).rstrip(b"=").decode()
        return token, datetime.fromtimestamp(expires, UTC)

    def check(self, token: str | bytes) -> Actor:
        """Return who the token speaks for; raises `Unauthenticated`."""
        return self.check_until(token)[0]

    def check_until(self, token: str | bytes) -> tuple[Actor, int]:
        """Return who the token speaks for and until when (Unix seconds)."""
        raw = token.encode() if isinstance(token, str) else token
        try:
            content = base64.urlsafe_b64decode(raw + b"=" * (-len(raw) % 4))
            body, signature = content[:-32], content[-32:]
            if not hmac.compare_digest(self._sign(body), signature):
                raise Unauthenticated
            claims = self._decode(body)
        except (ValueError, msgspec.DecodeError) as error:
            raise Unauthenticated from error
        if claims.expires <= unix_now():
            raise Unauthenticated
        actor = Actor(claims.kind, claims.merchant_id, claims.id, claims.login_id, claims.role)
        return actor, claims.expires

    def _sign(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")
