"""Takes the payer's money: now, later, or never; and tells the merchant."""

import secrets
from typing import Literal

from paysim.clock import beijing_time, rfc3339
from paysim.journal import record_movement
from paysim.records import Movement
from paysim.simulation import Simulation
from paysim.wechatpay.notices import announce_transaction
from paysim.wechatpay_records import PaymentCode, Trade

Payability = Literal["open", "paid", "closed", "expired", "code_expired"]


def payability(sim: Simulation, trade: Trade, code: PaymentCode | None = None) -> Payability:
    """Tell whether the payer may pay, and why not."""
    if trade.state in ("SUCCESS", "REFUND"):
        return "paid"
    if trade.state == "CLOSED":
        return "closed"
    if trade.expires_at <= sim.now():
        return "expired"
    if code is not None and code.expires_at <= sim.now():
        return "code_expired"
    return "open"


def complete_trade(sim: Simulation, trade: Trade, *, coupon_fen: int = 0) -> None:
    """Charge the payer, write the journal and queue the notice."""
    now = sim.now()
    trade.state = "SUCCESS"
    trade.is_racing_close = False
    trade.pays_at = None
    trade.paid_at = now
    trade.coupon_fen = coupon_fen
    trade.transaction_id = _new_transaction_id(now)
    sim.state.wechatpay.transactions[trade.transaction_id] = f"{trade.mchid}/{trade.out_trade_no}"
    record_movement(
        sim,
        Movement(
            number=sim.next_number(),
            kind="charge",
            provider="wechatpay",
            mchid=trade.mchid,
            out_trade_no=trade.out_trade_no,
            transaction_id=trade.transaction_id,
            amount_fen=trade.total_fen,
            currency=trade.currency,
            moved_at=rfc3339(now),
            accepted_at=rfc3339(now),
        ),
    )
    announce_transaction(sim, trade)


def plan_payment(sim: Simulation, trade: Trade, seconds: float) -> None:
    """Let the payer pay after a while, if that is still possible then."""
    trade.pays_at = sim.now() + seconds
    sim.agenda.plan(trade.pays_at, "wechatpay.payment", f"{trade.mchid}/{trade.out_trade_no}")
    sim.note_change()


def pay_when_due(sim: Simulation, key: str) -> None:
    """Do what `plan_payment` planned."""
    trade = sim.state.wechatpay.trades.get(key)
    if trade is None or trade.pays_at is None or trade.pays_at > sim.now():
        return
    trade.pays_at = None
    sim.note_change()
    if trade.is_racing_close or payability(sim, trade) == "open":
        complete_trade(sim, trade)


def _new_transaction_id(now: float) -> str:
    day, tail = f"{beijing_time(now):%Y%m%d}", f"{secrets.randbelow(10**10):010}"
    return f"4200{secrets.randbelow(10**6):06}{day}{tail}"
