"""The same POST sent twice has one effect and gets the same answer."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest

from shunyue.kernel import audit
from shunyue.kernel.database import Transaction
from shunyue.kernel.errors import IdempotencyKeyReused, RequestInProgress
from shunyue.kernel.idempotency import (
    KEPT_FOR,
    Answer,
    Ask,
    answer_once,
    answer_once_in_steps,
    forget_old_answers,
)
from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import system_actor
from tests.builders.studio import NOON, Studio

pytestmark = pytest.mark.req("TE-10")


@pytest.fixture
async def ask(studio: Studio) -> Ask:
    """A customer's POST."""
    return Ask.of(await studio.customer(), new_id(), "/v1/m/qihe/things", b'{"size": 1}')


async def work(tx: Transaction) -> dict[str, str]:
    """Take effect; the answer is another one each time."""
    thing_id = new_id()
    await audit.record(tx, "thing.made", thing_id)
    return {"id": str(thing_id)}


async def made(studio: Studio) -> int:
    """Count the effects."""
    count: int = await studio.value("SELECT count(*) FROM audit_entry WHERE merchant_id = $1")
    return count


class TestOneTransaction:
    async def test_retry_gets_the_stored_answer(self, studio: Studio, ask: Ask) -> None:
        first = await answer_once(studio.database, ask, 201, work)

        second = await answer_once(studio.database, ask, 201, work)

        assert second == first
        assert await made(studio) == 1

    async def test_other_body_under_the_key_is_refused(self, studio: Studio, ask: Ask) -> None:
        await answer_once(studio.database, ask, 201, work)
        other = Ask.of(ask.actor, ask.key, "/v1/m/qihe/things", b'{"size": 2}')

        with pytest.raises(IdempotencyKeyReused):
            await answer_once(studio.database, other, 201, work)

    async def test_key_does_not_wander_between_routes(self, studio: Studio, ask: Ask) -> None:
        await answer_once(studio.database, ask, 201, work)
        other = Ask.of(ask.actor, ask.key, "/v1/m/qihe/others", b'{"size": 1}')

        with pytest.raises(IdempotencyKeyReused):
            await answer_once(studio.database, other, 201, work)

    async def test_key_of_somebody_else_is_another_key(self, studio: Studio, ask: Ask) -> None:
        await answer_once(studio.database, ask, 201, work)
        other = Ask(await studio.customer(), ask.key, ask.fingerprint)

        await answer_once(studio.database, other, 201, work)

        assert await made(studio) == 2

    async def test_second_request_is_told_to_wait_while_the_first_runs(
        self, studio: Studio, ask: Ask
    ) -> None:
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def slow(tx: Transaction) -> object:
            begun.set()
            await go_on.wait()
            return await work(tx)

        first = asyncio.create_task(answer_once(studio.database, ask, 201, slow))
        await begun.wait()
        with pytest.raises(RequestInProgress):
            await answer_once(studio.database, ask, 201, work)
        go_on.set()

        assert await answer_once_after(first, studio, ask) == await first
        assert await made(studio) == 1

    async def test_rush_with_one_key_has_one_effect(self, studio: Studio, ask: Ask) -> None:
        answers = await asyncio.gather(
            *(answer_once(studio.database, ask, 201, work) for _ in range(15)),
            return_exceptions=True,
        )

        assert await made(studio) == 1
        given = [one for one in answers if isinstance(one, Answer)]
        assert given
        assert all(one == given[0] for one in given)
        assert all(isinstance(one, Answer | RequestInProgress) for one in answers)

    async def test_failed_work_is_judged_anew(self, studio: Studio, ask: Ask) -> None:
        async def fail(tx: Transaction) -> object:
            await work(tx)
            raise RuntimeError

        with pytest.raises(RuntimeError):
            await answer_once(studio.database, ask, 201, fail)
        await answer_once(studio.database, ask, 201, work)

        assert await made(studio) == 1

    async def test_answers_are_forgotten_after_a_day(self, studio: Studio, ask: Ask) -> None:
        await studio.stop_clock(NOON)
        await answer_once(studio.database, ask, 201, work)
        for now, left in ((NOON + KEPT_FOR, 1), (NOON + KEPT_FOR + timedelta(seconds=1), 0)):
            await studio.stop_clock(now)
            async with studio.database.begin(system_actor(studio.merchant_id)) as tx:
                await forget_old_answers(tx)

            count = await studio.value(
                "SELECT count(*) FROM idempotent_answer WHERE merchant_id = $1"
            )
            assert count == left


