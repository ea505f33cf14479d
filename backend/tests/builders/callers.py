"""Callers of the API: the application served in this process, and who may speak to it."""

import asyncio
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx
import msgspec
from litestar import Litestar
from litestar.exceptions import LitestarDeprecationWarning
from litestar.types import ASGIApp

from shunyue.identity.api import password_hash
from shunyue.kernel.database import Database
from shunyue.kernel.ids import new_id
from shunyue.kernel.settings import Settings
from shunyue.kernel.tokens import Actor, TokenSigner, system_actor
from shunyue.web import create_app, create_litestar

OURS = "http://shop.test"
SETTINGS = Settings(secret_key="5a" * 32, public_url=OURS)
PASSWORD = "a good long password"

Entrance = Literal["whole", "framework"]


class Front:
    """The running application as callers see it."""

    def __init__(self, client: httpx.AsyncClient, slug: str) -> None:
        self.client, self.slug = client, slug

    async def get(self, path: str, actor: Actor | None = None, **given: Any) -> httpx.Response:
        """Read something; paths are below the merchant unless they begin with a slash."""
        return await self.ask("GET", path, actor, **given)

    async def post(
        self, path: str, actor: Actor | None = None, body: Any = None, **given: Any
    ) -> httpx.Response:
        """Post something under a fresh key."""
        return await self.ask("POST", path, actor, json={} if body is None else body, **given)

    async def ask(
        self, method: str, path: str, actor: Actor | None = None, **given: Any
    ) -> httpx.Response:
        """Send one request; POSTs get a key unless `headers` name one (None: none)."""
        headers = token_of(actor) if actor else {}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        headers |= given.pop("headers", {})
        wanted = {name: value for name, value in headers.items() if value is not None}
        url = path if path.startswith("/") else f"/v1/m/{self.slug}/{path}"
        return await self.client.request(method, url, headers=wanted, **given)


def token_of(actor: Actor) -> dict[str, Any]:
    """Return the header that speaks for an actor."""
    token, _ = TokenSigner(SETTINGS.key).mint(actor)
    return {"Authorization": f"Bearer {token}"}


def staff_actor(merchant_id: UUID, role: str = "owner") -> Actor:
    """Return a member of staff who needs no row: their token says it all."""
    return Actor("staff", merchant_id, new_id(), new_id(), role)


async def make_staff(database: Database, merchant_id: UUID, *, role: str = "owner") -> str:
    """Add a member of staff who can sign in with `PASSWORD`; returns the account."""
    account = f"{role}-{new_id().hex[-8:]}"
    async with database.begin(system_actor(merchant_id)) as tx:
        await tx.connection.execute(
            "INSERT INTO staff_member (merchant_id, id, account, password_hash, name, role)"
            " VALUES ($1, $2, $3, $4, '周屿', $5)",
            merchant_id,
            new_id(),
            account,
            password_hash(PASSWORD),
            role,
        )
    return account


@asynccontextmanager
async def open_front(
    dsn: str, *, slug: str = "qihe", entrance: Entrance = "whole", settings: Settings = SETTINGS
) -> AsyncIterator[Front]:
    """Serve the application: the whole of it, or the framework's part without the fast path."""
    app = composed(settings, dsn) if entrance == "whole" else framework(settings, dsn)
    async with running(app):
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url=OURS, timeout=30) as client:
            yield Front(client, slug)


def composed(settings: Settings, dsn: str = "") -> ASGIApp:
    """Compose the whole application."""
    with _old_style():
        return create_app(settings, dsn)


def framework(settings: Settings, dsn: str = "") -> Litestar:
    """Compose the framework's part alone, with all routes."""
    with _old_style():
        return create_litestar(settings, dsn)


@contextmanager
def _old_style() -> Iterator[None]:
    """Our routes name dependencies and bodies in the way that Litestar 2 reads; 3 wants markers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LitestarDeprecationWarning)
        yield


@asynccontextmanager
async def running(app: ASGIApp | Litestar) -> AsyncIterator[None]:
    """Start and stop an application through the protocol that servers use."""
    told: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    heard: asyncio.Queue[Any] = asyncio.Queue()
    scope: Any = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    life = asyncio.ensure_future(app(scope, told.get, heard.put))  # type: ignore[arg-type]
    await told.put({"type": "lifespan.startup"})
    started = await asyncio.wait_for(heard.get(), 60)
    assert started["type"] == "lifespan.startup.complete", started
    yield
    await told.put({"type": "lifespan.shutdown"})
    await asyncio.wait_for(life, 60)


def problem(answer: httpx.Response) -> dict[str, Any]:
    """Read a refusal; fails when the answer is anything but the one error body."""
    body: dict[str, Any] = msgspec.json.decode(answer.content)
    assert set(body) == {"code", "message", "params", "fields", "request_id"}, body
    assert answer.headers["content-type"] == "application/json"
    assert body["request_id"], body
    assert answer.headers["x-request-id"] == body["request_id"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in body["message"]), body
    for field in body["fields"]:
        assert set(field) == {"path", "code", "message"}, field
        assert any("\u4e00" <= letter <= "\u9fff" for letter in field["message"]), field
    return body
