"""Every route asks who is there, and nobody learns what belongs to others."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from shunyue.identity.api import Merchant
from shunyue.kernel.database import Database
from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import Actor
from tests.builders.callers import Front, problem, staff_actor
from tests.builders.supply import make_customer
from tests.http.route_table import EVERYWHERE, ROUTES, Route

# Whoever opens the app may look around, and sign in.
PUBLIC = {
    "GET /v1/site",
    "GET /v1/m/{slug}",
    "GET /v1/m/{slug}/offerings",
    "GET /v1/m/{slug}/offerings/{offering_id}",
    "GET /v1/m/{slug}/offerings/{offering_id}/reviews",
    "GET /v1/m/{slug}/offerings/{offering_id}/availability",
    "GET /v1/m/{slug}/events",
    "POST /v1/m/{slug}/login-codes",
    "POST /v1/m/{slug}/logins",
    "POST /v1/m/{slug}/logins/refresh",
    "POST /console/v1/logins",
    "POST /console/v1/logins/refresh",
}
CLOSED = [one for one in ROUTES if one.name not in PUBLIC]
OF_CUSTOMERS = [one for one in CLOSED if one.is_customers]
OF_STAFF = [one for one in CLOSED if not one.is_customers]
OF_A_MERCHANT = [one for one in ROUTES if one.is_customers]
STRANGER = (401, "unauthenticated")
NO_HOLD = (404, "hold_not_found")
NO_ORDER = (404, "order_not_found")
ABOUT_A_HOLD = [one for one in OF_CUSTOMERS if "{hold_id}" in one.path]
ABOUT_AN_ORDER = [one for one in OF_CUSTOMERS if "{number}" in one.path]


async def ask(
    front: Front, route: Route, actor: Actor | None, slug: str = "qihe", **known: object
) -> httpx.Response:
    """Send a request that fits the route."""
    body = {} if route.body is None else {"json": route.body}
    return await front.ask(route.method, route.address(slug, **known), actor, **body)


async def unexpected(
    front: Front, table: list[Route], actor: Actor | None, refusal: tuple[int, str], **known: Any
) -> dict[str, str]:
    """Ask every route of a table; returns those that answer anything but one declared refusal."""
    status, code = refusal
    found = {}
    for route in table:
        answer = await ask(front, route, actor, **known)
        if answer.status_code != status or problem(answer)["code"] != code:
            found[route.name] = f"{answer.status_code} {answer.text[:200]}"
        elif code not in route.declared().get(status, set()) | EVERYWHERE:
            found[route.name] = f"{status} {code} is not declared"
    return found


def test_table_holds_the_whole_api() -> None:
    assert {one.name for one in ROUTES} >= PUBLIC
    assert {one.asks_for for one in CLOSED} == {"customer", "staff"}
    assert len(OF_CUSTOMERS) >= 18
    assert len(OF_STAFF) >= 8


@pytest.mark.req("MC-08")
class TestWithoutToken:
    async def test_nothing_is_answered(self, front: Front) -> None:
        assert await unexpected(front, CLOSED, None, STRANGER) == {}

    @pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer x", "Basic eDp4", "bearer é"])
    async def test_something_like_a_token_is_none(self, front: Front, header: str) -> None:
        answer = await front.get("me", headers={"Authorization": header.encode()})

        assert (answer.status_code, problem(answer)["code"]) == (401, "unauthenticated")


@pytest.mark.req("MC-08")
class TestTokenOfOthers:
    async def test_customer_of_another_merchant_is_a_stranger(
        self, front: Front, database: Database, neighbour: Merchant
    ) -> None:
        stranger = await make_customer(database, neighbour.merchant_id)

        assert await unexpected(front, OF_CUSTOMERS, stranger, STRANGER) == {}

    async def test_staff_are_no_customers(self, front: Front, merchant: Merchant) -> None:
        staff = staff_actor(merchant.merchant_id)

        assert await unexpected(front, OF_CUSTOMERS, staff, STRANGER) == {}

    async def test_customers_are_no_staff(self, front: Front, customer: Actor) -> None:
        assert await unexpected(front, OF_STAFF, customer, STRANGER) == {}

    async def test_role_without_permission_is_refused(
        self, front: Front, merchant: Merchant
    ) -> None:
        cleaner = staff_actor(merchant.merchant_id, role="cleaner")
        guarded = [one for one in OF_STAFF if one.handler.opt["permission"] is not None]

        assert len(guarded) >= 7
        assert await unexpected(front, guarded, cleaner, (403, "forbidden")) == {}


@pytest.mark.req("MC-08")
class TestThingsOfOthers:
    async def test_hold_of_somebody_else_does_not_exist(
        self, front: Front, database: Database, merchant: Merchant, hold_id: str
    ) -> None:
        other = await make_customer(database, merchant.merchant_id)

        assert await unexpected(front, ABOUT_A_HOLD, other, NO_HOLD, hold_id=hold_id) == {}

    async def test_order_of_somebody_else_does_not_exist(
        self, front: Front, database: Database, merchant: Merchant, number: str
    ) -> None:
        other = await make_customer(database, merchant.merchant_id)

        assert await unexpected(front, ABOUT_AN_ORDER, other, NO_ORDER, number=number) == {}

    async def test_what_nobody_has_is_answered_alike(self, front: Front, customer: Actor) -> None:
        assert await unexpected(front, ABOUT_A_HOLD, customer, NO_HOLD) == {}
        assert await unexpected(front, ABOUT_AN_ORDER, customer, NO_ORDER) == {}

    async def test_slot_of_another_merchant_does_not_exist(
        self, front: Front, database: Database, neighbour: Merchant, slot_id: UUID
    ) -> None:
        stranger = await make_customer(database, neighbour.merchant_id)

        answer = await front.post(
            f"/v1/m/{neighbour.slug}/slots/{slot_id}/holds", stranger, {"party_size": 1}
        )

        assert (answer.status_code, problem(answer)["code"]) == (404, "slot_not_found")

    async def test_login_of_somebody_else_cannot_be_ended(
        self, front: Front, merchant: Merchant
    ) -> None:
        answer = await front.ask(
            "DELETE", f"/console/v1/logins/{new_id()}", staff_actor(merchant.merchant_id)
        )

        assert (answer.status_code, problem(answer)["code"]) == (404, "login_not_found")

    async def test_message_of_somebody_else_does_not_exist(
        self, front: Front, customer: Actor
    ) -> None:
        answer = await front.post(f"inbox/{new_id()}/reading", customer)

        assert (answer.status_code, problem(answer)["code"]) == (404, "message_not_found")


class TestUnknownMerchant:
    async def test_is_not_found(self, front: Front, customer: Actor) -> None:
        refusal = (404, "merchant_not_found")

        assert await unexpected(front, OF_A_MERCHANT, customer, refusal, slug="nobody") == {}
