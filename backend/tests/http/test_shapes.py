"""Requests of the wrong shape are refused in the one body, in words, with nothing half-done."""

from typing import Any

import asyncpg
import msgspec
import pytest

from shunyue.identity.api import Merchant
from shunyue.kernel.tokens import Actor
from tests.builders.callers import Front, problem, staff_actor
from tests.http.route_table import ROUTES, Route

WITH_BODY = [one for one in ROUTES if one.body is not None]
_WRITTEN = ("hold", "customer_order", "registration", "payment_attempt", "login", "outbox")
_TOO_LARGE = 1_100_000


async def rows_written(owner: asyncpg.Connection) -> dict[str, int]:
    """Count the rows that requests leave behind."""
    return {
        table: await owner.fetchval(f"SELECT count(*) FROM {table}")
        for table in (*_WRITTEN, "idempotent_answer")
    }


async def answers_to(
    front: Front, customer: Actor, merchant: Merchant, content: Any
) -> dict[str, tuple[int, str]]:
    """Send each route with a body something; `content` makes it of the route."""
    found = {}
    for route in WITH_BODY:
        actor = staff_actor(merchant.merchant_id) if route.asks_for == "staff" else customer
        answer = await front.ask(
            route.method,
            route.address(),
            actor if route.asks_for else None,
            content=content(route),
            headers={"Content-Type": "application/json"},
        )
        found[route.name] = (answer.status_code, problem(answer)["code"])
    return found


def _with_another_field(route: Route) -> bytes:
    fields = ", ".join(f'"{name}": {value}' for name, value in _json(route).items())
    return f'{{"surprise": 1{", " + fields if fields else ""}}}'.encode()


def _json(route: Route) -> dict[str, str]:
    return {name: msgspec.json.encode(value).decode() for name, value in route.body.items()}


class TestEveryBody:
    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(lambda _: b'{"party_size": ', id="broken"),
            pytest.param(lambda _: b"\xff\xfe", id="no text"),
            pytest.param(lambda _: b"[]", id="a list"),
            pytest.param(lambda _: b'"words"', id="a word"),
            pytest.param(_with_another_field, id="an unknown field"),
        ],
    )
    async def test_of_the_wrong_shape_is_refused_and_leaves_nothing(
        self, front: Front, customer: Actor, merchant: Merchant, dsn: str, content: Any
    ) -> None:
        owner = await asyncpg.connect(dsn)
        before = await rows_written(owner)

        answers = await answers_to(front, customer, merchant, content)

        after = await rows_written(owner)
        await owner.close()
        assert len(answers) >= 12
        assert {one for one in answers.items() if one[1] != (422, "invalid_request")} == set()
        assert after == before

    async def test_too_large_is_refused_and_leaves_nothing(
        self, front: Front, customer: Actor, merchant: Merchant, dsn: str
    ) -> None:
        owner = await asyncpg.connect(dsn)
        before = await rows_written(owner)

        answers = await answers_to(
            front, customer, merchant, lambda _: b'{"value": "' + b"x" * _TOO_LARGE + b'"}'
        )

        after = await rows_written(owner)
        await owner.close()
        assert {one for one in answers.items() if one[1] != (413, "body_too_large")} == set()
        assert after == before

    async def test_without_a_required_field_names_it(
        self, front: Front, customer: Actor, merchant: Merchant
    ) -> None:
        staff = staff_actor(merchant.merchant_id)
        for route in (one for one in WITH_BODY if one.body):
            actor = staff if route.asks_for == "staff" else customer
            answer = await front.ask(
                route.method, route.address(), actor if route.asks_for else None, json={}
            )

            found = problem(answer)
            fields = [(one["path"], one["code"]) for one in found["fields"]]
            assert (answer.status_code, found["code"]) == (422, "invalid_request"), route.name
            assert len(fields) == 1, (route.name, fields)
            assert fields[0][0] in route.body, (route.name, fields)
            assert fields[0][1] == "missing", (route.name, fields)


