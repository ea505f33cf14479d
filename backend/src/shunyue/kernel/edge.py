"""The edge: what every HTTP answer has in common (request id, validator, log line, timing)."""

import hashlib
import time
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from shunyue.kernel.ids import new_id
from shunyue.kernel.metrics import REQUEST_SECONDS, REQUESTS

log = structlog.get_logger("http")

_QUIET = ("/healthz", "/readyz", "/metrics")
_GZIP = b"\x1f\x8b"
_GZIP_HEADER_BYTES = 10
SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]


def header(scope: Scope, name: bytes) -> bytes | None:
    """Return the first header of that (lower-case) name."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return None


@lru_cache(maxsize=256)
def validator(body: bytes) -> bytes:
    """Return the ETag of a body; what is sent again and again is digested once."""
    return b'"' + hashlib.blake2b(body, digest_size=12).hexdigest().encode() + b'"'


class Edge:
    """Raw ASGI around the application. Reads of the API get an ETag and honour If-None-Match."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request_id = str(new_id())
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        answer = _Answer(scope, send, request_id)
        started = time.perf_counter()
        try:
            await self._app(scope, receive, answer.send)
        finally:
            seconds = time.perf_counter() - started
            REQUESTS.labels(scope["method"], str(answer.status)).inc()
            REQUEST_SECONDS.observe(seconds)
            if scope["path"] not in _QUIET:
                log.info(
                    "http.answered",
                    method=scope["method"],
                    path=scope["path"],
                    status=answer.status,
                    milliseconds=round(seconds * 1000, 2),
                )


class _Answer:
    """Passes an answer on; a small JSON read is kept back until its validator is known."""

    def __init__(self, scope: HTTPScope, send: Send, request_id: str) -> None:
        self._scope = scope
        self._send = send
        self._request_id = request_id
        self._start: Any = None
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message["headers"])
            headers += [(b"x-request-id", self._request_id.encode()), *SECURITY_HEADERS]
            message["headers"] = headers
            if self._is_validated(headers):
                self._start = message
                return
        elif self._start is not None:
            start, self._start = self._start, None
            if not message.get("more_body"):
                message = self._validated(start, message)
            await self._send(start)
        await self._send(message)

    def _is_validated(self, headers: list[tuple[bytes, bytes]]) -> bool:
        return (
            self._scope["method"] == "GET"
            and self.status == HTTPStatus.OK
            and any(k == b"content-type" and v.startswith(b"application/json") for k, v in headers)
        )

    def _validated(self, start: Any, body: Any) -> Any:
        content = body["body"]
        if content.startswith(_GZIP):
            content = content[_GZIP_HEADER_BYTES:]  # It says when the content was compressed.
        tag = validator(content)
        start["headers"] += [(b"etag", tag), (b"cache-control", b"no-cache")]
        if header(self._scope, b"if-none-match") != tag:
            return body
        start["status"] = self.status = HTTPStatus.NOT_MODIFIED
        start["headers"] = [(k, v) for k, v in start["headers"] if k != b"content-length"]
        return {**body, "body": b""}
