"""Opens, finds and closes trades; payment.py pays them."""

import hashlib
import re
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from paysim.faults import fire
from paysim.records import JsonObject
from paysim.simulation import Simulation
from paysim.wechatpay.codes import issue_code
from paysim.wechatpay.payment import complete_trade, plan_payment
from paysim.wechatpay.refusals import business_error, param_error
from paysim.wechatpay.schemas import (
    CloseTrade,
    CreateH5Trade,
    CreateJsapiTrade,
    CreateTrade,
    parse,
)
from paysim.wechatpay_records import Merchant, Trade, TradeType
from paysim.wording import say

SHORTEST_LIFE_SECONDS = 60
LONGEST_LIFE_SECONDS = 90 * 86400
DEFAULT_LIFE_SECONDS = 7 * 86400
_SCHEMAS: dict[TradeType, type[CreateTrade]] = {
    "JSAPI": CreateJsapiTrade,
    "MWEB": CreateH5Trade,
    "NATIVE": CreateTrade,
    "APP": CreateTrade,
}
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", re.ASCII)


def create_trade(
    sim: Simulation, merchant: Merchant, trade_type: TradeType, body: bytes
) -> JsonObject:
    """Order a payment; the same number on the same terms gives a fresh code of the same trade."""
    terms = parse(body, _SCHEMAS[trade_type])
    _check_account(merchant, terms)
    _check_texts(terms)
    digest = _digest(trade_type, body)
    trade = sim.state.wechatpay.trades.get(f"{merchant.mchid}/{terms.out_trade_no}")
    if trade is None:
        trade = _open_trade(sim, trade_type, terms, digest)
    else:
        _check_repetition(sim, trade, digest)
    return issue_code(sim, trade)


def find_trade(sim: Simulation, merchant: Merchant, out_trade_no: str) -> Trade:
    """Give a trade of the merchant by the merchant's number."""
    trade = sim.state.wechatpay.trades.get(f"{merchant.mchid}/{out_trade_no}")
    if trade is None:
        raise business_error(404, "ORDER_NOT_EXIST")
    return trade


def find_transaction(sim: Simulation, merchant: Merchant, transaction_id: str) -> Trade:
    """Give a trade of the merchant by the provider's number, which it has once paid."""
    key = sim.state.wechatpay.transactions.get(transaction_id, "")
    trade = sim.state.wechatpay.trades.get(key)
    if trade is None or trade.mchid != merchant.mchid:
        raise business_error(404, "ORDER_NOT_EXIST")
    return trade


def close_trade(sim: Simulation, merchant: Merchant, out_trade_no: str, body: bytes) -> None:
    """Close an unpaid trade; a fault may let a payment slip in at the same moment."""
    terms = parse(body, CloseTrade)
    if terms.mchid != merchant.mchid:
        raise param_error("/mchid", say("wechatpay.issue.other_merchant"), value=terms.mchid)
    trade = find_trade(sim, merchant, out_trade_no)
    if trade.state in ("SUCCESS", "REFUND"):
        raise business_error(400, "ORDERPAID")
    if trade.state == "CLOSED":
        raise business_error(400, "ORDER_CLOSED")
    trade.state = "CLOSED"
    sim.note_change()
    race = fire(sim, "close_race", route="close", mchid=merchant.mchid)
    if race is None:
        return
    if race.seconds:
        trade.is_racing_close = True
        plan_payment(sim, trade, race.seconds)
    else:
        complete_trade(sim, trade)


def _check_account(merchant: Merchant, terms: CreateTrade) -> None:
    if terms.mchid != merchant.mchid:
        raise param_error("/mchid", say("wechatpay.issue.other_merchant"), value=terms.mchid)
    if terms.appid not in merchant.appids:
        raise business_error(400, "APPID_MCHID_NOT_MATCH")


def _check_texts(terms: CreateTrade) -> None:
    if not terms.description.strip():
        raise param_error("/description", say("wechatpay.issue.required"))
    check_notify_url(terms.notify_url)
    if terms.time_expire is not None and _instant(terms.time_expire) is None:
        raise param_error("/time_expire", say("wechatpay.issue.time"), value=terms.time_expire)


def check_notify_url(url: str) -> None:
    """Refuse an address the provider would not call: no query, no fragment, http(s) only."""
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_good = False
    if not is_good or "?" in url or "#" in url or re.search(r"\s", url):
        raise param_error("/notify_url", say("wechatpay.issue.notify_url"), value=url)


def _digest(trade_type: TradeType, body: bytes) -> str:
    terms = msgspec.json.encode(msgspec.json.decode(body), order="sorted")
    return hashlib.sha256(trade_type.encode() + terms).hexdigest()


def _open_trade(sim: Simulation, trade_type: TradeType, terms: CreateTrade, digest: str) -> Trade:
    trade = Trade(
        mchid=terms.mchid,
        out_trade_no=terms.out_trade_no,
        appid=terms.appid,
        trade_type=trade_type,
        description=terms.description,
        attach=terms.attach,
        notify_url=terms.notify_url,
        total_fen=terms.amount.total,
        currency=terms.amount.currency,
        openid=terms.payer.openid if terms.payer else f"oSIM{digest[:24]}",
        terms_digest=digest,
        created_at=sim.now(),
        expires_at=_expiry(sim, terms.time_expire),
    )
    sim.state.wechatpay.trades[f"{trade.mchid}/{trade.out_trade_no}"] = trade
    return trade


def _expiry(sim: Simulation, time_expire: str | None) -> float:
    wanted = _instant(time_expire) if time_expire else None
    if wanted is None:
        return sim.now() + DEFAULT_LIFE_SECONDS
    # Whole seconds on the wire: one minute from "now" must not fail by the fraction cut off.
    life_seconds = wanted - int(sim.now())
    if not SHORTEST_LIFE_SECONDS <= life_seconds <= LONGEST_LIFE_SECONDS:
        raise param_error("/time_expire", say("wechatpay.issue.life"), value=time_expire)
    return wanted


def _instant(text: str) -> float | None:
    if not _RFC3339.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None


def _check_repetition(sim: Simulation, trade: Trade, digest: str) -> None:
    if trade.state in ("SUCCESS", "REFUND"):
        raise business_error(400, "ORDERPAID")
    if trade.state == "CLOSED" or trade.expires_at <= sim.now():
        raise business_error(400, "ORDER_CLOSED")
    if trade.terms_digest != digest:
        raise business_error(403, "OUT_TRADE_NO_USED")
