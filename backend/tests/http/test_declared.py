"""What the API says about itself is complete: refusals, their wording, and the document."""

import ast
import importlib
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

import shunyue
from shunyue.kernel.copy import codes, wording
from shunyue.kernel.errors import DomainError
from tests.builders.callers import SETTINGS, framework
from tests.http.refusal_tree import refusals_of
from tests.http.route_table import EVERYWHERE, ROUTES, Route

_BACKEND = Path(__file__).parents[2]
_SOURCE = _BACKEND / "src" / "shunyue"
_DOCUMENT = _BACKEND / "openapi.json"
# Any address with a host; the licence of the document and JSON Schema name none.
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")


def all_refusals() -> set[type[DomainError]]:
    """Import the whole product and list its refusals."""
    for module in pkgutil.walk_packages(shunyue.__path__, "shunyue."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)

    def below(kind: type[DomainError]) -> Iterator[type[DomainError]]:
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    return {one for one in below(DomainError) if one.__module__.startswith("shunyue.")}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The API's description, as clients read it."""
    schema = framework(SETTINGS).openapi_schema.to_schema()
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(schema))
    return found


class TestRefusals:
    @pytest.mark.parametrize("route", ROUTES, ids=lambda one: one.name)
    def test_in_reach_of_a_route_are_declared(self, route: Route) -> None:
        declared = {code for ones in route.declared().values() for code in ones}

        reached = {one.code for one in refusals_of(route)} - EVERYWHERE

        assert reached - declared == set()

    @pytest.mark.parametrize("route", ROUTES, ids=lambda one: one.name)
    def test_are_declared_under_their_own_status(self, route: Route) -> None:
        statuses = {one.code: one.status for one in all_refusals()}

        assert {
            code: status for status, ones in route.declared().items() for code in ones
        }.items() <= statuses.items()

    def test_have_a_code_of_their_own(self) -> None:
        found = [one.code for one in all_refusals()]

        assert len(found) > 35
        assert len(set(found)) == len(found)

    def test_are_worded(self) -> None:
        assert {one.code for one in all_refusals()} - codes() == set()

    def test_are_all_that_the_catalogue_words_without_a_family(self) -> None:
        worded = {code for code in codes() if "." not in code}

        assert worded == {one.code for one in all_refusals()}

    def test_of_the_search_follow_calls_and_dependencies(self) -> None:
        confirming = next(one for one in ROUTES if one.path.endswith("/confirmation"))

        found = {one.code for one in refusals_of(confirming)}

        assert {
            "hold_expired",
            "hold_not_found",
            "policy_changed",
            "price_changed",
            "unauthenticated",
            "merchant_not_found",
            "idempotency_key_missing",
        } <= found


class TestFieldCodes:
    def test_are_worded(self) -> None:
        used = set(_field_codes())

        assert {"required", "unknown", "foreign_address", "too_long"} <= used
        assert {f"field.{code}" for code in used} - codes() == set()

    def test_are_all_that_the_catalogue_words(self) -> None:
        worded = {code.removeprefix("field.") for code in codes() if code.startswith("field.")}

        assert worded == set(_field_codes())

    def test_need_no_blank_that_nobody_fills(self) -> None:
        filled = {"label": "姓名", "max_length": 20, "least": 1, "most": 9, "name": "林见夏"}

        for code in codes():
            if code.startswith("field."):
                assert "{" not in wording(code, filled)


class TestDocument:
    def test_describes_every_route(self, document: dict[str, Any]) -> None:
        described = {
            f"{method.upper()} {path.rstrip('/')}"
            for path, item in document["paths"].items()
            for method in item
            if method in {"get", "post", "put", "delete", "patch"}
        }

        assert described == {one.name for one in ROUTES}

    def test_names_operations_once(self, document: dict[str, Any]) -> None:
        names = [
            operation["operationId"]
            for item in document["paths"].values()
            for operation in item.values()
            if isinstance(operation, dict)
        ]

        assert len(set(names)) == len(names)

    def test_names_every_declared_code(self, document: dict[str, Any]) -> None:
        text = json.dumps(document)

        for route in ROUTES:
            for ones in route.declared().values():
                assert all(f'"{code}"' in text for code in ones)

    def test_leads_nowhere_else(self, document: dict[str, Any]) -> None:
        assert _ADDRESS.findall(json.dumps(document)) == []

    @pytest.mark.skipif(not _DOCUMENT.exists(), reason="openapi.json is not written yet")
    def test_is_the_one_that_lies_in_the_repository(self, document: dict[str, Any]) -> None:
        assert document == json.loads(_DOCUMENT.read_text(encoding="utf-8"))


def _field_codes() -> Iterator[str]:
    """Yield each code that is given to a field: by name, by a broken rule, or by its shape."""
    for path in sorted(_SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func).rpartition(".")[2]
                given = {"FieldProblem": 1, "RuleBroken": 0}.get(called)
                said = node.args[given] if given is not None else None
                if isinstance(said, ast.Constant):
                    yield str(said.value)
            if isinstance(node, ast.FunctionDef) and node.name == "_shape_code":
                for one in ast.walk(node):
                    if isinstance(one, ast.Return) and isinstance(one.value, ast.Constant):
                        yield str(one.value.value)
