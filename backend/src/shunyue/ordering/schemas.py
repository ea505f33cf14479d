"""Orders as clients see them."""

from datetime import datetime
from typing import Any

import msgspec

from shunyue.catalog.api import Location, free_until, late_fee_fen
from shunyue.kernel.copy import wording
from shunyue.kernel.money import yuan
from shunyue.kernel.tokens import ActorKind
from shunyue.ordering.policy import cost_of_cancelling
from shunyue.ordering.pricing import LineKind, PriceBreakdown, PriceLine, service_fen
from shunyue.ordering.records import (
    EndReason,
    FactKind,
    Order,
    OrderFact,
    OrderState,
    PaymentState,
    Terms,
    TermsOffering,
    TermsResource,
    TermsSlot,
)


class PriceLineView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the price with its words."""

    kind: LineKind
    label: str
    reason: str | None
    amount_fen: int


class PriceView(msgspec.Struct, frozen=True, kw_only=True):
    """What is owed, why, and until when it is promised."""

    lines: list[PriceLineView]
    payable_fen: int
    note: str
    locked_until: datetime | None


class CancellationView(msgspec.Struct, frozen=True, kw_only=True):
    """What cancelling costs, from the same data that it will be charged by."""

    free_until_hours: int
    fee_percent: int
    free_until: datetime
    fee_fen: int


class CancelNow(msgspec.Struct, frozen=True, kw_only=True):
    """What cancelling costs at this moment; a request to cancel repeats `fee_fen`."""

    fee_fen: int
    refund_fen: int


class FactView(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the order."""

    kind: FactKind
    at: datetime
    actor: ActorKind
    params: dict[str, Any]


class PaymentView(msgspec.Struct, frozen=True, kw_only=True):
    """The charge that settled the order."""

    amount_fen: int
    paid_at: datetime
    transaction_id: str
    channel: str
    payee: str


class RefundView(msgspec.Struct, frozen=True, kw_only=True):
    """Money on its way back."""

    amount_fen: int
    reason: str
    state: str
    at: datetime


class OrderCard(msgspec.Struct, frozen=True, kw_only=True):
    """An order in a list."""

    number: str
    state: OrderState
    payment_state: PaymentState
    offering: TermsOffering
    slot: TermsSlot
    resource: TermsResource | None
    location: Location | None
    party_size: int
    placed_at: datetime
    register_by: datetime
    registered_at: datetime | None
    pay_by: datetime | None
    paid_at: datetime | None
    ended_at: datetime | None
    end_reason: EndReason | None
    price: PriceView
    cancellation: CancellationView
    payment: PaymentView | None
    server_time: datetime


class OrderView(OrderCard, frozen=True, kw_only=True):
    """An order with its history and its money."""

    facts: list[FactView]
    refunds: list[RefundView]
    # Null: it can't be cancelled any more.
    cancel_now: CancelNow | None
    # What the merchant said about cancelling it.
    end_note: str | None


def price_view(price: PriceBreakdown, locked_until: datetime | None) -> PriceView:
    """Word a price."""
    return PriceView(
        lines=[_line_view(line) for line in price.lines],
        payable_fen=price.payable_fen,
        note=wording("price.note", {}),
        locked_until=locked_until,
    )


def _line_view(line: PriceLine) -> PriceLineView:
    reason = None
    if line.quantity > 1:
        reason = wording("price.each", {"unit": yuan(line.unit_fen), "quantity": line.quantity})
    return PriceLineView(
        kind=line.kind,
        label=wording(f"price.{line.kind}", {}),
        reason=reason,
        amount_fen=line.amount_fen,
    )


def cancellation_view(terms: Terms) -> CancellationView:
    """Word a cancellation policy for one slot and price."""
    return CancellationView(
        free_until_hours=terms.policy.free_until_hours,
        fee_percent=terms.policy.fee_percent,
        free_until=free_until(terms.policy, terms.slot.starts_at),
        fee_fen=late_fee_fen(terms.policy, service_fen(terms.price)),
    )


def order_card(order: Order, payment: PaymentView | None, now: datetime) -> OrderCard:
    """Show an order in a list."""
    return OrderCard(**_card(order, payment, now))


def order_view(
    order: Order,
    facts: list[OrderFact],
    payment: PaymentView | None,
    refunds: list[RefundView],
    now: datetime,
) -> OrderView:
    """Show an order with everything that happened."""
    return OrderView(
        **_card(order, payment, now),
        facts=[
            FactView(kind=fact.kind, at=fact.at, actor=fact.actor_kind, params=fact.params)
            for fact in facts
        ],
        refunds=refunds,
        cancel_now=_cancel_now(order, now),
        end_note=order.end_note,
    )


def _cancel_now(order: Order, now: datetime) -> CancelNow | None:
    cost = cost_of_cancelling(order, now)
    return CancelNow(fee_fen=cost.fee_fen, refund_fen=cost.refund_fen) if cost else None


def _card(order: Order, payment: PaymentView | None, now: datetime) -> dict[str, Any]:
    terms = order.terms
    return {
        "number": order.number,
        "state": order.state,
        "payment_state": order.payment_state,
        "offering": terms.offering,
        "slot": terms.slot,
        "resource": terms.resource,
        "location": terms.location,
        "party_size": order.party_size,
        "placed_at": order.placed_at,
        "register_by": order.register_by,
        "registered_at": order.registered_at,
        "pay_by": order.pay_by,
        "paid_at": order.paid_at,
        "ended_at": order.ended_at,
        "end_reason": order.end_reason,
        "price": price_view(terms.price, order.pay_by),
        "cancellation": cancellation_view(terms),
        "payment": payment,
        "server_time": now,
    }
