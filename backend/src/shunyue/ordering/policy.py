"""What cancelling an order costs, by the terms that it was made on. Pure."""

from datetime import datetime

from shunyue.catalog.api import cancellation_fee_fen
from shunyue.ordering.pricing import service_fen
from shunyue.ordering.records import CancellationCost, Order


def cost_of_cancelling(order: Order, now: datetime) -> CancellationCost | None:
    """Return what cancelling at `now` costs; None once the slot has begun or the order is over.

    An order that is not paid costs nothing; while its charge may still land, it is left alone.
    """
    if order.state in {"expired", "cancelled"} or order.payment_state == "checking":
        return None
    if order.state != "confirmed":
        return CancellationCost(0, 0)
    if order.terms.slot.starts_at <= now:
        return None
    fee_fen = cancellation_fee_fen(
        order.terms.policy,
        price_fen=service_fen(order.terms.price),
        starts_at=order.terms.slot.starts_at,
        now=now,
    )
    return CancellationCost(fee_fen, order.payable_fen - fee_fen)
