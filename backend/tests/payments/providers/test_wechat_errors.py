"""Every error of WeChat Pay, of the network and of whoever answers in between, as our error."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from shunyue.payments.providers import port
from shunyue.payments.providers.wechat import WechatPay
from tests.payments.providers.wechat_gateway import (
    AT,
    Answer,
    Gateway,
    failing,
    falsely_signed,
    signed,
    unsigned,
)
from tests.payments.providers.wechat_orders import ATTEMPT, NUMBER, REFUND
from tests.payments.providers.wechat_vectors import Json

pytestmark = [pytest.mark.req("PY-01"), pytest.mark.asyncio]

Call = Callable[[WechatPay], Awaitable[object]]
CALLS: dict[str, Call] = {
    "create": lambda provider: provider.create(ATTEMPT, port.NativeScene()),
    "query": lambda provider: provider.query(NUMBER),
    "close": lambda provider: provider.close(NUMBER),
    "refund": lambda provider: provider.refund(REFUND),
    "query_refund": lambda provider: provider.query_refund(f"{NUMBER}R1"),
}
every_call = pytest.mark.parametrize("call", list(CALLS))
every_refundless_call = pytest.mark.parametrize(
    "call", [name for name in CALLS if name != "refund"]
)

MISCONFIGURED = [
    (401, "SIGN_ERROR"),
    (403, "NO_AUTH"),
    (400, "APPID_MCHID_NOT_MATCH"),
    (400, "MCH_NOT_EXISTS"),
]
TRANSIENT = [
    (500, "SYSTEM_ERROR"),
    (500, "BANKERROR"),
    (502, "SYSTEM_ERROR"),
    (503, "SERVICE_UNAVAILABLE"),
    (429, "FREQUENCY_LIMITED"),
    (403, "FREQUENCY_LIMITED"),
    (429, "RATELIMIT_EXCEEDED"),
    (429, "A_CODE_OF_TOMORROW"),
]
BUSINESS = [
    (400, "PARAM_ERROR"),
    (400, "INVALID_REQUEST"),
    (403, "OUT_TRADE_NO_USED"),
    (400, "ORDER_CLOSED"),
    (400, "ORDERPAID"),
    (403, "TRADE_ERROR"),
    (403, "RULE_LIMIT"),
    (403, "USER_ACCOUNT_ABNORMAL"),
    (400, "A_CODE_OF_TOMORROW"),
]
NETWORK = [
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("slow"),
    httpx.ReadTimeout("slow"),
    httpx.WriteError("reset"),
    httpx.ReadError("reset"),
    httpx.RemoteProtocolError("cut"),
    httpx.PoolTimeout("busy"),
    httpx.DecodingError("not gzip"),
]


@every_call
@pytest.mark.parametrize(("status", "code"), MISCONFIGURED)
async def test_wrong_settings_alert(call: str, status: int, code: str) -> None:
    error = await error_of(call, signed(status, problem(code)))

    assert type(error) is port.ProviderMisconfigured
    assert (error.code, error.message, error.request_id) == (code, "原因", "08F7TEST")


@every_call
async def test_wrong_clock_of_ours_is_told_and_not_hidden_by_the_stale_answer(call: str) -> None:
    answer = signed(401, problem("SIGN_ERROR"), at=AT - 3600)

    error = await error_of(call, answer)

    assert type(error) is port.ProviderMisconfigured


@every_refundless_call
@pytest.mark.parametrize(("status", "code"), TRANSIENT)
async def test_transient_error_means_try_again(call: str, status: int, code: str) -> None:
    error = await error_of(call, signed(status, problem(code)))

    assert type(error) is port.ProviderUnreachable
    assert error.code == code


@pytest.mark.parametrize(("status", "code"), [*TRANSIENT, (403, "NOT_ENOUGH")])
async def test_transient_error_leaves_a_refund_unsettled(status: int, code: str) -> None:
    error = await error_of("refund", signed(status, problem(code)))

    assert type(error) is port.RefundUnsettled
    assert error.code == code


@every_refundless_call
@pytest.mark.parametrize("lost", NETWORK, ids=lambda lost: type(lost).__name__)
async def test_no_answer_means_try_again(call: str, lost: httpx.RequestError) -> None:
    error = await error_of(call, failing(lost))

    assert type(error) is port.ProviderUnreachable
    assert (error.code, error.message) == ("no_answer", type(lost).__name__)


@pytest.mark.parametrize("lost", NETWORK, ids=lambda lost: type(lost).__name__)
async def test_no_answer_leaves_a_refund_unsettled(lost: httpx.RequestError) -> None:
    error = await error_of("refund", failing(lost))

    assert type(error) is port.RefundUnsettled


@pytest.mark.parametrize("call", ["create", "query", "refund", "query_refund"])
@pytest.mark.parametrize(("status", "code"), BUSINESS)
async def test_business_refusal_keeps_its_code(call: str, status: int, code: str) -> None:
    error = await error_of(call, signed(status, problem(code)))

    assert type(error) is port.ProviderRefused
    assert (error.code, error.message) == (code, "原因")


@pytest.mark.parametrize(("status", "code"), BUSINESS)
async def test_unsigned_refusal_is_still_a_refusal(status: int, code: str) -> None:
    body = f'{{"code":"{code}","message":"x"}}'.encode()

    error = await error_of("create", unsigned(status, body))

    assert type(error) is port.ProviderRefused


@pytest.mark.parametrize("call", ["create", "query", "close", "query_refund"])
@pytest.mark.parametrize(
    "answer",
    [
        unsigned(200, b'{"code_url":"weixin://x","trade_state":"SUCCESS"}'),
        unsigned(204),
        falsely_signed(200, {"code_url": "weixin://x", "trade_state": "SUCCESS"}),
        signed(200, {"code_url": "weixin://x"}, at=AT - 300),
        signed(200, {"code_url": "weixin://x"}, at=AT + 300),
        falsely_signed(404, {"code": "ORDER_NOT_EXIST", "message": "x"}),
        falsely_signed(404, {"code": "RESOURCE_NOT_EXISTS", "message": "x"}),
        falsely_signed(400, {"code": "ORDER_CLOSED", "message": "x"}),
        unsigned(404, b"<html>404 Not Found</html>"),
        unsigned(404, b'["ORDER_NOT_EXIST"]'),
        unsigned(404, b'{"message":"no route"}'),
        unsigned(302),
        unsigned(413, b"\xff\xfe"),
        unsigned(404, b'{"code":"\xff\xfe"}'),
    ],
    ids=[
        "unsigned 200",
        "unsigned 204",
        "falsely signed 200",
        "old 200",
        "future 200",
        "falsely signed absence",
        "falsely signed absence of a refund",
        "falsely signed refusal",
        "page of a proxy",
        "other JSON",
        "JSON without code",
        "redirect",
        "garbage",
        "garbage inside JSON",
    ],
)
async def test_unproven_answer_is_no_answer(call: str, answer: Answer) -> None:
    error = await error_of(call, answer)

    assert type(error) is port.AnswerUnusable


@pytest.mark.parametrize(
    "answer", [unsigned(200, b'{"status":"SUCCESS"}'), signed(200, []), unsigned(302)]
)
async def test_unproven_answer_leaves_a_refund_unsettled(answer: Answer) -> None:
    error = await error_of("refund", answer)

    assert type(error) is port.RefundUnsettled


async def test_redirect_is_not_followed() -> None:
    gateway = Gateway(lambda _: httpx.Response(307, headers={"Location": "https://evil.test/"}))

    with pytest.raises(port.AnswerUnusable):
        await gateway.provider().query(NUMBER)

    assert len(gateway.requests) == 1


async def test_unknown_outcomes_are_one_family() -> None:
    assert issubclass(port.AnswerUnusable, port.ProviderUnreachable)
    assert issubclass(port.RefundUnsettled, port.ProviderUnreachable)
    assert not issubclass(port.CloseRefused, port.ProviderRefused)


def problem(code: str) -> Json:
    return {"code": code, "message": "原因", "detail": {"location": "body"}}


async def error_of(call: str, answer: Answer) -> port.ProviderError:
    with pytest.raises(port.ProviderError) as error:
        await CALLS[call](Gateway(answer).provider())
    return error.value
