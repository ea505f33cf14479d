"""Pushes are numbered without gaps per topic, by any number of relays."""

import asyncio
import json
from collections import defaultdict
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shunyue.booking.api import PlaceTaker, Wish
from shunyue.catalog.api import RulesChanged
from shunyue.identity.api import Merchant
from shunyue.kernel.database import Database
from shunyue.kernel.ids import new_id
from shunyue.kernel.outbox import Relay
from shunyue.kernel.tokens import system_actor
from shunyue.realtime.projection import project
from tests.builders.supply import make_customer, make_offering, make_resource, make_slot
from tests.conftest import add_merchant


async def pushes(dsn: str) -> dict[tuple[UUID, str], list[Any]]:
    """Read everything that was pushed, by topic, in the order of writing."""
    owner = await asyncpg.connect(dsn)
    await owner.set_type_codec("jsonb", encoder=str, decoder=json.loads, schema="pg_catalog")
    rows = await owner.fetch("SELECT * FROM topic_message ORDER BY id")
    await owner.close()
    found = defaultdict(list)
    for row in rows:
        found[row["merchant_id"], row["topic"]].append(row)
    return dict(found)


def relay_of(database: Database, announced: list[str]) -> Relay:
    """Make a relay of a process of its own."""
    return Relay(database, (), project, announced.extend)


async def hold_a_place(database: Database, pool: asyncpg.Pool, merchant_id: UUID) -> None:
    """Let something happen."""
    offering = await make_offering(database, merchant_id)
    slot = await make_slot(database, merchant_id, offering)
    customer = await make_customer(database, merchant_id)
    wish = Wish(slot, 1, customer.id or slot, new_id())
    await PlaceTaker(pool, lambda _: None).hold(merchant_id, wish)


@pytest.mark.req("TE-01")
class TestNumbers:
    async def test_have_no_gap_however_many_relays_run(
        self,
        database: Database,
        pool: asyncpg.Pool,
        merchant: Merchant,
        dsn: str,
        announced: list[str],
    ) -> None:
        merchants = [merchant, await add_merchant(database, "linju")]
        places = PlaceTaker(pool, lambda _: None)
        wishes = []
        for one in merchants:
            for _ in range(2):
                offering = await make_offering(database, one.merchant_id)
                slot = await make_slot(database, one.merchant_id, offering, capacity=50)
                for _ in range(15):
                    customer = await make_customer(database, one.merchant_id)
                    wishes.append((one.merchant_id, Wish(slot, 1, customer.id or slot, new_id())))
        relays = [relay_of(database, announced) for _ in range(4)]
        is_over = asyncio.Event()

        async def relay_on(relay: Relay) -> None:
            is_at_work = True
            while is_at_work:
                is_at_work = bool(await relay.run_once()) or not is_over.is_set()

        async def book() -> None:
            for merchant_id, wish in wishes:
                await places.hold(merchant_id, wish)
            is_over.set()

        await asyncio.gather(book(), *(relay_on(one) for one in relays))
        await relays[0].run_once()

        topics = await pushes(dsn)
        feed = [row for key, rows in topics.items() if key[1] == "board" for row in rows]
        assert len(topics) == 6
        for rows in topics.values():
            assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
        assert [row["name"] for row in feed].count("feed") == len(wishes)

    async def test_belong_to_one_merchant(
        self, database: Database, pool: asyncpg.Pool, merchant: Merchant, dsn: str
    ) -> None:
        neighbour = await add_merchant(database, "linju")
        for one in (merchant, neighbour):
            await hold_a_place(database, pool, one.merchant_id)

        await relay_of(database, []).run_once()

        seqs = {key[0]: rows[0]["seq"] for key, rows in (await pushes(dsn)).items()}
        assert seqs == {merchant.merchant_id: 1, neighbour.merchant_id: 1}

    async def test_are_not_used_up_by_a_relay_that_failed(
        self, database: Database, pool: asyncpg.Pool, merchant: Merchant, dsn: str
    ) -> None:
        await hold_a_place(database, pool, merchant.merchant_id)

        async def fail(connection: Any, events: Any) -> set[str]:
            await project(connection, events)
            raise ConnectionError("gone")

        with pytest.raises(ConnectionError):
            await Relay(database, (), fail, lambda _: None).run_once()
        before = await pushes(dsn)
        await relay_of(database, []).run_once()

        topics = await pushes(dsn)
        assert before == {}
        assert {rows[0]["seq"] for rows in topics.values()} == {1}


@pytest.mark.req("TE-01")
class TestWhatIsPushed:
    async def test_slots_are_shown_as_they_stand_now_once_per_batch(
        self, database: Database, pool: asyncpg.Pool, merchant: Merchant, dsn: str
    ) -> None:
        merchant_id = merchant.merchant_id
        offering = await make_offering(database, merchant_id)
        slot = await make_slot(database, merchant_id, offering, capacity=10)
        for _ in range(3):
            customer = await make_customer(database, merchant_id)
            wish = Wish(slot, 2, customer.id or slot, new_id())
            await PlaceTaker(pool, lambda _: None).hold(merchant_id, wish)

        await relay_of(database, []).run_once()

        rows = (await pushes(dsn))[merchant_id, f"offering:{offering}"]
        shown = [(one["id"], one["places_left"]) for one in rows[0]["payload"]["slots"]]
        assert len(rows) == 1
        assert shown == [(str(slot), 4)]

    async def test_slots_that_share_somebody_are_pushed_too(
        self, database: Database, pool: asyncpg.Pool, merchant: Merchant, dsn: str
    ) -> None:
        merchant_id = merchant.merchant_id
        teacher = await make_resource(database, merchant_id)
        offerings = [await make_offering(database, merchant_id) for _ in range(2)]
        slots = [
            await make_slot(database, merchant_id, one, resource_id=teacher) for one in offerings
        ]
        customer = await make_customer(database, merchant_id)
        wish = Wish(slots[0], 1, customer.id or slots[0], new_id())

        await PlaceTaker(pool, lambda _: None).hold(merchant_id, wish)
        await relay_of(database, []).run_once()

        topics = await pushes(dsn)
        shared = topics[merchant_id, f"offering:{offerings[1]}"][0]["payload"]["slots"]
        assert [(one["id"], one["state"]) for one in shared] == [(str(slots[1]), "full")]

    async def test_keys_are_announced_after_the_commit(
        self, database: Database, pool: asyncpg.Pool, merchant: Merchant, announced: list[str]
    ) -> None:
        await hold_a_place(database, pool, merchant.merchant_id)

        await relay_of(database, announced).run_once()

        assert set(announced) >= {"pushes", "deliveries", f"slots:{merchant.merchant_id}"}

    async def test_new_rules_are_told_on_the_offerings_topic_without_their_values(
        self, database: Database, merchant: Merchant, dsn: str
    ) -> None:
        offering = await make_offering(database, merchant.merchant_id)
        async with database.begin(system_actor(merchant.merchant_id)) as tx:
            tx.emit(RulesChanged(offering_id=offering, version=2))

        await relay_of(database, []).run_once()

        [row] = (await pushes(dsn))[merchant.merchant_id, f"offering:{offering}"]
        assert (row["name"], row["payload"]) == ("offering_changed", {"rules_version": 2})
