"""The JSON bodies a merchant sends, with the provider's limits; unknown fields are ignored."""

import re
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta

from paysim.wechatpay.refusals import invalid_request, param_error
from paysim.wording import say

Text32 = Annotated[str, Meta(min_length=1, max_length=32)]
Url = Annotated[str, Meta(min_length=1, max_length=255)]
Fen = Annotated[int, Meta(ge=1, le=10_000_000_000)]
OutTradeNo = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z_\-|*]{6,32}\Z")]
OutRefundNo = Annotated[str, Meta(pattern=r"\A[0-9A-Za-z_\-|*@]{1,64}\Z")]


class Amount(msgspec.Struct, frozen=True):
    """What is to be paid."""

    total: Fen
    currency: Literal["CNY"] = "CNY"


class Payer(msgspec.Struct, frozen=True):
    """Who pays, as the mini-program or official account of `appid` knows them."""

    openid: Annotated[str, Meta(pattern=r"\A[0-9A-Za-z_\-]{1,128}\Z")]


class H5Info(msgspec.Struct, frozen=True):
    """Where the browser runs."""

    type: Literal["iOS", "Android", "Wap"]


class SceneInfo(msgspec.Struct, frozen=True):
    """The payer's surroundings, required outside WeChat."""

    payer_client_ip: Annotated[str, Meta(min_length=1, max_length=45)]
    h5_info: H5Info


class CreateTrade(msgspec.Struct, frozen=True, kw_only=True):
    """Order a payment; enough for native and app."""

    appid: Text32
    mchid: Text32
    description: Annotated[str, Meta(min_length=1, max_length=127)]
    out_trade_no: OutTradeNo
    notify_url: Url
    amount: Amount
    time_expire: Annotated[str, Meta(max_length=64)] | None = None
    attach: Annotated[str, Meta(max_length=128)] | None = None
    payer: Payer | None = None


class CreateJsapiTrade(CreateTrade, frozen=True, kw_only=True):
    """Order a payment inside WeChat."""

    payer: Payer


class CreateH5Trade(CreateTrade, frozen=True, kw_only=True):
    """Order a payment from a phone's browser."""

    scene_info: SceneInfo


class CloseTrade(msgspec.Struct, frozen=True):
    """Stop a payment."""

    mchid: Text32


class RefundAmount(msgspec.Struct, frozen=True):
    """How much goes back, of how much."""

    refund: Fen
    total: Fen
    currency: Literal["CNY"]


class CreateRefund(msgspec.Struct, frozen=True, kw_only=True):
    """Send money back."""

    out_refund_no: OutRefundNo
    amount: RefundAmount
    transaction_id: Text32 | None = None
    out_trade_no: OutTradeNo | None = None
    reason: Annotated[str, Meta(max_length=80)] | None = None
    notify_url: Url | None = None


Body = TypeVar("Body", bound=msgspec.Struct)
_MISSING = re.compile(r"missing required field `(?P<name>\w+)`")
_PATH = re.compile(r"at `\$(?P<path>[^`]*)`")


def parse(body: bytes, schema: type[Body]) -> Body:
    """Read a body or refuse it the way the provider does, naming the field."""
    try:
        return msgspec.json.decode(body, type=schema)
    except msgspec.ValidationError as error:
        field, issue = _locate(str(error))
        raise param_error(field, issue) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid_request("json") from error


def _locate(complaint: str) -> tuple[str, str]:
    found = _PATH.search(complaint)
    path = found["path"].replace(".", "/") if found else ""
    missing = _MISSING.search(complaint)
    if missing:
        return f"{path}/{missing['name']}", say("wechatpay.issue.required")
    return path or "/", say("wechatpay.issue.format")
