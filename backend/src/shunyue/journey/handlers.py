"""Reactions of the journey to what booking and payments announce. Each takes effect once."""

from shunyue.booking.api import HoldExpiredEvent
from shunyue.journey import commands
from shunyue.kernel.database import Transaction
from shunyue.kernel.outbox import Subscription
from shunyue.payments.api import (
    CollectionStopped,
    PaymentSettled,
    RefundAdvanced,
    SurplusReceived,
)


async def expire_order(tx: Transaction, event: HoldExpiredEvent) -> None:
    """The 15 minutes of a confirmed hold ran out."""
    if event.is_confirmed:
        await commands.end_unregistered(tx, event.hold_id)


async def settle_order(tx: Transaction, event: PaymentSettled) -> None:
    """A charge covers the order."""
    await commands.settle_order(tx, event)


async def end_unpaid(tx: Transaction, event: CollectionStopped) -> None:
    """The provider confirmed that nothing was charged."""
    await commands.end_unpaid(tx, event.order_id)


async def note_refund(tx: Transaction, event: RefundAdvanced) -> None:
    """Money is on its way back, or arrived."""
    await commands.note_refund(tx, event)


async def note_surplus(tx: Transaction, event: SurplusReceived) -> None:
    """The order was paid twice."""
    await commands.note_surplus(tx, event)


SUBSCRIPTIONS = (
    Subscription(HoldExpiredEvent, expire_order),
    Subscription(PaymentSettled, settle_order),
    Subscription(CollectionStopped, end_unpaid),
    Subscription(RefundAdvanced, note_refund),
    Subscription(SurplusReceived, note_surplus),
)
