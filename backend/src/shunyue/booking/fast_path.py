"""The fast path: holds and availability answered before the framework wakes up.

The same two routes exist behind it; they document the API and answer whatever is unusual here.
Authentication and idempotency are the same as everywhere, the answers are the same bytes.
"""

from datetime import date
from http import HTTPStatus
from typing import Any, Protocol
from uuid import UUID

import msgspec
import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from shunyue.booking.commands import refuse_placement
from shunyue.booking.holding import PlaceTaker, Wish
from shunyue.booking.schemas import HoldRead, HoldSlot
from shunyue.identity.access import Gate
from shunyue.identity.api import Merchants
from shunyue.kernel.clock import utc_now
from shunyue.kernel.edge import SECURITY_HEADERS, header, validator
from shunyue.kernel.errors import DomainError, Unauthenticated
from shunyue.kernel.http import fault_of, idempotency_key, problem_of
from shunyue.kernel.ids import new_id
from shunyue.scheduling.api import AvailabilityCache

log = structlog.get_logger(__name__)

_PREFIX = "/v1/m/"
_STEPS = 7
_BODY_AT_MOST = 4096
_decode = msgspec.json.Decoder(HoldSlot).decode
_encode = msgspec.json.Encoder().encode
_JSON = (b"content-type", b"application/json")


class FastParts(Protocol):
    """What of the application's state is used here."""

    gate: Gate
    merchants: Merchants
    places: PlaceTaker
    availability: AvailabilityCache


class FastPath:
    """Raw ASGI in front of the application."""

    def __init__(self, app: ASGIApp, parts: FastParts) -> None:
        self._app = app
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is known here; pass everything else on."""
        if scope["type"] == ScopeType.HTTP and scope["path"].startswith(_PREFIX):
            steps = scope["path"].split("/")
            if len(steps) == _STEPS:
                if scope["method"] == "POST" and steps[4] == "slots" and steps[6] == "holds":
                    await self._hold(scope, receive, send, steps)
                    return
                if scope["method"] == "GET" and steps[6] == "availability":
                    body = await self._availability(scope, steps)
                    if body is not None:
                        await _reply_known(scope, send, body)
                        return
        await self._app(scope, receive, send)

    async def _hold(self, scope: Scope, receive: Receive, send: Send, steps: list[str]) -> None:
        body = await _read_body(receive)
        try:
            wish = _decode(body)
            slot_id = UUID(steps[5])
        except (msgspec.MsgspecError, ValueError):
            # The framework words shape errors; it reads the same body again.
            await self._app(scope, _replay(body, receive), send)
            return
        try:
            answer = await self._place(scope, steps[3], slot_id, wish.party_size)
        except DomainError as error:
            await _refuse(send, error)
        except Exception as error:  # The outcome is unknown; the key makes a retry safe.
            log.exception("holds.unknown_outcome")
            await _refuse(send, fault_of(error))
        else:
            await _reply(send, 201, _encode(answer))

    async def _place(self, scope: Scope, slug: str, slot_id: UUID, party_size: int) -> HoldRead:
        merchant = await self._parts.merchants.by_slug(slug)
        token = header(scope, b"authorization")
        if token is None or not token.startswith(b"Bearer "):
            raise Unauthenticated
        actor, _ = self._parts.gate.check_until(token[7:])
        if actor.kind != "customer" or actor.merchant_id != merchant.merchant_id:
            raise Unauthenticated
        assert actor.id is not None
        key = idempotency_key((header(scope, b"idempotency-key") or b"").decode("latin-1"))
        wish = Wish(slot_id, party_size, actor.id, key)
        placement = await self._parts.places.hold(actor.merchant_id, wish)
        refuse_placement(placement)
        assert placement.expires_at is not None
        return HoldRead(
            placement.hold_id, slot_id, placement.party_size, placement.expires_at, utc_now()
        )

    async def _availability(self, scope: Scope, steps: list[str]) -> bytes | None:
        """Return the answer if it is in memory; the framework reads and checks everything else."""
        wanted = _days(scope["query_string"])
        if wanted is None or steps[4] != "offerings":
            return None
        try:
            offering_id = UUID(steps[5])
            merchant = await self._parts.merchants.by_slug(steps[3])
        except (ValueError, DomainError):
            return None
        return self._parts.availability.fresh(merchant.merchant_id, offering_id, *wanted)


def _days(query: bytes) -> tuple[date | None, int] | None:
    first: date | None = None
    days = 7
    for pair in query.split(b"&") if query else []:
        name, _, value = pair.partition(b"=")
        try:
            if name == b"from":
                first = date.fromisoformat(value.decode("ascii"))
            elif name == b"days":
                days = int(value)
            else:
                return None
        except ValueError:
            return None
    return first, days


async def _read_body(receive: Receive) -> bytes:
    body = b""
    while True:
        message: Any = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body") or len(body) > _BODY_AT_MOST:
            return body


def _replay(body: bytes, receive: Receive) -> Receive:
    is_given = False

    async def again() -> Any:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": len(body) > _BODY_AT_MOST}

    return again


async def _refuse(send: Send, error: DomainError) -> None:
    request_id = str(new_id())
    structlog.contextvars.bind_contextvars(request_id=request_id)
    await _reply(send, error.status, _encode(problem_of(error)), request_id)


async def _reply_known(scope: Scope, send: Send, body: bytes) -> None:
    """Send what is in memory, or only that it has not changed."""
    tag = validator(body)
    headers = [(b"etag", tag), (b"cache-control", b"no-cache")]
    if header(scope, b"if-none-match") == tag:
        await _send(send, HTTPStatus.NOT_MODIFIED, b"", headers)
    else:
        length = (b"content-length", str(len(body)).encode())
        await _send(send, HTTPStatus.OK, body, [length, *headers])


async def _reply(send: Send, status: int, body: bytes, request_id: str = "") -> None:
    headers = [(b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
    if request_id:
        headers.append((b"x-request-id", request_id.encode()))
    await _send(send, status, body, headers)


async def _send(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    known = [_JSON, *headers, *SECURITY_HEADERS]
    start: Any = {"type": "http.response.start", "status": status, "headers": known}
    await send(start)
    content: Any = {"type": "http.response.body", "body": body}
    await send(content)
