"""Control calls that know WeChat Pay: merchants, paying without the page, ending refunds."""

import asyncio
from typing import Annotated, Literal

import msgspec
from litestar import get, post, put
from litestar.exceptions import ClientException, NotFoundException
from msgspec import Meta

from paysim.clock import rfc3339
from paysim.records import JsonObject
from paysim.simulation import Simulation
from paysim.wechatpay.codes import CODE_URL_PREFIX, newest_open_code
from paysim.wechatpay.messages import new_public_key_id
from paysim.wechatpay.payment import complete_trade, payability
from paysim.wechatpay.refunds import end_refund
from paysim.wechatpay.signing import load_public_key, new_key_pair
from paysim.wechatpay_records import Merchant, Refund, Trade

KEY_BYTES = 32
Name = Annotated[str, Meta(min_length=1, max_length=64)]


class RegisterMerchant(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A merchant's side of the contract with WeChat Pay."""

    appids: list[Name]
    serial_no: Name
    merchant_public_key: str
    apiv3_key: str
    payee_name: Name
    h5_domains: list[str] = msgspec.field(default_factory=list)


class RegisteredMerchant(msgspec.Struct):
    """WeChat Pay's side of it."""

    public_key_id: str
    public_key: str


class Pay(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Pay a trade by the merchant's number, or by what opens its cashier."""

    out_trade_no: str | None = None
    cashier_id: str | None = None
    mchid: str | None = None
    coupon_fen: Annotated[int, Meta(ge=0)] = 0


class EndRefund(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """End a refund that is stuck or went wrong."""

    out_refund_no: str
    status: Literal["SUCCESS", "ABNORMAL", "CLOSED"]
    mchid: str | None = None


@put("/_sim/wechat/merchants/{mchid:str}")
async def register_merchant(
    sim: Simulation, mchid: str, data: RegisterMerchant
) -> RegisteredMerchant:
    """Register or change a merchant; WeChat Pay's key is made once and stays."""
    _check(data)
    merchants = sim.state.wechatpay.merchants
    if mchid not in merchants:
        keys = await asyncio.to_thread(new_key_pair)
        merchants.setdefault(mchid, _new_merchant(mchid, data, keys))
    merchant = merchants[mchid]
    for field in msgspec.structs.fields(data):
        setattr(merchant, field.name, getattr(data, field.name))
    sim.note_change()
    await sim.snapshot.flush()
    return RegisteredMerchant(merchant.public_key_id, merchant.platform_public_key)


@post("/_sim/pay", status_code=200)
async def pay(sim: Simulation, data: Pay) -> JsonObject:
    """Pay without the page."""
    code = sim.state.wechatpay.codes.get((data.cashier_id or "").removeprefix(CODE_URL_PREFIX))
    if code is not None:
        trade = sim.state.wechatpay.trades[f"{code.mchid}/{code.out_trade_no}"]
    else:
        trade = _trade_numbered(sim, data.out_trade_no, data.mchid)
    state = payability(sim, trade, code)
    if state != "open":
        raise ClientException(status_code=409, detail=state)
    if data.coupon_fen >= trade.total_fen:
        raise ClientException(detail="coupon_fen must be less than the total")
    complete_trade(sim, trade, coupon_fen=data.coupon_fen)
    await sim.snapshot.flush()
    return _trade_summary(sim, trade)


@post("/_sim/end_refund", status_code=200)
async def end_refund_by_hand(sim: Simulation, data: EndRefund) -> JsonObject:
    """End a refund that is stuck, or one that went wrong and was mended by hand."""
    refund = _refund_numbered(sim, data.out_refund_no, data.mchid)
    if refund.status not in ("PROCESSING", "ABNORMAL"):
        raise ClientException(status_code=409, detail=refund.status)
    end_refund(sim, refund, data.status)
    await sim.snapshot.flush()
    return {"out_refund_no": refund.out_refund_no, "status": refund.status}


@get("/_sim/trades")
async def list_trades(sim: Simulation, mchid: str | None = None) -> list[JsonObject]:
    """List trades in the order they were opened."""
    trades = sim.state.wechatpay.trades.values()
    return [_trade_summary(sim, trade) for trade in trades if mchid in (None, trade.mchid)]


def _check(data: RegisterMerchant) -> None:
    if len(data.apiv3_key.encode()) != KEY_BYTES:
        raise ClientException(detail=f"apiv3_key must have {KEY_BYTES} bytes")
    try:
        load_public_key(data.merchant_public_key)
    except ValueError as error:
        raise ClientException(detail="merchant_public_key must be an RSA key in PEM") from error


def _new_merchant(mchid: str, data: RegisterMerchant, keys: tuple[str, str]) -> Merchant:
    return Merchant(
        mchid=mchid,
        public_key_id=new_public_key_id(),
        platform_private_key=keys[0],
        platform_public_key=keys[1],
        **msgspec.structs.asdict(data),
    )


def _trade_numbered(sim: Simulation, out_trade_no: str | None, mchid: str | None) -> Trade:
    trades = sim.state.wechatpay.trades.values()
    found = [
        trade
        for trade in trades
        if trade.out_trade_no == out_trade_no and mchid in (None, trade.mchid)
    ]
    if not found:
        raise NotFoundException(detail="no such trade")
    if len(found) > 1:
        raise ClientException(detail="several merchants use this number: give the mchid")
    return found[0]


def _refund_numbered(sim: Simulation, out_refund_no: str, mchid: str | None) -> Refund:
    for refund in sim.state.wechatpay.refunds.values():
        if refund.out_refund_no == out_refund_no and mchid in (None, refund.mchid):
            return refund
    raise NotFoundException(detail="no such refund")


def _trade_summary(sim: Simulation, trade: Trade) -> JsonObject:
    code = newest_open_code(sim, trade)
    return {
        "mchid": trade.mchid,
        "out_trade_no": trade.out_trade_no,
        "trade_type": trade.trade_type,
        "trade_state": trade.state,
        "description": trade.description,
        "total_fen": trade.total_fen,
        "transaction_id": trade.transaction_id,
        "created_at": rfc3339(trade.created_at),
        "expires_at": rfc3339(trade.expires_at),
        "cashier_id": code.id if code else None,
        "cashier_url": f"{sim.public_url}/_sim/cashier/{code.id}" if code else None,
    }
