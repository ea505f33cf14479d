"""The outbox: a fact is handled once by each who reacts, whatever happens on the way."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import asyncpg
import pytest

from shunyue.kernel import audit
from shunyue.kernel.database import Connection, Database, Transaction
from shunyue.kernel.events import Event
from shunyue.kernel.ids import new_id
from shunyue.kernel.outbox import Deliverer, Relay, StoredEvent, Subscription
from shunyue.kernel.tokens import system_actor
from tests.builders.studio import NOON, Studio


class BellRang(Event, frozen=True, kw_only=True):
    """Somebody is at the door."""

    name: ClassVar[str] = "house.bell_rang.v1"

    visitor_id: UUID


async def open_door(tx: Transaction, event: BellRang) -> None:
    """Take effect: leave a row that counts."""
    await audit.record(tx, "door.opened", event.visitor_id)


async def bark(tx: Transaction, event: BellRang) -> None:
    """Take another effect."""
    await audit.record(tx, "dog.barked", event.visitor_id)


async def stumble(tx: Transaction, event: BellRang) -> None:
    """Take effect and fail then."""
    await audit.record(tx, "stairs.fallen", event.visitor_id)
    raise RuntimeError("the stairs are wet")


_DOOR, _DOG, _STAIRS = (Subscription(BellRang, one) for one in (open_door, bark, stumble))


async def _nothing(connection: Connection, events: Sequence[StoredEvent]) -> set[str]:
    return set()


class House:
    """One worker of a studio."""

    def __init__(self, studio: Studio, *subscriptions: Subscription) -> None:
        self.studio = studio
        self.relay = Relay(studio.database, subscriptions, _nothing, lambda _: None)
        self.deliverer = Deliverer(studio.database, subscriptions)

    async def ring(self) -> UUID:
        """Emit one event."""
        visitor_id = new_id()
        async with self.studio.database.begin(system_actor(self.studio.merchant_id)) as tx:
            tx.emit(BellRang(visitor_id=visitor_id))
        return visitor_id

    async def deliver_all(self) -> int:
        """Deliver what is due; returns how many tries that took."""
        tries = 0
        while await self.deliverer.run_once():
            tries += 1
        return tries

    async def done(self, action: str) -> int:
        """Count an effect."""
        count: int = await self.studio.value(
            "SELECT count(*) FROM audit_entry WHERE merchant_id = $1 AND action = $2", action
        )
        return count

    async def deliveries(self) -> list[Any]:
        """Read how the deliveries stand."""
        async with self.studio.database.across_merchants() as connection:
            rows: list[Any] = await connection.fetch(
                "SELECT handler, attempts, delivered_at, due_at, last_error FROM outbox_delivery"
                " ORDER BY handler"
            )
        return rows


class TestOnce:
    async def test_each_handler_takes_effect_once(self, studio: Studio) -> None:
        house = House(studio, _DOOR, _DOG)
        await house.ring()

        await house.relay.run_once()
        await house.deliver_all()
        await house.relay.run_once()
        await house.deliver_all()

        assert (await house.done("door.opened"), await house.done("dog.barked")) == (1, 1)

    async def test_event_relayed_again_is_not_delivered_again(self, studio: Studio) -> None:
        house = House(studio, _DOOR)
        await house.ring()
        await house.relay.run_once()
        await house.deliver_all()
        await studio.change("UPDATE outbox SET relayed_at = NULL WHERE merchant_id = $1")

        await house.relay.run_once()
        await house.deliver_all()

        assert await house.done("door.opened") == 1

    async def test_workers_at_once_deliver_each_event_once(self, studio: Studio) -> None:
        houses = [House(studio, _DOOR, _DOG) for _ in range(4)]
        for _ in range(20):
            await houses[0].ring()

        await asyncio.gather(*(one.relay.run_once() for one in houses))
        await asyncio.gather(*(one.deliver_all() for one in houses))

        assert (await houses[0].done("door.opened"), await houses[0].done("dog.barked")) == (20, 20)

    async def test_one_worker_relays_at_a_time(self, studio: Studio) -> None:
        houses = [House(studio, _DOOR) for _ in range(4)]
        for _ in range(20):
            await houses[0].ring()

        relayed = await asyncio.gather(*(one.relay.run_once() for one in houses))

        assert sum(relayed) == 20

    async def test_crash_between_effect_and_mark_takes_effect_once(self, studio: Studio) -> None:
        house = House(studio, _DOOR)
        await house.ring()
        await house.relay.run_once()
        await studio.owner.execute(
            "CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$"
        )
        await studio.owner.execute(
            "CREATE TRIGGER crash BEFORE UPDATE OF delivered_at ON outbox_delivery"
            " FOR EACH ROW EXECUTE FUNCTION crash()"
        )
        await studio.owner.execute("ALTER FUNCTION crash() SECURITY DEFINER")
        await _survive(house)
        assert await house.done("door.opened") == 0
        await studio.owner.execute("DROP TRIGGER crash ON outbox_delivery")
        await studio.move_clock(3600)

        await house.deliver_all()

        assert await house.done("door.opened") == 1

    async def test_event_of_a_failed_transaction_never_happened(self, studio: Studio) -> None:
        house = House(studio, _DOOR)

        with pytest.raises(RuntimeError):
            await _ring_and_fail(studio)

        assert await house.relay.run_once() == 0


class TestFailing:
    async def test_failed_handler_is_tried_later_and_later(self, studio: Studio) -> None:
        house = House(studio, _STAIRS)
        now = NOON
        await studio.stop_clock(now)
        await house.ring()
        await house.relay.run_once()
        waits = []
        for _ in range(12):
            assert await house.deliver_all() == 1
            [delivery] = await house.deliveries()
            waits.append((delivery["due_at"] - now).total_seconds())
            now = delivery["due_at"]
            await studio.stop_clock(now - timedelta(microseconds=1))
            assert await house.deliver_all() == 0
            await studio.stop_clock(now)

        assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]

    async def test_failed_handler_has_no_effect_and_leaves_its_error(self, studio: Studio) -> None:
        house = House(studio, _STAIRS)
        await house.ring()
        await house.relay.run_once()

        await house.deliver_all()

        [delivery] = await house.deliveries()
        assert await house.done("stairs.fallen") == 0
        assert (delivery["attempts"], delivery["delivered_at"]) == (1, None)
        assert "the stairs are wet" in delivery["last_error"]

    async def test_others_are_not_affected(self, studio: Studio) -> None:
        house = House(studio, _STAIRS, _DOOR)
        for _ in range(3):
            await house.ring()
        await house.relay.run_once()

        await house.deliver_all()

        assert await house.done("door.opened") == 3


class TestWhose:
    async def test_handler_acts_as_the_merchant_of_the_event(
        self, studio: Studio, database: Database
    ) -> None:
        house = House(studio, _DOOR)
        await house.ring()
        await house.relay.run_once()

        await house.deliver_all()

        owner: asyncpg.Connection = studio.owner
        assert await owner.fetchval("SELECT merchant_id FROM audit_entry") == studio.merchant_id


async def _survive(house: House) -> None:
    """Let the worker lose its connection, as its loop does."""
    try:
        await house.deliverer.run_once()
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        return


async def _ring_and_fail(studio: Studio) -> None:
    async with studio.database.begin(system_actor(studio.merchant_id)) as tx:
        tx.emit(BellRang(visitor_id=new_id()))
        raise RuntimeError
