"""What payments announce."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shunyue.kernel.events import Event
from shunyue.payments.records import Channel, RefundProgress, RefundReason


class PaymentSettled(Event, frozen=True, kw_only=True):
    """A charge covers what an order owed; whether it still has its place is not known here."""

    name: ClassVar[str] = "payments.payment_settled.v1"

    order_id: UUID
    attempt_id: UUID
    amount_fen: int
    paid_at: datetime
    transaction_id: str
    channel: Channel


class SurplusReceived(Event, frozen=True, kw_only=True):
    """An order that was already paid was paid once more; the refund is on its way."""

    name: ClassVar[str] = "payments.surplus_received.v1"

    order_id: UUID
    attempt_id: UUID
    amount_fen: int
    transaction_id: str = ""


class CollectionStopped(Event, frozen=True, kw_only=True):
    """Nothing was charged for an order, and nothing can be any more."""

    name: ClassVar[str] = "payments.collection_stopped.v1"

    order_id: UUID


class RefundAdvanced(Event, frozen=True, kw_only=True):
    """A refund was asked for, arrived, or can't be carried out by the provider alone."""

    name: ClassVar[str] = "payments.refund_advanced.v1"

    order_id: UUID
    refund_id: UUID
    amount_fen: int
    reason: RefundReason
    state: RefundProgress
