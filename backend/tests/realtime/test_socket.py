"""Open pages see what others do, through whichever process, and sockets end with their login."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.product import DEMO_PASSWORD, RunningProduct, SignedInCustomer
from tests.realtime.sockets import Socket


@pytest.fixture(scope="module")
def own_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProduct]:
    """A product whose clock may be moved."""
    running = RunningProduct(tmp_path_factory.mktemp("moving"), processes=2)
    running.start()
    yield running
    running.stop()


def talk_slot(customer: SignedInCustomer) -> dict[str, Any]:
    """Return a slot of the talk that has places left."""
    return customer.free_slots("event")[0]


def topic_of(customer: SignedInCustomer, kind: str) -> str:
    """Return the topic of the demo's offering of a kind."""
    offerings = customer.get("offerings")["items"]
    return f"offering:{next(one['id'] for one in offerings if one['kind'] == kind)}"


def staff_login(product: RunningProduct, account: str = "zhouyu") -> dict[str, Any]:
    """Sign a member of the demo's staff in."""
    answer = product.client.post(
        "/console/v1/logins",
        json={"merchant": "qihe", "account": account, "password": DEMO_PASSWORD},
        headers={"Idempotency-Key": str(uuid4())},
    )
    assert answer.status_code == 201, answer.text
    login: dict[str, Any] = answer.json()
    return login


@pytest.mark.req("TE-01")
class TestPlaces:
    async def test_change_on_every_open_page_through_whichever_server(
        self, product: RunningProduct
    ) -> None:
        customer = product.customer()
        slot = talk_slot(customer)
        # Two processes take new connections in turn; six pages reach both.
        pages = [await Socket.greet(product.url, topic_of(customer, "event")) for _ in range(6)]

        hold = customer.post(f"slots/{slot['id']}/holds", {"party_size": 1})
        left = slot["places_left"] - 1
        pushes = await asyncio.gather(*(one.wait_for_places(slot["id"], left) for one in pages))

        assert hold.status_code == 201, hold.text
        assert len({one["seq"] for one in pushes}) == 1
        customer.delete(f"holds/{hold.json()['id']}")
        await asyncio.gather(*(one.wait_for_places(slot["id"], left + 1) for one in pages))
        for one in pages:
            await one.close()

    @pytest.mark.req("BK-06")
    async def test_come_back_within_two_seconds_of_the_expiry(
        self, own_product: RunningProduct
    ) -> None:
        customer = own_product.customer()
        slot = talk_slot(customer)
        page = await Socket.greet(own_product.url, topic_of(customer, "event"))
        customer.post(f"slots/{slot['id']}/holds", {"party_size": 2})
        await page.wait_for_places(slot["id"], slot["places_left"] - 2)

        own_product.move_clock(15 * 60 + 1)
        moved = time.monotonic()
        await page.wait_for_places(slot["id"], slot["places_left"])

        seconds = time.monotonic() - moved
        await page.close()
        own_product.reset_clock()
        assert seconds < 2

    async def test_are_read_as_pushed_at_once(self, product: RunningProduct) -> None:
        customer = product.customer()
        slot = talk_slot(customer)
        topic = topic_of(customer, "event")
        page = await Socket.greet(product.url, topic)

        customer.post(f"slots/{slot['id']}/holds", {"party_size": 1})
        await page.wait_for_places(slot["id"], slot["places_left"] - 1)
        days = customer.get(f"offerings/{topic.partition(':')[2]}/availability?days=14")["days"]

        await page.close()
        read = next(one for day in days for one in day["slots"] if one["id"] == slot["id"])
        assert read["places_left"] == slot["places_left"] - 1


@pytest.mark.req("TE-01")
class TestOwnNews:
    async def test_orders_and_messages_reach_their_customer_alone(
        self, product: RunningProduct
    ) -> None:
        customer, other = product.customer(), product.customer()
        token = customer.login["access_token"]
        page = await Socket.greet(product.url, "customer:me", token=token)
        others = await Socket.greet(product.url, "customer:me", token=other.login["access_token"])

        number = customer.place_order(talk_slot(customer)["id"])
        changed = await page.wait_for_event("order_changed")
        told = await page.wait_for_event("inbox_message")

        assert changed["data"] == {
            "number": number,
            "state": "awaiting_registration",
            "payment_state": "none",
        }
        assert told["data"]["message"]["order_number"] == number
        assert set(told["data"]["message"]) == set(customer.get("inbox")["items"][0])
        await others.say({"type": "ping"})
        await others.wait_for(lambda one: one["type"] == "pong")
        assert [one for one in others.heard if one["type"] == "event"] == []
        await page.close()
        await others.close()

    @pytest.mark.parametrize("topic", ["customer:me", "board", "customer:x", "outbox", ""])
    async def test_are_refused_to_visitors(self, product: RunningProduct, topic: str) -> None:
        page = await Socket.greet(product.url, topic)

        await page.close()
        assert page.heard[-1] == {"type": "refused", "topic": topic}

    async def test_board_is_for_staff_with_permission(self, product: RunningProduct) -> None:
        customer = product.customer()
        staff = staff_login(product, "qiantai")
        board = await Socket.greet(product.url, "board", token=staff["access_token"])
        page = await Socket.greet(product.url, "board", token=customer.login["access_token"])

        customer.place_order(talk_slot(customer)["id"])
        feed = await board.wait_for_event("feed", lambda data: data["kind"] == "placed")
        await board.wait_for_event("figures_changed")
        await board.wait_for_event("slots_changed")

        assert page.heard[-1] == {"type": "refused", "topic": "board"}
        assert set(feed["data"]) == {
            "id", "at", "kind", "who", "offering_name", "slot_starts_at", "order_number",
            "amount_fen",
        }  # fmt: skip
        await board.close()
        await page.close()


