"""Who is asking: tokens into actors, addresses into merchants, roles into permissions."""

from typing import Any
from uuid import UUID

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from shunyue.identity.records import LOGIN_ENDED, Merchant
from shunyue.identity.roles import may
from shunyue.kernel.clock import unix_now
from shunyue.kernel.errors import Forbidden, Unauthenticated
from shunyue.kernel.tokens import ACCESS_SECONDS, Actor, TokenSigner

_BEARER = "Bearer "


class Gate:
    """Checks access tokens without asking anybody; remembers logins that ended meanwhile."""

    def __init__(self, signer: TokenSigner) -> None:
        self._signer = signer
        self._ended: dict[UUID, float] = {}

    def heard(self, key: str) -> None:
        """Listen to the bus."""
        if key.startswith(LOGIN_ENDED):
            self._ended[UUID(key.removeprefix(LOGIN_ENDED))] = unix_now() + ACCESS_SECONDS
            self._ended = {one: end for one, end in self._ended.items() if end > unix_now()}

    def check_until(self, token: str | bytes) -> tuple[Actor, int]:
        """Return who a token speaks for and until when; raises `Unauthenticated`."""
        actor, expires = self._signer.check_until(token)
        if actor.login_id in self._ended:
            raise Unauthenticated
        return actor, expires

    def actor_of(self, authorization: str | None) -> Actor:
        """Return who an Authorization header speaks for; raises `Unauthenticated`."""
        if authorization is None or not authorization.startswith(_BEARER):
            raise Unauthenticated
        return self.check_until(authorization.removeprefix(_BEARER))[0]


async def provide_merchant(request: Request[Any, Any, Any], slug: str) -> Merchant:
    """Dependency: the merchant whose address was called."""
    merchant: Merchant = await request.app.state.merchants.by_slug(slug)
    return merchant


async def provide_visitor(merchant: Merchant) -> Actor:
    """Dependency: somebody who has not signed in."""
    return Actor(kind="customer", merchant_id=merchant.merchant_id)


async def provide_customer(request: Request[Any, Any, Any], merchant: Merchant) -> Actor:
    """Dependency: the signed-in customer of this merchant."""
    actor: Actor = request.app.state.gate.actor_of(request.headers.get("authorization"))
    if actor.kind != "customer" or actor.merchant_id != merchant.merchant_id:
        raise Unauthenticated
    return actor


async def provide_staff(request: Request[Any, Any, Any]) -> Actor:
    """Dependency: the signed-in member of staff."""
    return _staff(request)


def permission_guard(
    connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
) -> None:
    """Guard of all console routes: each names its permission in `opt`, or says it needs none."""
    permission = handler.opt["permission"]
    if permission is not None and not may(_staff(connection).role, permission):
        raise Forbidden(permission=permission)


def device_of(request: Request[Any, Any, Any]) -> str:
    """Return what a login remembers of the device."""
    return request.headers.get("user-agent", "")[:200]


def client_ip_of(request: Request[Any, Any, Any]) -> str:
    """Return the caller's address, for throttling and for providers that ask for it."""
    return request.client.host if request.client else ""


def seconds_left(expires: int) -> float:
    """Return how long a token lives, for sockets that end with it."""
    return max(0.0, expires - unix_now())


def _staff(connection: ASGIConnection[Any, Any, Any, Any]) -> Actor:
    actor: Actor = connection.app.state.gate.actor_of(connection.headers.get("authorization"))
    if actor.kind != "staff":
        raise Unauthenticated
    return actor
