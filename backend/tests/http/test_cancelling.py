"""Cancelling over HTTP: what customers are shown, and what staff may do to one order or to many."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shunyue.identity.api import Merchant
from shunyue.kernel.database import Database
from shunyue.kernel.tokens import Actor
from tests.builders.callers import Front, problem, staff_actor
from tests.builders.supply import make_customer

REASON = "老师临时生病，十分抱歉"


@pytest.fixture
def owner(merchant: Merchant) -> Actor:
    """The merchant's owner."""
    return staff_actor(merchant.merchant_id)


@pytest.fixture
async def orders(
    front: Front, database: Database, merchant: Merchant, slot_id: UUID
) -> dict[str, Actor]:
    """Three orders of three customers, not paid."""
    found = {}
    for _ in range(3):
        customer = await make_customer(database, merchant.merchant_id)
        hold = await front.post(f"slots/{slot_id}/holds", customer, {"party_size": 1})
        order = await front.post(f"holds/{hold.json()['id']}/confirmation", customer)
        found[order.json()["number"]] = customer
    return found


async def cancel(front: Front, owner: Actor, number: str, **body: Any) -> Any:
    """Ask to cancel an order at the console."""
    sent = {"reason": REASON, "fee_fen": 0} | body
    return await front.post(f"/console/v1/orders/{number}/cancellation", owner, sent)


@pytest.mark.req("BK-11")
class TestCustomer:
    async def test_sees_what_cancelling_costs_until_it_is_cancelled(
        self, front: Front, customer: Actor, number: str
    ) -> None:
        before = (await front.get(f"orders/{number}", customer)).json()

        answer = await front.post(f"orders/{number}/cancellation", customer, {"fee_fen": 0})

        assert before["cancel_now"] == {"fee_fen": 0, "refund_fen": 0}
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
        assert answer.json()["cancel_now"] is None

    async def test_is_told_the_fee_that_applies_when_another_was_shown(
        self, front: Front, customer: Actor, number: str
    ) -> None:
        answer = await front.post(f"orders/{number}/cancellation", customer, {"fee_fen": 9600})

        assert (answer.status_code, problem(answer)["code"]) == (409, "cancellation_fee_changed")
        assert problem(answer)["params"] == {"fee_fen": 0, "refund_fen": 0}

    @pytest.mark.parametrize("fee_fen", [-1, 1.5, "free", None])
    async def test_names_the_fee_when_it_is_none(
        self, front: Front, customer: Actor, number: str, fee_fen: Any
    ) -> None:
        answer = await front.post(f"orders/{number}/cancellation", customer, {"fee_fen": fee_fen})

        assert answer.status_code == 422
        assert [one["path"] for one in problem(answer)["fields"]] == ["fee_fen"]


@pytest.mark.req("MC-01")
class TestStaff:
    async def test_order_is_cancelled_and_its_customer_reads_why(
        self, front: Front, owner: Actor, orders: dict[str, Actor]
    ) -> None:
        number, customer = next(iter(orders.items()))

        answer = await cancel(front, owner, number, reason=f"  {REASON}\u200b ")

        seen = (await front.get(f"orders/{number}", customer)).json()
        assert answer.status_code == 200
        assert (seen["state"], seen["end_reason"], seen["end_note"]) == (
            "cancelled",
            "merchant",
            REASON,
        )

    @pytest.mark.parametrize(
        ("reason", "code"), [("", "required"), (" \u200b\n", "required"), ("字" * 201, "too_long")]
    )
    async def test_reason_that_says_nothing_or_too_much_is_named(
        self, front: Front, owner: Actor, orders: dict[str, Actor], reason: str, code: str
    ) -> None:
        number = next(iter(orders))

        one = await cancel(front, owner, number, reason=reason)
        many = await front.post(
            "/console/v1/order-cancellations", owner, {"numbers": [number], "reason": reason}
        )

        for answer in (one, many):
            assert answer.status_code == 422
            assert [(f["path"], f["code"]) for f in problem(answer)["fields"]] == [("reason", code)]

    async def test_front_desk_may_not(
        self, front: Front, merchant: Merchant, orders: dict[str, Actor]
    ) -> None:
        desk = staff_actor(merchant.merchant_id, role="front_desk")
        chief = staff_actor(merchant.merchant_id, role="manager")
        number = next(iter(orders))

        refused = await cancel(front, desk, number)
        done = await cancel(front, chief, number)

        assert (refused.status_code, problem(refused)["code"]) == (403, "forbidden")
        assert done.status_code == 200

    async def test_order_of_another_merchant_does_not_exist(
        self, front: Front, neighbour: Merchant, orders: dict[str, Actor]
    ) -> None:
        number, stranger = next(iter(orders)), staff_actor(neighbour.merchant_id)

        one = await cancel(front, stranger, number)
        many = await front.post(
            "/console/v1/order-cancellations", stranger, {"numbers": [number], "reason": REASON}
        )

        assert (one.status_code, problem(one)["code"]) == (404, "order_not_found")
        assert [one["code"] for one in many.json()["items"]] == ["order_not_found"]


@pytest.mark.req("MC-01")
class TestMany:
    async def test_each_is_cancelled_or_says_why_not(
        self, front: Front, owner: Actor, orders: dict[str, Actor]
    ) -> None:
        first, second, third = orders
        await cancel(front, owner, second)

        answer = await front.post(
            "/console/v1/order-cancellations",
            owner,
            {"numbers": [first, second, "000000000000", third, first], "reason": REASON},
        )

        found = [(one["number"], one["is_done"], one["code"]) for one in answer.json()["items"]]
        assert found == [
            (first, True, None),
            (second, False, "order_not_cancellable"),
            ("000000000000", False, "order_not_found"),
            (third, True, None),
        ]
        assert answer.json()["items"][1]["message"] == "这个订单已经结束，不用再取消"

    async def test_sent_again_under_its_key_is_done_once(
        self, front: Front, owner: Actor, orders: dict[str, Actor], dsn: str
    ) -> None:
        key = {"Idempotency-Key": str(uuid4())}
        body = {"numbers": list(orders), "reason": REASON}

        first = await front.post("/console/v1/order-cancellations", owner, body, headers=key)
        again = await front.post("/console/v1/order-cancellations", owner, body, headers=key)

        connection = await asyncpg.connect(dsn)
        audited = await connection.fetchval(
            "SELECT count(*) FROM audit_entry WHERE action = 'order.cancelled'"
        )
        await connection.close()
        assert first.content == again.content
        assert all(one["is_done"] for one in again.json()["items"])
        assert audited == len(orders)

    @pytest.mark.parametrize("numbers", [[], [f"{n:012d}" for n in range(51)]])
    async def test_none_and_too_many_are_refused(
        self, front: Front, owner: Actor, numbers: list[str]
    ) -> None:
        answer = await front.post(
            "/console/v1/order-cancellations", owner, {"numbers": numbers, "reason": REASON}
        )

        assert answer.status_code == 422
        assert [one["path"] for one in problem(answer)["fields"]] == ["numbers"]
