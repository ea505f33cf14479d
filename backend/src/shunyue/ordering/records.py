"""Rows of ordering, and the terms that an order was made on."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from shunyue.catalog.api import CancellationPolicy, Location, LocationMode, OfferingKind
from shunyue.kernel.tokens import ActorKind
from shunyue.ordering.pricing import PriceBreakdown

OrderState = Literal[
    "awaiting_registration", "awaiting_payment", "confirmed", "expired", "cancelled"
]
PaymentState = Literal[
    "none",
    "pending",
    "checking",
    "paid",
    "refunding",
    "refunded",
    "part_refunded",
    "refund_failed",
]
EndReason = Literal["registration_window", "payment_window", "customer", "merchant"]
FactKind = Literal[
    "placed",
    "registered",
    "paid",
    "confirmed",
    "expired",
    "cancelled",
    "refund_started",
    "refunded",
    "refund_failed",
    "paid_late",
    "paid_twice",
    "booked_again",
]


class TermsOffering(msgspec.Struct, frozen=True, kw_only=True):
    """The offering as it was when the order was made."""

    id: UUID
    name: str
    kind: OfferingKind
    cover_url: str
    price_unit: str
    duration_minutes: int
    location_mode: LocationMode


class TermsSlot(msgspec.Struct, frozen=True, kw_only=True):
    """When it takes place."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


class TermsResource(msgspec.Struct, frozen=True, kw_only=True):
    """With whom or what."""

    id: UUID
    kind: str
    name: str
    title: str
    photo_url: str


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What was promised: copied once, never read from the catalog again."""

    offering: TermsOffering
    slot: TermsSlot
    resource: TermsResource | None
    location: Location | None
    policy: CancellationPolicy
    rules_version: int
    price: PriceBreakdown
    payee: str


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """The order that ties booking, registration and payments under one number."""

    id: UUID
    number: str
    customer_id: UUID
    offering_id: UUID
    slot_id: UUID
    hold_id: UUID
    party_size: int
    state: OrderState
    payment_state: PaymentState
    terms: Terms
    payable_fen: int
    placed_at: datetime
    register_by: datetime
    registered_at: datetime | None
    pay_by: datetime | None
    paid_at: datetime | None
    ended_at: datetime | None
    end_reason: EndReason | None
    end_note: str | None


class CancellationCost(msgspec.Struct, frozen=True):
    """What cancelling costs: how much of the payment is kept, and how much goes back."""

    fee_fen: int
    refund_fen: int


class OrderFact(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to an order."""

    id: UUID
    order_id: UUID
    kind: FactKind
    at: datetime
    actor_kind: ActorKind
    actor_id: UUID | None
    params: dict[str, Any]
