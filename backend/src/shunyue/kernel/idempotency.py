"""Idempotent answers: the same POST sent twice has one effect and gets the same answer.

The key is the client's, one per action of a person. While the first request runs, a second one
gets 409; afterwards it gets the stored answer; with another body it gets 422. Refusals are not
stored: they had no effect, so a retry is judged anew.
"""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import msgspec

from shunyue.kernel.database import Database, Transaction
from shunyue.kernel.errors import IdempotencyKeyReused, RequestInProgress
from shunyue.kernel.tokens import Actor

P = TypeVar("P")
F = TypeVar("F")

KEPT_FOR = timedelta(hours=24)
_GIVEN_UP_AFTER = timedelta(seconds=60)


class Ask(msgspec.Struct, frozen=True):
    """A POST as idempotency sees it: whose, under which key, and what exactly."""

    actor: Actor
    key: UUID
    fingerprint: bytes

    @classmethod
    def of(cls, actor: Actor, key: UUID, path: str, body: bytes) -> "Ask":
        """Fingerprint a request; the path counts, so a key can't wander between routes."""
        return cls(actor, key, hashlib.sha256(path.encode() + b"\n" + body).digest())

    @property
    def owner(self) -> UUID:
        """Whose keys these are; visitors share one space, their keys are random anyway."""
        return self.actor.id or self.actor.merchant_id


class Answer(msgspec.Struct, frozen=True):
    """What was answered: status and JSON body."""

    status: int
    body: bytes


async def answer_once(
    database: Database, ask: Ask, status: int, work: Callable[[Transaction], Awaitable[object]]
) -> Answer:
    """Run `work` in one transaction together with its stored answer."""
    lock = int.from_bytes(ask.key.bytes[8:], "big", signed=True)
    async with database.begin(ask.actor, lock=lock) as tx:
        if (known := await _stored(tx, ask)) is not None:
            return known
        answer = Answer(status, msgspec.json.encode(await work(tx)))
        await tx.connection.execute(
            "INSERT INTO idempotent_answer"
            " (merchant_id, actor_id, key, request_hash, status, body, started_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)"
            " ON CONFLICT (merchant_id, actor_id, key) DO UPDATE"
            " SET status = excluded.status, body = excluded.body",
            tx.merchant_id,
            ask.owner,
            ask.key,
            ask.fingerprint,
            answer.status,
            answer.body,
            tx.now,
        )
    return answer


async def answer_once_in_steps(
    database: Database,
    ask: Ask,
    status: int,
    *,
    before: Callable[[Transaction], Awaitable[P]],
    between: Callable[[P], Awaitable[F]],
    after: Callable[[Transaction, F], Awaitable[object]],
) -> Answer:
    """Run a command that calls a provider: a transaction before, the call, and one after it.

    A second request meanwhile gets 409. If the first died on the way, a later one runs all of it
    again: such commands find their own intent and go on from there.
    """
    async with database.begin(ask.actor) as tx:
        if (known := await _started(tx, ask)) is not None:
            return known
        plan = await before(tx)
    try:
        found = await between(plan)
        async with database.begin(ask.actor) as tx:
            answer = Answer(status, msgspec.json.encode(await after(tx, found)))
            await tx.connection.execute(
                "UPDATE idempotent_answer SET status = $4, body = $5"
                " WHERE merchant_id = $1 AND actor_id = $2 AND key = $3",
                tx.merchant_id,
                ask.owner,
                ask.key,
                answer.status,
                answer.body,
            )
    except BaseException:
        async with database.begin(ask.actor) as tx:
            await tx.connection.execute(
                "DELETE FROM idempotent_answer"
                " WHERE merchant_id = $1 AND actor_id = $2 AND key = $3 AND status IS NULL",
                tx.merchant_id,
                ask.owner,
                ask.key,
            )
        raise
    return answer


async def _started(tx: Transaction, ask: Ask) -> Answer | None:
    begun = await tx.connection.fetchval(
        "INSERT INTO idempotent_answer AS a"
        " (merchant_id, actor_id, key, request_hash, started_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (merchant_id, actor_id, key) DO UPDATE SET started_at = $5"
        " WHERE a.status IS NULL AND a.request_hash = $4 AND a.started_at < $5 - $6::interval"
        " RETURNING true",
        tx.merchant_id,
        ask.owner,
        ask.key,
        ask.fingerprint,
        tx.now,
        _GIVEN_UP_AFTER,
    )
    return None if begun else await _stored(tx, ask, is_running=True)


async def _stored(tx: Transaction, ask: Ask, *, is_running: bool = False) -> Answer | None:
    row = await tx.connection.fetchrow(
        "SELECT request_hash, status, body FROM idempotent_answer"
        " WHERE merchant_id = $1 AND actor_id = $2 AND key = $3",
        tx.merchant_id,
        ask.owner,
        ask.key,
    )
    if row is None:
        return None
    if row["request_hash"] != ask.fingerprint:
        raise IdempotencyKeyReused
    if row["status"] is None:
        if is_running:
            raise RequestInProgress
        return None
    return Answer(row["status"], row["body"])


async def forget_old_answers(tx: Transaction) -> None:
    """Delete answers that no client will ask for again."""
    await tx.connection.execute(
        "DELETE FROM idempotent_answer WHERE merchant_id = $1 AND started_at < $2",
        tx.merchant_id,
        tx.now - KEPT_FOR,
    )
