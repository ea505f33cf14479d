"""The hub: what a client that comes back gets, and what happens to one that does not read."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shunyue.identity.api import Merchant
from shunyue.kernel.database import Database
from shunyue.realtime.hub import REPLAYED_AT_MOST, TOO_SLOW, Hub, Subscriber, TopicKey

_TOPIC = "offering:1"


@pytest.fixture
async def hub(database: Database) -> AsyncIterator[Hub]:
    """A hub that hands out what is written."""
    hub = Hub(database)
    running = asyncio.create_task(hub.run())
    yield hub
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
def key(merchant: Merchant) -> TopicKey:
    """The topic of these tests."""
    return (merchant.merchant_id, _TOPIC)


@pytest.fixture
def subscriber(hub: Hub) -> Subscriber:
    """A client's mailbox."""
    one = Subscriber()
    hub.join(one)
    return one


async def write(database: Database, key: TopicKey, count: int) -> None:
    """Write pushes as the projection does."""
    async with database.across_merchants() as connection, connection.transaction():
        last = await connection.fetchval(
            "INSERT INTO topic (merchant_id, name, seq) VALUES ($1, $2, $3)"
            " ON CONFLICT (merchant_id, name) DO UPDATE SET seq = topic.seq + $3 RETURNING seq",
            *key,
            count,
        )
        await connection.executemany(
            "INSERT INTO topic_message (merchant_id, topic, seq, name, payload)"
            " VALUES ($1, $2, $3, 'slots_changed', $4)",
            [(*key, last - n, {"n": last - n}) for n in reversed(range(count))],
        )


async def read_until(subscriber: Subscriber, seq: int) -> list[dict[str, Any]]:
    """Read a mailbox until the push of that number has come."""
    heard: list[dict[str, Any]] = []
    async with asyncio.timeout(20):
        while not heard or heard[-1].get("seq", -1) < seq or heard[-1]["type"] == "subscribed":
            text = await subscriber.queue.get()
            assert isinstance(text, str), text
            heard.append(json.loads(text))
    return heard


def numbers(heard: list[dict[str, Any]]) -> list[int]:
    """Return the numbers of the pushes in what was heard."""
    return [one["seq"] for one in heard if one["type"] == "event"]


@pytest.mark.req("TE-01")
class TestCatchingUp:
    async def test_begins_after_what_the_client_has_seen(
        self, hub: Hub, database: Database, subscriber: Subscriber, key: TopicKey
    ) -> None:
        await write(database, key, 10)

        await hub.subscribe(subscriber, key, _TOPIC, 4)

        heard = await read_until(subscriber, 10)
        assert heard[0] == {"type": "subscribed", "topic": _TOPIC, "seq": 4}
        assert numbers(heard) == [5, 6, 7, 8, 9, 10]

    async def test_is_not_wanted_without_a_since(
        self, hub: Hub, database: Database, subscriber: Subscriber, key: TopicKey
    ) -> None:
        await write(database, key, 10)
        await hub.subscribe(subscriber, key, _TOPIC, None)

        await write(database, key, 1)
        hub.heard("pushes")

        heard = await read_until(subscriber, 11)
        assert heard[0]["seq"] == 10
        assert numbers(heard) == [11]

    async def test_of_more_than_is_replayed_is_a_reset(
        self, hub: Hub, database: Database, subscriber: Subscriber, key: TopicKey
    ) -> None:
        await write(database, key, REPLAYED_AT_MOST + 1)

        await hub.subscribe(subscriber, key, _TOPIC, 0)

        text = subscriber.queue.get_nowait()
        assert json.loads(str(text)) == {
            "type": "reset", "topic": _TOPIC, "seq": REPLAYED_AT_MOST + 1
        }  # fmt: skip
        assert subscriber.queue.empty()

    async def test_of_what_was_forgotten_is_a_reset_and_goes_on_from_there(
        self, hub: Hub, database: Database, subscriber: Subscriber, key: TopicKey
    ) -> None:
        await write(database, key, 10)
        async with database.across_merchants() as connection:
            await connection.execute("DELETE FROM topic_message WHERE seq <= 3")

        await hub.subscribe(subscriber, key, _TOPIC, 1)
        await write(database, key, 1)
        hub.heard("pushes")

        heard = await read_until(subscriber, 11)
        assert heard[0] == {"type": "reset", "topic": _TOPIC, "seq": 10}
        assert numbers(heard) == [11]

    async def test_from_a_number_of_the_future_goes_on_from_now(
        self, hub: Hub, database: Database, subscriber: Subscriber, key: TopicKey
    ) -> None:
        await write(database, key, 2)
        await hub.subscribe(subscriber, key, _TOPIC, 99)

        await write(database, key, 1)
        hub.heard("pushes")

        assert numbers(await read_until(subscriber, 3)) == [3]

    async def test_while_pushes_arrive_loses_none_and_repeats_none(
        self, hub: Hub, database: Database, key: TopicKey
    ) -> None:
        clients = [Subscriber() for _ in range(30)]
        for one in clients:
            hub.join(one)

        async def keep_writing() -> None:
            for _ in range(60):
                await write(database, key, 2)
                hub.heard("pushes")

        async def come_back_one_by_one() -> None:
            for one in clients:
                await hub.subscribe(one, key, _TOPIC, 0)

        await asyncio.gather(keep_writing(), come_back_one_by_one())

        for one in clients:
            assert numbers(await read_until(one, 120)) == list(range(1, 121))


class TestClientThatDoesNotRead:
    async def test_is_cut_off_and_the_others_go_on(
        self, hub: Hub, database: Database, key: TopicKey
    ) -> None:
        slow, quick = Subscriber(), Subscriber()
        for one in (slow, quick):
            hub.join(one)
            await hub.subscribe(one, key, _TOPIC, None)

        for n in range(60):
            await write(database, key, 10)
            hub.heard("pushes")
            assert numbers(await read_until(quick, 10 * n + 10))[-1] == 10 * n + 10

        assert TOO_SLOW in [slow.queue.get_nowait() for _ in range(slow.queue.qsize())]

    async def test_catches_up_when_it_comes_back(
        self, hub: Hub, database: Database, subscriber: Subscriber, key: TopicKey
    ) -> None:
        await write(database, key, 400)
        await hub.subscribe(subscriber, key, _TOPIC, 150)

        assert numbers(await read_until(subscriber, 400)) == list(range(151, 401))


class TestUnsubscribing:
    async def test_ends_the_pushes_of_that_topic_alone(
        self, hub: Hub, database: Database, subscriber: Subscriber, key: TopicKey
    ) -> None:
        other = (key[0], "offering:2")
        await hub.subscribe(subscriber, key, _TOPIC, None)
        await hub.subscribe(subscriber, other, "offering:2", None)

        hub.unsubscribe(subscriber, key)
        await write(database, key, 1)
        await write(database, other, 1)
        hub.heard("pushes")

        heard = await read_until(subscriber, 1)
        assert [one["topic"] for one in heard if one["type"] == "event"] == ["offering:2"]

    async def test_of_what_was_never_subscribed_changes_nothing(
        self, hub: Hub, subscriber: Subscriber, key: TopicKey
    ) -> None:
        hub.unsubscribe(subscriber, key)

        hub.leave(subscriber)