class TestEnd:
    async def test_of_a_login_closes_its_socket_at_once(self, product: RunningProduct) -> None:
        ended, kept = staff_login(product), staff_login(product)
        headers = {"Authorization": f"Bearer {kept['access_token']}"}
        logins = product.client.get("/console/v1/logins", headers=headers).json()["items"]
        staying = await Socket.greet(product.url, "board", token=kept["access_token"])
        closing = [
            await Socket.greet(product.url, "board", token=ended["access_token"]) for _ in range(4)
        ]
        current = next(one for one in logins if one["is_current"])
        mine = {"Authorization": f"Bearer {ended['access_token']}"}

        answer = product.client.delete("/console/v1/logins/current", headers=mine)
        codes = await asyncio.gather(*(one.close_code() for one in closing))

        assert answer.status_code == 204
        assert codes == [4401] * 4
        await staying.say({"type": "ping"})
        await staying.wait_for(lambda one: one["type"] == "pong")
        revoked = product.client.delete(f"/console/v1/logins/{current['id']}", headers=headers)
        assert revoked.status_code == 204
        assert await staying.close_code() == 4401

    async def test_of_a_token_closes_the_socket_unless_renewed(
        self, own_product: RunningProduct
    ) -> None:
        customer = own_product.customer()
        old = customer.login["access_token"]
        own_product.move_clock(598)
        renewed = own_product.client.post(
            "/v1/m/qihe/logins/refresh", json={"refresh_token": customer.login["refresh_token"]}
        )
        ending = await Socket.greet(own_product.url, "customer:me", token=old)
        staying = await Socket.greet(own_product.url, "customer:me", token=old)
        await staying.say({"type": "token", "token": renewed.json()["access_token"]})

        code = await ending.close_code()

        await staying.say({"type": "ping"})
        await staying.wait_for(lambda one: one["type"] == "pong")
        await staying.close()
        own_product.reset_clock()
        assert code == 4401

    @pytest.mark.parametrize(
        "first",
        [
            "words",
            "[]",
            "{}",
            '{"type": "subscribe", "topics": []}',
            '{"type": "hello"}',
            '{"type": "hello", "merchant": "nobody"}',
            '{"type": "hello", "merchant": 7}',
        ],
    )
    async def test_of_a_talk_that_begins_badly(self, product: RunningProduct, first: str) -> None:
        socket = await Socket.open(product.url)

        await socket.say(first)

        assert await socket.close_code() == 4400

    async def test_of_a_talk_that_goes_on_badly(self, product: RunningProduct) -> None:
        socket = await Socket.greet(product.url)

        await socket.say({"type": "hello", "merchant": "qihe"})

        assert await socket.close_code() == 4400

    async def test_of_a_greeting_with_a_false_token(self, product: RunningProduct) -> None:
        socket = await Socket.open(product.url)

        await socket.say({"type": "hello", "merchant": "qihe", "token": "x.y", "topics": []})

        assert await socket.close_code() == 4401


@pytest.mark.req("TE-01")
class TestCatchingUp:
    async def test_after_a_break_nothing_is_missing_and_nothing_comes_twice(
        self, product: RunningProduct
    ) -> None:
        customer = product.customer()
        topic, slot = topic_of(customer, "event"), talk_slot(customer)
        page = await Socket.greet(product.url, topic)
        start = next(one["seq"] for one in page.heard if one["type"] == "subscribed")
        await page.close()
        for size in (1, 2, 1):
            customer.post(f"slots/{slot['id']}/holds", {"party_size": size})
            await asyncio.sleep(0.4)

        back = await Socket.greet(product.url, topic, since={topic: start})
        await back.wait_for_event("slots_changed", lambda data: data["slots"])
        customer.post(f"slots/{slot['id']}/holds", {"party_size": 2})
        await back.wait_for_event(
            "slots_changed",
            lambda data: data["slots"][0]["places_left"] == slot["places_left"] - 2,
        )

        numbers = [one["seq"] for one in back.heard if one["type"] == "event"]
        await back.close()
        assert numbers == list(range(start + 1, start + 1 + len(numbers)))

    async def test_by_polling_gives_the_same_events(self, product: RunningProduct) -> None:
        customer = product.customer()
        topic, slot = topic_of(customer, "event"), talk_slot(customer)
        page = await Socket.greet(product.url, topic)
        start = self._poll(product, topic)["events"]

        customer.post(f"slots/{slot['id']}/holds", {"party_size": 1})
        await page.wait_for_places(slot["id"], slot["places_left"] - 1)
        polled = self._poll(product, topic, f"{topic}:{start[0]['seq']}")["events"]
        pushed = [one for one in page.heard if one["type"] == "event"]

        await page.close()
        assert [one["type"] for one in start] == ["subscribed"]
        assert polled[-len(pushed) :] == pushed
        assert [one["seq"] for one in polled] == list(
            range(start[0]["seq"] + 1, start[0]["seq"] + 1 + len(polled))
        )

    def _poll(self, product: RunningProduct, topic: str, since: str = "") -> Any:
        answer = httpx.get(
            f"{product.url}/v1/m/qihe/events", params={"topics": topic, "since": since}
        )
        assert answer.status_code == 200
        return answer.json()
