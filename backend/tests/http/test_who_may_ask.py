"""Every route asks who is there, and nobody learns what belongs to others."""

from uuid import UUID

import httpx
import pytest

from shunyue.identity.api import Merchant
from shunyue.kernel.database import Database
from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import Actor
from tests.builders.callers import Front, problem, staff_actor
from tests.builders.supply import make_customer
from tests.http.route_table import EVERYWHERE, ROUTES, Route, name_of

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
ABOUT_A_HOLD = [one for one in OF_CUSTOMERS if "{hold_id}" in one.path]
ABOUT_AN_ORDER = [one for one in OF_CUSTOMERS if "{number}" in one.path]


async def ask(
    front: Front, route: Route, actor: Actor | None, slug: str = "qihe", **known: object
) -> httpx.Response:
    """Send a request that fits the route."""
    body = {} if route.body is None else {"json": route.body}
    return await front.ask(route.method, route.address(slug, **known), actor, **body)


def expect(answer: httpx.Response, route: Route, status: int, code: str) -> None:
    """Check a refusal: its status and code, worded, and declared by the route."""
    assert (answer.status_code, problem(answer)["code"]) == (status, code), answer.text
    assert code in route.declared().get(status, set()) | EVERYWHERE, route.declared()


def test_table_holds_the_whole_api() -> None:
    assert {one.name for one in ROUTES} >= PUBLIC
    assert {one.asks_for for one in CLOSED} == {"customer", "staff"}
    assert len(OF_CUSTOMERS) >= 20
    assert len(OF_STAFF) >= 8


@pytest.mark.req("MC-08")
class TestWithoutToken:
    @pytest.mark.parametrize("route", CLOSED, ids=name_of)
    async def test_nothing_is_answered(self, front: Front, route: Route) -> None:
        answer = await ask(front, route, None)

        expect(answer, route, 401, "unauthenticated")

    @pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer x", "Basic eDp4", "bearer é"])
    async def test_something_like_a_token_is_none(self, front: Front, header: str) -> None:
        answer = await front.get("me", headers={"Authorization": header.encode()})

        assert (answer.status_code, problem(answer)["code"]) == (401, "unauthenticated")


@pytest.mark.req("MC-08")
class TestTokenOfOthers:
    @pytest.mark.parametrize("route", OF_CUSTOMERS, ids=name_of)
    async def test_customer_of_another_merchant_is_a_stranger(
        self, front: Front, database: Database, neighbour: Merchant, route: Route
    ) -> None:
        stranger = await make_customer(database, neighbour.merchant_id)

        answer = await ask(front, route, stranger)

        expect(answer, route, 401, "unauthenticated")

    @pytest.mark.parametrize("route", OF_CUSTOMERS, ids=name_of)
    async def test_staff_are_no_customers(
        self, front: Front, merchant: Merchant, route: Route
    ) -> None:
        answer = await ask(front, route, staff_actor(merchant.merchant_id))

        expect(answer, route, 401, "unauthenticated")

    @pytest.mark.parametrize("route", OF_STAFF, ids=name_of)
    async def test_customers_are_no_staff(
        self, front: Front, customer: Actor, route: Route
    ) -> None:
        answer = await ask(front, route, customer)

        expect(answer, route, 401, "unauthenticated")

    @pytest.mark.parametrize(
        "route",
        [one for one in OF_STAFF if one.handler.opt.get("permission") is not None],
        ids=name_of,
    )
    async def test_role_without_permission_is_refused(
        self, front: Front, merchant: Merchant, route: Route
    ) -> None:
        answer = await ask(front, route, staff_actor(merchant.merchant_id, role="cleaner"))

        expect(answer, route, 403, "forbidden")


@pytest.mark.req("MC-08")
class TestThingsOfOthers:
    @pytest.mark.parametrize("route", ABOUT_A_HOLD, ids=name_of)
    async def test_hold_of_somebody_else_does_not_exist(
        self, front: Front, database: Database, merchant: Merchant, hold_id: str, route: Route
    ) -> None:
        other = await make_customer(database, merchant.merchant_id)

        answer = await ask(front, route, other, hold_id=hold_id)

        expect(answer, route, 404, "hold_not_found")

    @pytest.mark.parametrize("route", ABOUT_AN_ORDER, ids=name_of)
    async def test_order_of_somebody_else_does_not_exist(
        self, front: Front, database: Database, merchant: Merchant, number: str, route: Route
    ) -> None:
        other = await make_customer(database, merchant.merchant_id)

        answer = await ask(front, route, other, number=number)

        expect(answer, route, 404, "order_not_found")

    @pytest.mark.parametrize("route", [*ABOUT_A_HOLD, *ABOUT_AN_ORDER], ids=name_of)
    async def test_what_nobody_has_is_answered_alike(
        self, front: Front, customer: Actor, route: Route
    ) -> None:
        answer = await ask(front, route, customer)

        expect(answer, route, 404, "hold_not_found" if route in ABOUT_A_HOLD else "order_not_found")

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
    @pytest.mark.parametrize("route", OF_A_MERCHANT, ids=name_of)
    async def test_is_not_found(self, front: Front, customer: Actor, route: Route) -> None:
        answer = await ask(front, route, customer, slug="nobody")

        expect(answer, route, 404, "merchant_not_found")
