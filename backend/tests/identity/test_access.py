"""Who may do what: tokens, roles, and a permission on every console route."""

import base64
from collections.abc import AsyncIterator
from typing import get_args
from uuid import UUID

import asyncpg
import pytest
from litestar.handlers import HTTPRouteHandler

from shunyue.identity.access import Gate
from shunyue.identity.api import PERMISSIONS, Permission, may
from shunyue.kernel import clock
from shunyue.kernel.errors import Unauthenticated
from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import ACCESS_SECONDS, Actor, TokenSigner
from tests.builders.callers import SETTINGS, framework

_SIGNER = TokenSigner(b"a key of this test")
_OPEN = {"sign_in", "refresh_login", "sign_out"}


def somebody() -> Actor:
    """Return a customer."""
    return Actor("customer", new_id(), new_id(), new_id())


@pytest.fixture
async def later(owner: asyncpg.Connection) -> AsyncIterator[None]:
    """Let it be the end of an access token's life."""
    await clock.move_database(owner, ACCESS_SECONDS + 1)
    yield
    await clock.move_database(owner, 0)
    await clock.follow_database(owner)


class TestTokens:
    @pytest.mark.parametrize("role", ["", "owner", "front_desk"])
    def test_token_speaks_for_whom_it_was_made(self, role: str) -> None:
        actor = Actor("staff", new_id(), new_id(), new_id(), role)

        token, _ = _SIGNER.mint(actor)

        assert _SIGNER.check(token) == actor
        assert _SIGNER.check(token.encode()) == actor

    def test_no_byte_of_a_token_can_be_changed(self) -> None:
        token, _ = _SIGNER.mint(somebody())
        content = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))

        for place in range(len(content)):
            changed = bytearray(content)
            changed[place] ^= 1
            with pytest.raises(Unauthenticated):
                _SIGNER.check(base64.urlsafe_b64encode(bytes(changed)).rstrip(b"="))

    @pytest.mark.parametrize("token", ["", "a", "AAAA", "é", "." * 500, "=" * 8, "A" * 10_000])
    def test_nonsense_is_refused(self, token: str) -> None:
        with pytest.raises(Unauthenticated):
            _SIGNER.check(token)

    def test_token_of_another_install_is_refused(self) -> None:
        token, _ = TokenSigner(b"another key").mint(somebody())

        with pytest.raises(Unauthenticated):
            _SIGNER.check(token)

    async def test_token_runs_out_by_the_moved_clock(
        self, owner: asyncpg.Connection, later: None
    ) -> None:
        token, _ = _SIGNER.mint(somebody())
        _SIGNER.check(token)

        await clock.follow_database(owner)

        with pytest.raises(Unauthenticated):
            _SIGNER.check(token)

    def test_gate_refuses_tokens_of_ended_logins(self) -> None:
        gate, actor, other = Gate(_SIGNER), somebody(), somebody()
        token, _ = _SIGNER.mint(actor)

        gate.heard(f"login-ended:{actor.login_id}")

        with pytest.raises(Unauthenticated):
            gate.actor_of(f"Bearer {token}")
        assert gate.actor_of(f"Bearer {_SIGNER.mint(other)[0]}") == other

    @pytest.mark.parametrize("header", [None, "", "Basic YTpi", "bearer x", "Bearer", "Bearer "])
    def test_other_headers_are_refused(self, header: str | None) -> None:
        with pytest.raises(Unauthenticated):
            Gate(_SIGNER).actor_of(header)


@pytest.mark.req("MC-08")
class TestRoles:
    @pytest.mark.parametrize(
        ("role", "permissions"),
        [
            ("owner", set(get_args(Permission))),
            ("manager", set(get_args(Permission))),
            (
                "front_desk",
                {"today.read", "orders.read", "logins.manage", "rules.read", "calendar.read"},
            ),
            ("cleaner", set()),
            ("", set()),
        ],
    )
    def test_role_may_exactly_this(self, role: str, permissions: set[str]) -> None:
        assert {one for one in get_args(Permission) if may(role, one)} == permissions

    def test_every_role_of_the_database_has_permissions(self) -> None:
        assert set(PERMISSIONS) == {"owner", "manager", "front_desk"}


def _console_routes() -> list[tuple[str, HTTPRouteHandler]]:
    app = framework(SETTINGS)
    return [
        (route.path, handler)
        for route in app.routes
        if route.path.startswith("/console/v1")
        for handler in getattr(route, "route_handlers", [])
        if handler.http_methods != {"OPTIONS"}
    ]


@pytest.mark.req("MC-08")
class TestConsoleRoutes:
    def test_every_route_names_its_permission(self) -> None:
        routes = _console_routes()

        assert len(routes) > 5
        for path, handler in routes:
            assert "permission" in handler.opt, path
            permission = handler.opt["permission"]
            assert permission is None or permission in get_args(Permission), path

    def test_only_signing_in_and_out_needs_no_permission(self) -> None:
        free = {one.handler_name for _, one in _console_routes() if one.opt["permission"] is None}

        assert free == _OPEN

    def test_every_permission_is_asked_for_somewhere_or_shapes_an_answer(self) -> None:
        asked = {one.opt["permission"] for _, one in _console_routes()} - {None}

        assert set(get_args(Permission)) - asked <= {"customers.read_contact"}


class TestMemoryOfTheGate:
    def test_gate_forgets_logins_whose_tokens_are_dead_anyway(self) -> None:
        gate = Gate(_SIGNER)
        ended = [new_id() for _ in range(3)]
        for one in ended:
            gate.heard(f"login-ended:{one}")

        gate.heard("slots:anything")

        token, _ = _SIGNER.mint(Actor("customer", new_id(), new_id(), UUID(int=ended[0].int)))
        with pytest.raises(Unauthenticated):
            gate.actor_of(f"Bearer {token}")
