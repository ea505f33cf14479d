"""Answers /v3 of api.mch.weixin.qq.com: proves the caller, runs the call, signs the answer.

A plain ASGI application, because signatures cover the exact bytes of path, query and body, and
because a fault may have to drop the connection instead of answering.
"""

import asyncio
from urllib.parse import unquote

import msgspec
from litestar.enums import ScopeType
from litestar.handlers import asgi
from litestar.types import Receive, Scope, Send

from paysim.connection import read_body, sever
from paysim.faults import fire, fire_message_flaws
from paysim.records import Fault
from paysim.simulation import Simulation
from paysim.wechatpay.authorization import Call, authorize, claimed_merchant
from paysim.wechatpay.messages import sign_outgoing
from paysim.wechatpay.operations import Answer, Operation, find_operation
from paysim.wechatpay.refusals import Refusal, business_error
from paysim.wechatpay_records import Merchant
from paysim.wording import catalogue

LARGEST_BODY_BYTES = 256 * 1024
DEFAULT_TIMEOUT_SECONDS = 30.0
_CODES = {429: "FREQUENCY_LIMITED"}


@asgi("/v3", is_mount=True, copy_scope=False)
async def wechatpay_gateway(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one call of a merchant."""
    assert scope["type"] == ScopeType.HTTP
    sim: Simulation = scope["litestar_app"].state.sim
    call = await _read_call(scope, receive)
    found = find_operation(call.method, unquote(call.path))
    route = found[0].name if found else "unknown"
    merchant = claimed_merchant(sim, call)
    mchid = merchant.mchid if merchant else ""

    answer, hanging_seconds = _answer(sim, call, found, mchid)
    flaws = fire_message_flaws(sim, route=route, mchid=mchid)
    slow = fire(sim, "slow_response", route=route, mchid=mchid)
    # Nothing is acknowledged that a killed process would forget.
    await sim.snapshot.flush()
    if hanging_seconds is not None:
        await sever(scope, receive, after_seconds=hanging_seconds)
        return
    if slow is not None:
        await asyncio.sleep(slow.seconds or 1.0)
    await _send_signed(sim, send, merchant, answer, flaws)


async def _read_call(scope: Scope, receive: Receive) -> Call:
    assert scope["type"] == ScopeType.HTTP
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return Call(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=await read_body(receive, LARGEST_BODY_BYTES),
    )


def _answer(
    sim: Simulation, call: Call, found: tuple[Operation, str] | None, mchid: str
) -> tuple[Answer, float | None]:
    """Give the answer, and after how many seconds the connection drops instead, if it does."""
    try:
        merchant = authorize(sim, call)
        if found is None:
            raise business_error(404, "RESOURCE_NOT_EXISTS", reason="no_such_api")
        operation, number = found
        before = fire(sim, "error_before", "timeout_before", route=operation.name, mchid=mchid)
        if before is None:
            return _commit(sim, merchant, call, operation, number)
        return _failed(before), _hanging_seconds(before)
    except Refusal as refusal:
        return (refusal.status, refusal.body()), None


def _commit(
    sim: Simulation, merchant: Merchant, call: Call, operation: Operation, number: str
) -> tuple[Answer, float | None]:
    answer = operation.handler(sim, merchant, call, number)
    after = fire(
        sim,
        "error_after",
        "timeout_after",
        "response_lost",
        route=operation.name,
        mchid=merchant.mchid,
    )
    if after is None:
        return answer, None
    return _failed(after), _hanging_seconds(after)


def _failed(fault: Fault) -> Answer:
    code = fault.code or _CODES.get(fault.status, "SYSTEM_ERROR")
    message = catalogue().get(f"wechatpay.code.{code}", code)
    return fault.status, {"code": code, "message": message}


def _hanging_seconds(fault: Fault) -> float | None:
    if fault.kind == "response_lost":
        return 0.0
    if fault.kind in ("timeout_before", "timeout_after"):
        return DEFAULT_TIMEOUT_SECONDS if fault.seconds is None else fault.seconds
    return None


async def _send_signed(
    sim: Simulation, send: Send, merchant: Merchant | None, answer: Answer, flaws: list[str]
) -> None:
    status, content = answer
    body = b"" if content is None else msgspec.json.encode(content)
    headers = {} if content is None else {"Content-Type": "application/json; charset=utf-8"}
    if merchant is not None:
        signed_headers, body = sign_outgoing(merchant, body, now=sim.now(), flaws=flaws)
        headers |= signed_headers
    if content is not None:
        headers["Content-Length"] = str(len(body))
    raw_headers = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw_headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