class TestFields:
    @pytest.mark.parametrize(
        ("size", "code"),
        [
            ("0", "out_of_range"),
            ("-1", "out_of_range"),
            ("10001", "out_of_range"),
            ("1000000000000000000000000000000", None),
            ("1.5", "wrong_type"),
            ('"two"', "wrong_type"),
            ("true", "wrong_type"),
            ("null", "wrong_type"),
            ("[1]", "wrong_type"),
        ],
    )
    async def test_party_is_a_whole_number_of_people(
        self, front: Front, customer: Actor, slot_id: object, size: str, code: str | None
    ) -> None:
        answer = await front.ask(
            "POST",
            f"slots/{slot_id}/holds",
            customer,
            content=f'{{"party_size": {size}}}',
            headers={"Content-Type": "application/json"},
        )

        found = problem(answer)
        assert (answer.status_code, found["code"]) == (422, "invalid_request")
        assert [one["path"] for one in found["fields"]] == ["party_size"]
        assert code is None or found["fields"][0]["code"] == code

    @pytest.mark.parametrize(
        ("path", "body", "field"),
        [
            ("login-codes", {"phone": "1380000\0000"}, "phone"),
            ("logins", {"phone": "13800000000", "code": "1\0"}, "code"),
            ("logins/refresh", {"refresh_token": "\0"}, "refresh_token"),
            (
                "/console/v1/logins",
                {"merchant": "qihe", "account": "a\0", "password": "x"},
                "account",
            ),
        ],
    )
    async def test_what_is_typed_to_sign_in_has_no_control_characters(
        self, front: Front, path: str, body: dict[str, str], field: str
    ) -> None:
        answer = await front.post(path, body=body)

        found = problem(answer)
        assert (answer.status_code, found["code"]) == (422, "invalid_request")
        assert [one["path"] for one in found["fields"]] == [field]

    @pytest.mark.parametrize("path", ["orders/%00", "orders?cursor=%00", "orders/%00/price"])
    async def test_character_that_cannot_be_stored_is_refused_in_addresses_too(
        self, front: Front, customer: Actor, path: str
    ) -> None:
        answer = await front.get(path, customer)

        assert (answer.status_code, problem(answer)["code"]) == (422, "invalid_request")

    @pytest.mark.parametrize(
        "path",
        [
            "offerings/no-id",
            "offerings/no-id/availability",
            "holds/no-id",
            "/console/v1/logins/no-id",
        ],
    )
    async def test_address_that_holds_no_id_leads_nowhere(
        self, front: Front, customer: Actor, path: str
    ) -> None:
        answer = await front.ask("GET", path, customer)

        assert (answer.status_code, problem(answer)["code"]) == (404, "not_found")

    @pytest.mark.parametrize(
        "query", ["days=0", "days=32", "days=x", "from=yesterday", "from=2026-02-30", "days=1.5"]
    )
    async def test_days_that_cannot_be_shown_are_refused(
        self, front: Front, slot_id: object, dsn: str, query: str
    ) -> None:
        owner = await asyncpg.connect(dsn)
        offering = await owner.fetchval("SELECT offering_id FROM slot WHERE id = $1", slot_id)
        await owner.close()

        answer = await front.get(f"offerings/{offering}/availability?{query}")

        assert (answer.status_code, problem(answer)["code"]) == (422, "invalid_request")


class TestAddresses:
    @pytest.mark.parametrize("path", ["/v1/nothing", "/v1/m/qihe/nothing", "/console/v1/nothing"])
    async def test_nothing_at_an_address_is_said_so(self, front: Front, path: str) -> None:
        answer = await front.get(path)

        assert (answer.status_code, problem(answer)["code"]) == (404, "not_found")

    async def test_no_route_takes_a_method_that_it_does_not_have(
        self, front: Front, customer: Actor
    ) -> None:
        methods: dict[str, set[str]] = {}
        for route in ROUTES:
            methods.setdefault(route.path, set()).add(route.method)
        wrong = [
            Route(method, route.path, route.handler)
            for route in ROUTES
            for method in {"POST", "PUT", "DELETE", "PATCH"} - methods[route.path]
        ]

        for route in wrong:
            answer = await front.ask(route.method, route.address(), customer)

            assert (answer.status_code, problem(answer)["code"]) == (404, "not_found"), route.name
