"""Accepts refunds, lets them end after a while, and shows them."""

import secrets

from paysim.clock import beijing_time, rfc3339
from paysim.faults import fire
from paysim.journal import record_movement
from paysim.records import JsonObject, Movement
from paysim.simulation import Simulation
from paysim.wechatpay.notices import announce_refund
from paysim.wechatpay.refusals import business_error, invalid_request, param_error
from paysim.wechatpay.schemas import CreateRefund, parse
from paysim.wechatpay.trades import check_notify_url
from paysim.wechatpay.views import refund_view
from paysim.wechatpay_records import Merchant, Refund, RefundStatus, Trade
from paysim.wording import say

MOST_REFUNDS_OF_A_TRADE = 50
REFUNDABLE_SECONDS = 365 * 86400


def create_refund(sim: Simulation, merchant: Merchant, body: bytes) -> JsonObject:
    """Accept a refund; the same number asked again shows the refund there already is."""
    terms = parse(body, CreateRefund)
    if terms.notify_url is not None:
        check_notify_url(terms.notify_url)
    trade = _paid_trade(sim, merchant, terms)
    refund = sim.state.wechatpay.refunds.get(f"{merchant.mchid}/{terms.out_refund_no}")
    if refund is None:
        _check_limits(sim, trade, terms)
        refund = _accept(sim, trade, terms)
    elif (refund.out_trade_no, refund.amount_fen, trade.total_fen) != (
        trade.out_trade_no,
        terms.amount.refund,
        terms.amount.total,
    ):
        raise invalid_request("other_refund")
    return refund_view(refund, trade)


def query_refund(sim: Simulation, merchant: Merchant, out_refund_no: str) -> JsonObject:
    """Show a refund of the merchant."""
    refund = sim.state.wechatpay.refunds.get(f"{merchant.mchid}/{out_refund_no}")
    if refund is None:
        raise business_error(404, "RESOURCE_NOT_EXISTS")
    return refund_view(refund, _trade_of(sim, refund))


def end_refund_when_due(sim: Simulation, key: str) -> None:
    """End an accepted refund at its time, as it was decided on acceptance."""
    refund = sim.state.wechatpay.refunds.get(key)
    if refund is None or refund.status != "PROCESSING":
        return
    if refund.ends_at is not None and refund.ends_at <= sim.now():
        end_refund(sim, refund, refund.ends_as)


def end_refund(sim: Simulation, refund: Refund, status: RefundStatus) -> None:
    """Let a refund arrive or fail; only arrived money is written to the journal."""
    trade = _trade_of(sim, refund)
    refund.status = status
    refund.ends_at = None
    sim.note_change()
    if status == "SUCCESS":
        refund.succeeded_at = sim.now()
        record_movement(sim, _movement(sim, refund, trade))
    announce_refund(sim, refund, trade)


def _paid_trade(sim: Simulation, merchant: Merchant, terms: CreateRefund) -> Trade:
    if terms.transaction_id is None and terms.out_trade_no is None:
        raise param_error("/transaction_id", say("wechatpay.issue.required"))
    key = f"{merchant.mchid}/{terms.out_trade_no}"
    if terms.transaction_id is not None:
        key = sim.state.wechatpay.transactions.get(terms.transaction_id, "")
    trade = sim.state.wechatpay.trades.get(key)
    if trade is None or trade.mchid != merchant.mchid:
        raise business_error(404, "RESOURCE_NOT_EXISTS")
    if terms.out_trade_no not in (None, trade.out_trade_no):
        raise invalid_request("order_numbers_differ")
    if trade.paid_at is None:
        raise invalid_request("unpaid")
    return trade


def _check_limits(sim: Simulation, trade: Trade, terms: CreateRefund) -> None:
    refunds = [sim.state.wechatpay.refunds[f"{trade.mchid}/{no}"] for no in trade.refund_nos]
    taken_fen = sum(refund.amount_fen for refund in refunds if refund.status != "CLOSED")
    assert trade.paid_at is not None  # _paid_trade refused everything else.
    if sim.now() - trade.paid_at > REFUNDABLE_SECONDS:
        raise invalid_request("too_old")
    if terms.amount.total != trade.total_fen:
        raise invalid_request("other_total")
    if taken_fen + terms.amount.refund > trade.total_fen:
        raise invalid_request("more_than_rest")
    if len(refunds) >= MOST_REFUNDS_OF_A_TRADE:
        raise invalid_request("too_many_refunds")
    spacing_seconds = sim.state.settings.refund_spacing_seconds
    if refunds and sim.now() - refunds[-1].accepted_at < spacing_seconds:
        raise business_error(429, "FREQUENCY_LIMITED")


def _accept(sim: Simulation, trade: Trade, terms: CreateRefund) -> Refund:
    now = sim.now()
    ends_as = _fate(sim, trade.mchid)
    is_stuck = ends_as == "PROCESSING"
    refund = Refund(
        mchid=trade.mchid,
        out_refund_no=terms.out_refund_no,
        out_trade_no=trade.out_trade_no,
        refund_id=f"5000{secrets.randbelow(10**6):06}{beijing_time(now):%Y%m%d}"
        f"{secrets.randbelow(10**11):011}",
        amount_fen=terms.amount.refund,
        notify_url=terms.notify_url,
        accepted_at=now,
        ends_as=ends_as,
        ends_at=None if is_stuck else now + sim.state.settings.refund_delay_seconds,
    )
    key = f"{refund.mchid}/{refund.out_refund_no}"
    sim.state.wechatpay.refunds[key] = refund
    # "Entered refund" holds from acceptance on, and also for a part of the amount.
    trade.state = "REFUND"
    trade.refund_nos.append(refund.out_refund_no)
    sim.note_change()
    if refund.ends_at is not None:
        sim.agenda.plan(refund.ends_at, "wechatpay.refund", key)
    return refund


def _fate(sim: Simulation, mchid: str) -> RefundStatus:
    fault = fire(
        sim, "refund_abnormal", "refund_closed", "refund_stuck", route="refund", mchid=mchid
    )
    if fault is None:
        return "SUCCESS"
    if fault.kind == "refund_abnormal":
        return "ABNORMAL"
    return "CLOSED" if fault.kind == "refund_closed" else "PROCESSING"


def _trade_of(sim: Simulation, refund: Refund) -> Trade:
    return sim.state.wechatpay.trades[f"{refund.mchid}/{refund.out_trade_no}"]


def _movement(sim: Simulation, refund: Refund, trade: Trade) -> Movement:
    assert trade.transaction_id is not None  # Only paid trades are refunded.
    return Movement(
        number=sim.next_number(),
        kind="refund",
        provider="wechatpay",
        mchid=refund.mchid,
        out_trade_no=refund.out_trade_no,
        transaction_id=trade.transaction_id,
        amount_fen=refund.amount_fen,
        currency=trade.currency,
        moved_at=rfc3339(sim.now()),
        accepted_at=rfc3339(refund.accepted_at),
        out_refund_no=refund.out_refund_no,
        refund_id=refund.refund_id,
    )
