"""An order as its customer sees it, put together from all three parts."""

from shunyue.kernel.database import Transaction
from shunyue.ordering.api import (
    Order,
    OrderCard,
    OrderView,
    PaymentView,
    RefundView,
    facts_of,
    order_card,
    order_view,
)
from shunyue.payments.api import (
    Charge,
    Refund,
    first_charges,
    refunds_of,
)

_REFUND_WORDS = {"succeeded": "succeeded", "abnormal": "failed"}


async def view_order(tx: Transaction, order: Order) -> OrderView:
    """Show an order with its history, the charge that settled it, and its refunds."""
    has_money = order.payment_state != "none"
    charges = await first_charges(tx, [order.id]) if has_money else {}
    refunds = await refunds_of(tx, order.id) if has_money else []
    payment = _payment_view(order, charges.get(order.id))
    shown = [_refund_view(one) for one in refunds if one.state != "closed"]
    return order_view(order, await facts_of(tx, order.id), payment, shown, tx.now)


async def view_cards(tx: Transaction, orders: list[Order]) -> list[OrderCard]:
    """Show orders in a list."""
    charges = await first_charges(tx, [order.id for order in orders])
    return [
        order_card(order, _payment_view(order, charges.get(order.id)), tx.now) for order in orders
    ]


def _payment_view(order: Order, charge: Charge | None) -> PaymentView | None:
    if charge is None:
        return None
    return PaymentView(
        amount_fen=charge.amount_fen,
        paid_at=charge.paid_at,
        transaction_id=charge.transaction_id,
        channel=charge.channel,
        payee=order.terms.payee,
    )


def _refund_view(refund: Refund) -> RefundView:
    return RefundView(
        amount_fen=refund.amount_fen,
        reason=refund.reason,
        state=_REFUND_WORDS.get(refund.state, "processing"),
        at=refund.settled_at or refund.requested_at,
    )
