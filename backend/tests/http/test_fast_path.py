"""The fast path says exactly what the framework behind it says."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shunyue.booking.schemas import HoldRead
from shunyue.identity.api import Merchant
from shunyue.kernel.database import Database
from shunyue.kernel.tokens import Actor, system_actor
from tests.builders.callers import Front, open_front, problem, token_of
from tests.builders.supply import make_customer, make_offering, make_resource, make_slot

# An id that nobody has; the same in every process, so that all collect the same tests.
NOBODYS = "01a20a00-0000-7000-8000-000000000001"

_ALWAYS = ("content-type", "x-content-type-options", "referrer-policy")


@pytest.fixture
async def behind(dsn: str, merchant: Merchant) -> AsyncIterator[Front]:
    """The framework alone, on the same database."""
    async with open_front(dsn, slug=merchant.slug, entrance="framework") as front:
        yield front


class Case:
    """A wish that is refused: what to send, and the answer that both must give."""

    def __init__(self, status: int, code: str, **sent: Any) -> None:
        self.refusal = (status, code)
        self.slug = sent.pop("slug", "qihe")
        self.slot: object = sent.pop("slot", None)
        self.headers: dict[str, Any] = sent.pop("headers", {})
        self.content: bytes = sent.pop("content", b'{"party_size": 1}')

    async def ask(self, front: Front, actor: Actor, slot_id: UUID) -> httpx.Response:
        """Send it."""
        headers = {**token_of(actor), "Idempotency-Key": str(uuid4()), **self.headers}
        given = {name: value for name, value in headers.items() if value is not None}
        return await front.client.post(
            f"/v1/m/{self.slug}/slots/{self.slot or slot_id}/holds",
            content=self.content,
            headers={"Content-Type": "application/json", **given},
        )


def told(answer: httpx.Response) -> dict[str, Any]:
    """Return everything of an answer that must not depend on who gave it."""
    body = answer.json() if not answer.is_success else {}
    return {
        "status": answer.status_code,
        "body": {name: value for name, value in body.items() if name != "request_id"},
        "retry-after": answer.headers.get("retry-after"),
    }


ABOUT_THE_REQUEST = {
    "no token": Case(401, "unauthenticated", headers={"Authorization": None}),
    "no bearer": Case(401, "unauthenticated", headers={"Authorization": "Basic eDp4"}),
    "not a token": Case(401, "unauthenticated", headers={"Authorization": "Bearer x.y"}),
    "unknown merchant": Case(404, "merchant_not_found", slug="nobody"),
    "no key": Case(422, "idempotency_key_missing", headers={"Idempotency-Key": None}),
    "key of another kind": Case(422, "idempotency_key_missing", headers={"Idempotency-Key": "7"}),
    "slot of another kind": Case(404, "not_found", slot="seven"),
    "unknown slot": Case(404, "slot_not_found", slot=uuid4()),
    "broken body": Case(422, "invalid_request", content=b"{"),
    "empty body": Case(422, "invalid_request", content=b""),
    "unknown field": Case(422, "invalid_request", content=b'{"party_size": 1, "x": 2}'),
    "missing field": Case(422, "invalid_request", content=b"{}"),
    "nobody comes": Case(422, "invalid_request", content=b'{"party_size": 0}'),
    "fewer than nobody": Case(422, "invalid_request", content=b'{"party_size": -3}'),
    "half a person": Case(422, "invalid_request", content=b'{"party_size": 1.5}'),
    "a word": Case(422, "invalid_request", content=b'{"party_size": "two"}'),
    "a crowd": Case(422, "invalid_request", content=b'{"party_size": 10001}'),
    "long body": Case(422, "invalid_request", content=b'{"x": "' + b"y" * 9000 + b'"}'),
    "too large a body": Case(413, "body_too_large", content=b'"' + b"y" * 1_100_000 + b'"'),
}

ABOUT_THE_SLOT: list[tuple[tuple[int, str], dict[str, Any]]] = [
    ((410, "slot_past"), {"starts_in": timedelta(hours=-2)}),
    ((409, "slot_closed"), {"state": "closed"}),
    ((409, "slot_too_late"), {"closes": timedelta(hours=-48)}),
    ((422, "party_too_large"), {"max_party": 1}),
    ((409, "slot_full"), {"taken": 9}),
]


@pytest.mark.req("BK-06")
class TestRefusals:
    async def test_about_the_request_are_the_same(
        self, front: Front, behind: Front, customer: Actor, slot_id: UUID
    ) -> None:
        for name, case in ABOUT_THE_REQUEST.items():
            fast = await case.ask(front, customer, slot_id)
            slow = await case.ask(behind, customer, slot_id)

            assert (fast.status_code, problem(fast)["code"]) == case.refusal, (name, fast.text)
            assert told(fast) == told(slow), name

    async def test_about_the_slot_are_the_same(
        self, front: Front, behind: Front, database: Database, merchant: Merchant, customer: Actor
    ) -> None:
        for refusal, slot in ABOUT_THE_SLOT:
            slot_id = await self._slot(database, merchant.merchant_id, dict(slot))
            case = Case(*refusal, content=b'{"party_size": 2}')

            fast = await case.ask(front, customer, slot_id)
            slow = await case.ask(behind, customer, slot_id)

            assert (fast.status_code, problem(fast)["code"]) == refusal, fast.text
            assert told(fast) == told(slow)

    async def test_of_somebody_busy_elsewhere_are_the_same(
        self, front: Front, behind: Front, database: Database, merchant: Merchant, customer: Actor
    ) -> None:
        merchant_id = merchant.merchant_id
        teacher = await make_resource(database, merchant_id)
        slots = [
            await make_slot(
                database,
                merchant_id,
                await make_offering(database, merchant_id),
                resource_id=teacher,
            )
            for _ in range(2)
        ]
        faster = await make_customer(database, merchant_id)
        await front.post(f"slots/{slots[0]}/holds", faster, {"party_size": 1})
        case = Case(409, "slot_taken")

        fast = await case.ask(front, customer, slots[1])
        slow = await case.ask(behind, customer, slots[1])

        assert (fast.status_code, problem(fast)["code"]) == case.refusal
        assert told(fast) == told(slow)

    async def test_of_a_key_used_for_another_wish_are_the_same(
        self, front: Front, behind: Front, customer: Actor, slot_id: UUID
    ) -> None:
        key = {"Idempotency-Key": str(uuid4())}
        first = await Case(0, "", headers=key).ask(front, customer, slot_id)
        another = Case(422, "idempotency_key_reused", headers=key, content=b'{"party_size": 2}')

        fast = await another.ask(front, customer, slot_id)
        slow = await another.ask(behind, customer, slot_id)

        assert first.status_code == 201
        assert (fast.status_code, problem(fast)["code"]) == another.refusal
        assert told(fast) == told(slow)

    async def _slot(self, database: Database, merchant_id: UUID, slot: dict[str, Any]) -> UUID:
        state, taken = slot.pop("state", None), slot.pop("taken", 0)
        closes = slot.pop("closes", None)
        offering = await make_offering(database, merchant_id)
        slot_id = await make_slot(database, merchant_id, offering, capacity=10, **slot)
        async with database.begin(system_actor(merchant_id)) as tx:
            if state:
                await tx.connection.execute(
                    "UPDATE slot SET state = 'closed', closed_reason = 'closed'"
                    " WHERE merchant_id = $1 AND id = $2",
                    merchant_id,
                    slot_id,
                )
            await tx.connection.execute(
                "UPDATE slot SET places_taken = $3, closes_at = closes_at + $4"
                " WHERE merchant_id = $1 AND id = $2",
                merchant_id,
                slot_id,
                taken,
                closes or timedelta(0),
            )
        return slot_id


@pytest.mark.req("BK-06")
class TestAnswers:
    async def test_of_a_wish_fulfilled_have_the_same_shape(
        self, front: Front, behind: Front, database: Database, merchant: Merchant, slot_id: UUID
    ) -> None:
        people = [await make_customer(database, merchant.merchant_id) for _ in range(2)]

        fast = await front.post(f"slots/{slot_id}/holds", people[0], {"party_size": 1})
        slow = await behind.post(f"slots/{slot_id}/holds", people[1], {"party_size": 1})

        assert (fast.status_code, slow.status_code) == (201, 201)
        assert list(fast.json()) == list(slow.json()) == list(HoldRead.__struct_fields__)

    async def test_of_the_same_wish_twice_are_one_hold_whoever_answers(
        self, front: Front, behind: Front, customer: Actor, slot_id: UUID
    ) -> None:
        wish = Case(201, "", headers={"Idempotency-Key": str(uuid4())})

        answers = [await wish.ask(one, customer, slot_id) for one in (front, behind, front)]

        assert [one.status_code for one in answers] == [201] * 3
        assert len({one.json()["id"] for one in answers}) == 1
        assert len({one.json()["expires_at"] for one in answers}) == 1

    async def test_carry_what_every_answer_carries(
        self, front: Front, behind: Front, customer: Actor, slot_id: UUID
    ) -> None:
        for case in (Case(201, ""), ABOUT_THE_REQUEST["no token"]):
            fast = await case.ask(front, customer, slot_id)
            whole = await front.get("offerings")

            assert {name: fast.headers[name] for name in _ALWAYS} == {
                name: whole.headers[name] for name in _ALWAYS
            }


@pytest.mark.req("TE-07")
class TestAvailability:
    async def test_from_memory_is_what_was_read(
        self, front: Front, behind: Front, database: Database, merchant: Merchant
    ) -> None:
        offering = await make_offering(database, merchant.merchant_id)
        await make_slot(database, merchant.merchant_id, offering)

        first = await front.get(f"offerings/{offering}/availability?days=3")
        again = await front.get(f"offerings/{offering}/availability?days=3")
        slow = await behind.get(f"offerings/{offering}/availability?days=3")

        assert again.content == first.content
        assert again.json()["days"] == slow.json()["days"]

    async def test_from_memory_has_a_validator_like_every_read(
        self, front: Front, database: Database, merchant: Merchant
    ) -> None:
        offering = await make_offering(database, merchant.merchant_id)
        path = f"offerings/{offering}/availability?days=3"
        await front.get(path)

        known = await front.get(path)
        again = await front.get(path, headers={"If-None-Match": known.headers["etag"]})

        assert known.headers["cache-control"] == "no-cache"
        assert again.status_code == 304 or again.headers["etag"] != known.headers["etag"]
        assert again.status_code != 304 or again.content == b""

    @pytest.mark.parametrize(
        "path",
        [
            f"offerings/{NOBODYS}/availability",
            f"offerings/{NOBODYS}/availability?days=0",
            f"offerings/{NOBODYS}/availability?days=32",
            f"offerings/{NOBODYS}/availability?from=soon",
            "offerings/seven/availability",
            f"/v1/m/nobody/offerings/{NOBODYS}/availability",
        ],
    )
    async def test_refusals_are_the_same(self, front: Front, behind: Front, path: str) -> None:
        fast, slow = await front.get(path), await behind.get(path)

        assert fast.status_code >= 400
        assert problem(fast)["code"]
        assert told(fast) == told(slow)
