"""An order as its customer sees it, put together from all three parts."""

from shunyue.kernel.database import Transaction
from shunyue.ordering.api import (
    Order,
    OrderView,
    PaymentView,
    RefundView,
    facts_of,
    order_view,
)
from shunyue.payments.api import (
    Attempt,
    Refund,
    attempts_of,
    channel_by_id,
    refunds_of,
)

_REFUND_WORDS = {"succeeded": "succeeded", "abnormal": "failed"}


async def view_order(tx: Transaction, order: Order) -> OrderView:
    """Show an order with its history, the charge that settled it, and its refunds."""
    attempts = await attempts_of(tx, order.id) if order.registered_at else []
    refunds = await refunds_of(tx, order.id) if order.registered_at else []
    paid = next((one for one in attempts if one.state == "paid"), None)
    payment = await _payment_view(tx, order, paid) if paid else None
    shown = [_refund_view(one) for one in refunds if one.state != "closed"]
    return order_view(order, await facts_of(tx, order.id), payment, shown, tx.now)


async def _payment_view(tx: Transaction, order: Order, attempt: Attempt) -> PaymentView:
    channel = await channel_by_id(tx, attempt.channel_id)
    assert attempt.paid_at is not None
    assert attempt.transaction_id is not None
    return PaymentView(
        amount_fen=attempt.amount_fen,
        paid_at=attempt.paid_at,
        transaction_id=attempt.transaction_id,
        channel=channel.channel,
        payee=order.terms.payee,
    )


def _refund_view(refund: Refund) -> RefundView:
    return RefundView(
        amount_fen=refund.amount_fen,
        reason=refund.reason,
        state=_REFUND_WORDS.get(refund.state, "processing"),
        at=refund.settled_at or refund.requested_at,
    )
