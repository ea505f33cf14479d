"""Signing in, staying signed in, and being signed out."""

import asyncio
import hmac
import secrets
from datetime import timedelta
from uuid import UUID

import argon2
import msgspec

from shunyue.identity import queries
from shunyue.identity.codes import CodeSender
from shunyue.identity.errors import (
    CodeExpired,
    CodeSentRecently,
    LoginEnded,
    LoginNotFound,
    WrongCode,
)
from shunyue.identity.records import LOGIN_ENDED, Customer, StaffMember
from shunyue.kernel import audit, throttle
from shunyue.kernel.crypto import Vault
from shunyue.kernel.database import Transaction
from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import Actor, ActorKind

RESEND_AFTER = timedelta(seconds=60)
CODE_LIFETIME = timedelta(minutes=5)
CODE_TRIES = 5
CODES_PER_DAY = 10
CUSTOMER_LOGIN_LIFETIME = timedelta(days=90)
STAFF_LOGIN_LIFETIME = timedelta(days=14)
PREVIOUS_TOKEN_GRACE = timedelta(seconds=60)
RETRY_WINDOW = timedelta(minutes=10)

_PASSWORDS = argon2.PasswordHasher()
# Compared against when there is no such account, so that timing does not tell.
_NOBODY = _PASSWORDS.hash(secrets.token_hex(16))


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A live login: who acts, and the secret that renews its access tokens."""

    actor: Actor
    refresh_token: str


async def send_login_code(tx: Transaction, vault: Vault, sender: CodeSender, *, phone: str) -> None:
    """Send a fresh code to `phone`; earlier codes stop working.

    Raises `CodeSentRecently` within a minute of the last one, `TooManyRequests` past ten a day.
    """
    sent_at = await tx.connection.fetchval(
        "SELECT sent_at FROM login_code WHERE merchant_id = $1 AND phone = $2 FOR UPDATE",
        tx.merchant_id,
        phone,
    )
    if sent_at is not None and tx.now < sent_at + RESEND_AFTER:
        wait = (sent_at + RESEND_AFTER - tx.now).total_seconds()
        raise CodeSentRecently(retry_after_seconds=max(1, round(wait)))
    await throttle.count_try(
        tx, f"login_code:{phone}", limit=CODES_PER_DAY, window=timedelta(days=1)
    )
    code = f"{secrets.randbelow(1_000_000):06d}"
    await tx.connection.execute(
        "INSERT INTO login_code (merchant_id, phone, code_hash, sent_at, expires_at, tries_left)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (merchant_id, phone) DO UPDATE SET"
        " code_hash = excluded.code_hash, sent_at = excluded.sent_at,"
        " expires_at = excluded.expires_at, tries_left = excluded.tries_left",
        tx.merchant_id,
        phone,
        vault.fingerprint(f"{phone}:{code}"),
        tx.now,
        tx.now + CODE_LIFETIME,
        CODE_TRIES,
    )
    await sender.send(tx, phone, code)


async def use_login_code(
    tx: Transaction, vault: Vault, *, phone: str, code: str
) -> WrongCode | CodeExpired | None:
    """Use up the code sent to `phone`. A refusal is returned, not raised: the try must count."""
    row = await tx.connection.fetchrow(
        "SELECT code_hash, expires_at, tries_left FROM login_code"
        " WHERE merchant_id = $1 AND phone = $2 FOR UPDATE",
        tx.merchant_id,
        phone,
    )
    if row is None or row["expires_at"] <= tx.now or row["tries_left"] == 0:
        return CodeExpired()
    if hmac.compare_digest(row["code_hash"], vault.fingerprint(f"{phone}:{code}")):
        await tx.connection.execute(
            "UPDATE login_code SET tries_left = 0 WHERE merchant_id = $1 AND phone = $2",
            tx.merchant_id,
            phone,
        )
        return None
    await tx.connection.execute(
        "UPDATE login_code SET tries_left = tries_left - 1 WHERE merchant_id = $1 AND phone = $2",
        tx.merchant_id,
        phone,
    )
    return WrongCode(attempts_left=row["tries_left"] - 1)


async def sign_in_customer(
    tx: Transaction, vault: Vault, *, phone: str, device: str, asked_with: bytes
) -> tuple[SignedIn, Customer]:
    """Open a login for whoever has proved to own `phone`, adding them when they are new."""
    customer = await queries.customer_with_phone(tx, new_id(), phone)
    actor = Actor("customer", tx.merchant_id, customer.id, new_id())
    signed_in = await _open_login(
        tx, vault, actor, device=device, asked_with=asked_with, lifetime=CUSTOMER_LOGIN_LIFETIME
    )
    return signed_in, customer


async def is_password_right(staff: StaffMember | None, password: str) -> bool:
    """Check a password; takes as long for nobody as for somebody. Runs beside the event loop."""
    stored = staff.password_hash if staff else _NOBODY
    try:
        await asyncio.to_thread(_PASSWORDS.verify, stored, password)
    except argon2.exceptions.VerifyMismatchError:
        return False
    return staff is not None


def password_hash(password: str) -> str:
    """Return the Argon2id hash to store for a password."""
    return _PASSWORDS.hash(password)


async def sign_in_staff(
    tx: Transaction, vault: Vault, *, staff: StaffMember, device: str, asked_with: bytes
) -> SignedIn:
    """Open a login for a member of staff whose password was right."""
    await throttle.forget_tries(tx, f"staff_login:{staff.account}")
    actor = Actor("staff", tx.merchant_id, staff.id, new_id(), staff.role)
    signed_in = await _open_login(
        tx, vault, actor, device=device, asked_with=asked_with, lifetime=STAFF_LOGIN_LIFETIME
    )
    await audit.record(tx, "login.opened", staff.id, device=device)
    return signed_in


async def continue_login(tx: Transaction, vault: Vault, *, asked_with: bytes) -> SignedIn | None:
    """Answer the retry of a sign-in whose first answer was lost: same login, fresh secret."""
    row = await tx.connection.fetchrow(
        "SELECT id, actor_kind, actor_id, refresh_hash FROM login WHERE merchant_id = $1"
        " AND asked_with = $2 AND ended_at IS NULL AND created_at > $3 FOR UPDATE",
        tx.merchant_id,
        asked_with,
        tx.now - RETRY_WINDOW,
    )
    if row is None:
        return None
    return await _renew(tx, vault, row["id"], row["actor_kind"], row["actor_id"])


async def refresh_login(tx: Transaction, vault: Vault, *, refresh_token: str) -> SignedIn:
    """Renew a login: a new secret each time; the one before works for a minute (lost answers).

    Raises `LoginEnded`, also for a secret that was replaced longer ago: somebody copied it.
    """
    login_id, secret = _parts(refresh_token)
    row = await tx.connection.fetchrow(
        "SELECT id, actor_kind, actor_id, refresh_hash, previous_hash, last_used_at FROM login"
        " WHERE merchant_id = $1 AND id = $2 AND ended_at IS NULL AND expires_at > $3 FOR UPDATE",
        tx.merchant_id,
        login_id,
        tx.now,
    )
    if row is None:
        raise LoginEnded
    offered = vault.fingerprint(secret)
    if not hmac.compare_digest(offered, row["refresh_hash"]):
        is_previous = row["previous_hash"] is not None and hmac.compare_digest(
            offered, row["previous_hash"]
        )
        if not is_previous or tx.now > row["last_used_at"] + PREVIOUS_TOKEN_GRACE:
            raise LoginEnded
    return await _renew(tx, vault, row["id"], row["actor_kind"], row["actor_id"])


async def end_login(tx: Transaction, *, login_id: UUID, actor_id: UUID) -> None:
    """Sign a device out. Its sockets close at once, its access token dies with it."""
    ended = await tx.connection.fetchval(
        "UPDATE login SET ended_at = $4"
        " WHERE merchant_id = $1 AND id = $2 AND actor_id = $3 AND ended_at IS NULL RETURNING id",
        tx.merchant_id,
        login_id,
        actor_id,
        tx.now,
    )
    if ended is None:
        raise LoginNotFound
    await audit.record(tx, "login.ended", actor_id, login_id=str(login_id))
    tx.announce(f"{LOGIN_ENDED}{login_id}")


async def _open_login(
    tx: Transaction,
    vault: Vault,
    actor: Actor,
    *,
    device: str,
    asked_with: bytes,
    lifetime: timedelta,
) -> SignedIn:
    secret = secrets.token_urlsafe(32)
    await tx.connection.execute(
        "INSERT INTO login (merchant_id, id, actor_kind, actor_id, refresh_hash, asked_with,"
        " device, created_at, last_used_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)",
        tx.merchant_id,
        actor.login_id,
        actor.kind,
        actor.id,
        vault.fingerprint(secret),
        asked_with,
        device[:200],
        tx.now,
        tx.now + lifetime,
    )
    return SignedIn(actor=actor, refresh_token=f"{actor.login_id}.{secret}")


async def _renew(
    tx: Transaction, vault: Vault, login_id: UUID, kind: ActorKind, actor_id: UUID
) -> SignedIn:
    role = ""
    if kind == "staff":
        staff = await queries.staff_by_id(tx, actor_id)
        if staff is None:
            raise LoginEnded
        role = staff.role
    secret = secrets.token_urlsafe(32)
    await tx.connection.execute(
        "UPDATE login SET previous_hash = refresh_hash, refresh_hash = $3, last_used_at = $4"
        " WHERE merchant_id = $1 AND id = $2",
        tx.merchant_id,
        login_id,
        vault.fingerprint(secret),
        tx.now,
    )
    actor = Actor(kind, tx.merchant_id, actor_id, login_id, role)
    return SignedIn(actor=actor, refresh_token=f"{login_id}.{secret}")


def _parts(refresh_token: str) -> tuple[UUID, str]:
    login_id, _, secret = refresh_token.partition(".")
    try:
        return UUID(login_id), secret
    except ValueError:
        raise LoginEnded from None