class TestSteps:
    async def test_retry_gets_the_stored_answer(self, studio: Studio, ask: Ask) -> None:
        first = await _in_steps(studio, ask)

        second = await _in_steps(studio, ask)

        assert second == first
        assert await made(studio) == 1

    async def test_second_request_is_told_to_wait_while_the_first_runs(
        self, studio: Studio, ask: Ask
    ) -> None:
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def slow() -> None:
            begun.set()
            await go_on.wait()

        first = asyncio.create_task(_in_steps(studio, ask, slow))
        await begun.wait()
        with pytest.raises(RequestInProgress):
            await _in_steps(studio, ask)
        go_on.set()
        await first

        assert await made(studio) == 1

    async def test_other_body_is_refused_while_the_first_runs(
        self, studio: Studio, ask: Ask
    ) -> None:
        await _crash(studio, ask)
        other = Ask.of(ask.actor, ask.key, "/v1/m/qihe/things", b'{"size": 2}')

        with pytest.raises(IdempotencyKeyReused):
            await _in_steps(studio, other)

    async def test_request_that_died_is_taken_over_after_a_minute(
        self, studio: Studio, ask: Ask
    ) -> None:
        await studio.stop_clock(NOON)
        await _crash(studio, ask)

        await studio.stop_clock(NOON + timedelta(seconds=60))
        with pytest.raises(RequestInProgress):
            await _in_steps(studio, ask)
        await studio.stop_clock(NOON + timedelta(seconds=61))
        await _in_steps(studio, ask)

        assert await made(studio) == 1

    async def test_request_that_died_is_taken_over_by_one(self, studio: Studio, ask: Ask) -> None:
        await studio.stop_clock(NOON)
        await _crash(studio, ask)
        await studio.stop_clock(NOON + timedelta(seconds=61))

        answers = await asyncio.gather(
            *(_in_steps(studio, ask) for _ in range(10)),
            return_exceptions=True,
        )

        assert await made(studio) == 1
        assert all(isinstance(one, Answer | RequestInProgress) for one in answers)

    async def test_refused_work_may_be_tried_again_at_once(self, studio: Studio, ask: Ask) -> None:
        async def refuse() -> None:
            raise RuntimeError

        with pytest.raises(RuntimeError):
            await _in_steps(studio, ask, refuse)

        answer = await _in_steps(studio, ask)

        assert answer.status == 201


async def answer_once_after(first: "asyncio.Task[Answer]", studio: Studio, ask: Ask) -> Answer:
    """Retry once the first request is done."""
    await first
    return await answer_once(studio.database, ask, 201, work)


async def _call() -> None:
    """Call a provider that has nothing to say."""


async def _in_steps(
    studio: Studio, ask: Ask, call: Callable[[], Awaitable[None]] = _call
) -> Answer:
    """Intend, call, and take effect."""

    async def before(tx: Transaction) -> UUID:
        return tx.merchant_id

    async def between(merchant_id: UUID) -> UUID:
        await call()
        return merchant_id

    async def after(tx: Transaction, merchant_id: UUID) -> dict[str, str]:
        assert merchant_id == tx.merchant_id
        return await work(tx)

    return await answer_once_in_steps(
        studio.database, ask, 201, before=before, between=between, after=after
    )


async def _crash(studio: Studio, ask: Ask) -> None:
    """Leave what a request leaves that died on the way: begun, never answered."""
    await studio.change(
        "INSERT INTO idempotent_answer (merchant_id, actor_id, key, request_hash, started_at)"
        " VALUES ($1, $2, $3, $4, app_now())",
        ask.owner,
        ask.key,
        ask.fingerprint,
    )
