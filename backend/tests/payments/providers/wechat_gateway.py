"""A gateway of canned answers, for the answers a simulator cannot be asked to give."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from shunyue.payments.providers.wechat import WechatPay
from tests.payments.providers.wechat_vectors import Json, clock_at, make_config, signed_headers

AT = 1_795_339_800
Answer = Callable[[httpx.Request], httpx.Response]


@dataclass
class Gateway:
    """Answers every request the same way and remembers what was sent."""

    answer: Answer
    requests: list[httpx.Request] = field(default_factory=list)

    def provider(self, **changes: object) -> WechatPay:
        client = httpx.AsyncClient(transport=httpx.MockTransport(self._take))
        return WechatPay(make_config(**changes), client, clock_at(AT))

    def sent_json(self) -> Json:
        content: Json = json.loads(self.requests[-1].content)
        return content

    def _take(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answer(request)


def signed(status: int, content: object = None, *, at: int = AT) -> Answer:
    body = b"" if content is None else json.dumps(content, ensure_ascii=False).encode()
    headers = signed_headers(body, at) | {"Request-ID": "08F7TEST"}
    return lambda _: httpx.Response(status, content=body, headers=headers)


def unsigned(status: int, content: bytes = b"") -> Answer:
    return lambda _: httpx.Response(status, content=content)


def falsely_signed(status: int, content: object) -> Answer:
    body = json.dumps(content).encode()
    headers = signed_headers(b"another body", AT)
    return lambda _: httpx.Response(status, content=body, headers=headers)


def failing(error: httpx.RequestError) -> Answer:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    return fail
