"""Throttles that count every try, audit rows that stay, and the clock that all share."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from shunyue.kernel import audit, clock
from shunyue.kernel.errors import TooManyRequests
from shunyue.kernel.ids import new_id
from shunyue.kernel.throttle import count_try, forget_tries
from shunyue.kernel.tokens import Actor, system_actor
from tests.builders.studio import NOON, Studio

_WINDOW = timedelta(minutes=15)


async def knock(studio: Studio, key: str = "door") -> bool:
    """Try once; returns whether it was allowed."""
    try:
        async with studio.database.begin(system_actor(studio.merchant_id)) as tx:
            await count_try(tx, key, limit=3, window=_WINDOW)
    except TooManyRequests:
        return False
    return True


class TestThrottle:
    async def test_tries_beyond_the_limit_are_refused_with_the_wait(self, studio: Studio) -> None:
        await studio.stop_clock(NOON)
        allowed = [await knock(studio) for _ in range(4)]
        await studio.stop_clock(NOON + timedelta(minutes=5))

        async with studio.database.begin(system_actor(studio.merchant_id)) as tx:
            with pytest.raises(TooManyRequests) as refusal:
                await count_try(tx, "door", limit=3, window=_WINDOW)

        assert allowed == [True, True, True, False]
        assert refusal.value.params == {"retry_after_seconds": 600}

    async def test_window_begins_anew_at_its_end(self, studio: Studio) -> None:
        await studio.stop_clock(NOON)
        for _ in range(3):
            await knock(studio)
        await studio.stop_clock(NOON + _WINDOW - timedelta(microseconds=1))
        before = await knock(studio)
        await studio.stop_clock(NOON + _WINDOW)

        assert (before, await knock(studio)) == (False, True)

    async def test_tries_at_once_are_all_counted(self, studio: Studio) -> None:
        allowed = await asyncio.gather(*(knock(studio) for _ in range(20)))

        assert allowed.count(True) == 3

    async def test_without_the_row_lock_tries_at_once_are_missed(self, studio: Studio) -> None:
        """A count that is read first and written later lets more than the limit through."""
        await knock(studio, "warm")
        for _ in range(10):
            key = new_id().hex
            allowed = await asyncio.gather(*(_knock_carelessly(studio, key) for _ in range(20)))
            if allowed.count(True) > 3:
                return
        raise AssertionError("the careless count never broke")

    async def test_keys_are_counted_apart(self, studio: Studio) -> None:
        for _ in range(3):
            await knock(studio)

        assert await knock(studio, "window")

    async def test_success_starts_the_count_anew(self, studio: Studio) -> None:
        for _ in range(3):
            await knock(studio)
        async with studio.database.begin(system_actor(studio.merchant_id)) as tx:
            await forget_tries(tx, "door")

        assert await knock(studio)


@pytest.mark.req("MC-05")
class TestAudit:
    async def test_entry_says_who_did_what_when_and_why(self, studio: Studio) -> None:
        await studio.stop_clock(NOON)
        clerk, subject = Actor("staff", studio.merchant_id, new_id(), new_id(), "owner"), new_id()

        async with studio.database.begin(clerk) as tx:
            await audit.record(tx, "order.confirmed", subject, reason="柜台收款", number="1")

        row = await studio.value("SELECT to_jsonb(a) FROM audit_entry a WHERE merchant_id = $1")
        assert (row["actor_kind"], row["actor_id"]) == ("staff", str(clerk.id))
        assert (row["action"], row["subject_id"]) == ("order.confirmed", str(subject))
        assert (row["reason"], row["details"]) == ("柜台收款", {"number": "1"})

    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE audit_entry SET reason = 'other' WHERE merchant_id = $1",
            "DELETE FROM audit_entry WHERE merchant_id = $1",
        ],
    )
    async def test_entry_can_not_be_changed_or_removed(self, studio: Studio, change: str) -> None:
        async with studio.database.begin(system_actor(studio.merchant_id)) as tx:
            await audit.record(tx, "door.opened")

        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await studio.change(change)

    async def test_entries_can_not_be_emptied(self, studio: Studio) -> None:
        async with studio.database.across_merchants() as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("TRUNCATE audit_entry")

    async def test_entry_of_a_failed_command_does_not_exist(self, studio: Studio) -> None:
        with pytest.raises(RuntimeError):
            await _record_and_fail(studio)

        count = await studio.value("SELECT count(*) FROM audit_entry WHERE merchant_id = $1")
        assert count == 0


class TestClock:
    async def test_database_and_server_move_together(self, studio: Studio) -> None:
        before = clock.utc_now()
        await studio.move_clock(7200)
        await clock.follow_database(studio.owner)
        moved = clock.utc_now() - before
        async with studio.database.begin(system_actor(studio.merchant_id)) as tx:
            apart = abs(tx.now - clock.utc_now())
        await studio.move_clock(0)
        await clock.follow_database(studio.owner)

        assert timedelta(hours=2) <= moved < timedelta(hours=2, minutes=5)
        assert apart < timedelta(minutes=1)
        assert clock.offset_seconds() == 0

    async def test_server_without_the_owners_rights_can_not_move_it(self, studio: Studio) -> None:
        async with studio.database.across_merchants() as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(
                    "CREATE OR REPLACE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE"
                    " PARALLEL SAFE AS $$ SELECT now() $$"
                )

    async def test_reset_clock_is_the_one_that_nobody_moved(self, studio: Studio) -> None:
        await studio.move_clock(60)
        await studio.move_clock(0)

        body = await studio.owner.fetchval("SELECT prosrc FROM pg_proc WHERE proname = 'app_now'")
        assert body == clock.UNMOVED_CLOCK


async def _knock_carelessly(studio: Studio, key: str) -> bool:
    """Count as one would without the upsert: read, think, write."""
    async with studio.database.begin(system_actor(studio.merchant_id)) as tx:
        tries = await tx.connection.fetchval(
            "SELECT coalesce(max(tries), 0) FROM throttle WHERE merchant_id = $1 AND key = $2",
            studio.merchant_id,
            key,
        )
        await tx.connection.execute(
            "INSERT INTO throttle (merchant_id, key, window_ends_at, tries)"
            " VALUES ($1, $2, app_now() + interval '1 hour', $3)"
            " ON CONFLICT (merchant_id, key) DO UPDATE SET tries = excluded.tries",
            studio.merchant_id,
            key,
            tries + 1,
        )
    return bool(tries < 3)


async def _record_and_fail(studio: Studio) -> None:
    async with studio.database.begin(system_actor(studio.merchant_id)) as tx:
        await audit.record(tx, "door.opened")
        raise RuntimeError
