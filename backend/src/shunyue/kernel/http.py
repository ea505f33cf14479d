"""HTTP for all domains: who asks, one error body, declared refusals, idempotent POSTs."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, Literal, TypeVar, cast
from uuid import UUID

import asyncpg
import msgspec
import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec

from shunyue.kernel.database import Transaction, is_outage
from shunyue.kernel.errors import (
    BodyTooLarge,
    DomainError,
    FieldProblem,
    IdempotencyKeyMissing,
    InvalidRequest,
    NotFound,
    ServerFault,
    Unavailable,
)
from shunyue.kernel.idempotency import Answer, Ask, answer_once, answer_once_in_steps
from shunyue.kernel.tokens import Actor

log = structlog.get_logger(__name__)

_RETRY_AFTER_SECONDS = 3
# The character U+0000, which JSON can spell and PostgreSQL can't keep.
_UNSTORABLE = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)

T = TypeVar("T")
P = TypeVar("P")
F = TypeVar("F")


class FieldMessage(msgspec.Struct, frozen=True):
    """What is wrong with one field."""

    path: str
    code: str
    message: str


class Problem(msgspec.Struct, frozen=True):
    """The one error body."""

    code: str
    message: str
    params: dict[str, Any]
    fields: list[FieldMessage]
    request_id: str


def problem_of(error: DomainError) -> Problem:
    """Word a refusal."""
    return Problem(
        code=error.code,
        message=error.message,
        params=error.params,
        fields=[FieldMessage(f.path, f.code, f.message) for f in error.fields],
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
    )


def problems(*refusals: type[DomainError]) -> Mapping[int, ResponseSpec]:
    """Declare what a route may refuse, so that clients get a union of codes per status."""
    by_status: dict[int, list[type[DomainError]]] = {}
    for refusal in refusals:
        by_status.setdefault(refusal.status, []).append(refusal)
    return {
        status: ResponseSpec(
            data_container=_body_type(status, [one.code for one in ones]),
            description=" · ".join((one.__doc__ or one.code).split("\n")[0] for one in ones),
            generate_examples=False,
        )
        for status, ones in by_status.items()
    }


def _body_type(status: int, codes: list[str]) -> type[msgspec.Struct]:
    name = "Problem" + "".join(
        part.capitalize() for code in sorted(codes) for part in code.split("_")
    )
    fields: list[tuple[str, Any]] = [
        ("code", Literal[tuple(sorted(codes))]),
        ("message", str),
        ("params", dict[str, Any]),
        ("fields", list[FieldMessage]),
        ("request_id", str),
    ]
    return msgspec.defstruct(f"{name}{status}", fields)


def refuse(_: Request[Any, Any, Any], error: DomainError) -> Response[Problem]:
    """Answer a refusal."""
    response = Response(problem_of(error), status_code=error.status, media_type=MediaType.JSON)
    if (seconds := error.params.get("retry_after_seconds")) is not None:
        response.headers["Retry-After"] = str(seconds)
    return response


def refuse_shape(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """Answer what the framework refused: wrong shape, unknown route, too large a body."""
    if isinstance(error, ValidationException):
        return refuse(request, InvalidRequest(*_shape_fields(error)))
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return refuse(request, InvalidRequest(FieldProblem("body", "unreadable")))
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return refuse(request, BodyTooLarge())
    if error.status_code in {404, 405}:
        return refuse(request, NotFound())
    if "client disconnected" in error.detail:
        log.info("http.client_left", path=request.url.path)
        return refuse(request, ServerFault())
    log.error("http.refused_by_framework", status=error.status_code, exc_info=error)
    return refuse(request, ServerFault())


def fail(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """Answer what nobody declared: text that no database stores, an outage, or a bug.

    Bugs are loud in the log and brief to the client.
    """
    if isinstance(error, _UNSTORABLE):
        return refuse(request, InvalidRequest(FieldProblem("body", "unreadable")))
    if is_outage(error):
        log.error("http.database_away", path=request.url.path, error=repr(error))
    else:
        log.error("http.failed", path=request.url.path, exc_info=error)
    return refuse(request, fault_of(error))


def fault_of(error: Exception) -> DomainError:
    """Say what an error that nobody declared is to the client: an outage, or a bug."""
    if is_outage(error):
        return Unavailable(retry_after_seconds=_RETRY_AFTER_SECONDS)
    return ServerFault()


def _shape_fields(error: ValidationException) -> list[FieldProblem]:
    extra = error.extra if isinstance(error.extra, list) else []
    found = []
    for one in extra:
        text = str(one.get("message", "")) if isinstance(one, dict) else str(one)
        key = str(one.get("key", "")) if isinstance(one, dict) else ""
        found.append(FieldProblem(_path_in(text) or key or "body", _shape_code(text)))
    return found or [FieldProblem("body", _shape_code(error.detail))]


def _path_in(text: str) -> str:
    """Msgspec names the place at the end of its message: ``… - at `$.party_size` ``."""
    _, found, place = text.rpartition("`$")
    if found:
        return place.rstrip("`").lstrip(".")
    for marker in ("missing required field `", "unknown field `"):
        _, found, place = text.partition(marker)
        if found:
            return place.partition("`")[0]
    return ""


def _shape_code(text: str) -> str:
    if "missing required field" in text:
        return "missing"
    if "unknown field" in text:
        return "unknown"
    if ">= " in text or "<= " in text or "length" in text:
        return "out_of_range"
    return "wrong_type"


async def once(
    request: Request[Any, Any, Any],
    actor: Actor,
    work: Callable[[Transaction], Awaitable[T]],
    *,
    status: int = 201,
) -> Response[T]:
    """Answer a POST whose command is one transaction; a repeated key gets the stored answer."""
    answer = await answer_once(request.app.state.database, await _ask(request, actor), status, work)
    return _respond(answer)


async def once_in_steps(
    request: Request[Any, Any, Any],
    actor: Actor,
    *,
    before: Callable[[Transaction], Awaitable[P]],
    between: Callable[[P], Awaitable[F]],
    after: Callable[[Transaction, F], Awaitable[T]],
) -> Response[T]:
    """Answer a POST whose command calls a provider between its two transactions."""
    database = request.app.state.database
    ask = await _ask(request, actor)
    answer = await answer_once_in_steps(
        database, ask, 201, before=before, between=between, after=after
    )
    return _respond(answer)


def idempotency_key(raw: str | None) -> UUID:
    """Read the header; raises `IdempotencyKeyMissing` when it is absent or no UUID."""
    try:
        return UUID(raw or "")
    except ValueError:
        raise IdempotencyKeyMissing from None


async def _ask(request: Request[Any, Any, Any], actor: Actor) -> Ask:
    key = idempotency_key(request.headers.get("idempotency-key"))
    return Ask.of(actor, key, request.url.path, await request.body())


def _respond(answer: Answer) -> Response[Any]:
    return Response(
        cast("Any", msgspec.Raw(answer.body)), status_code=answer.status, media_type=MediaType.JSON
    )
