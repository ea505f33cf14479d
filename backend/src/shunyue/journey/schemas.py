"""Shapes of the journey's routes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from shunyue.ordering.api import OrderCard
from shunyue.payments.api import Channel, SceneName


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A POST that needs no words."""


class CancelOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cancel for the fee that was shown."""

    fee_fen: Annotated[int, msgspec.Meta(ge=0)]


class CancelForMerchant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cancel a customer's order. `fee_fen`: 0 gives everything back, else what the terms ask."""

    reason: str
    fee_fen: Annotated[int, msgspec.Meta(ge=0)]


class CancelMany(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cancel several orders for one reason; everything paid goes back."""

    numbers: Annotated[list[str], msgspec.Meta(min_length=1, max_length=50)]
    reason: str


class CancelOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one of several orders; `code` and `message` say why it was refused."""

    number: str
    is_done: bool
    refund_fen: int
    code: str | None = None
    message: str | None = None


class CancelOutcomes(msgspec.Struct, frozen=True):
    """What came of each order, in the order asked."""

    items: list[CancelOutcome]


class OrderList(msgspec.Struct, frozen=True):
    """A page of orders."""

    items: list[OrderCard]
    next_cursor: str | None


class PaymentMethod(msgspec.Struct, frozen=True, kw_only=True):
    """A way to pay, and why not, if not."""

    channel: Channel
    scenes: list[SceneName]
    name: str
    is_offered: bool
    reason: str | None


class PaymentMethodList(msgspec.Struct, frozen=True):
    """All ways to pay an order."""

    items: list[PaymentMethod]


class StartPayment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the customer wants to pay, and where the provider's page should lead back to."""

    channel: Annotated[str, msgspec.Meta(max_length=20)]
    scene: SceneName
    return_url: Annotated[str, msgspec.Meta(max_length=500)] | None = None


class PaymentAttemptView(msgspec.Struct, frozen=True, kw_only=True):
    """The way to the cashier: a QR code for a large screen, an address for a phone."""

    id: UUID
    channel: Channel
    scene: SceneName
    amount_fen: int
    state: str
    code_url: str | None
    qr_svg: str | None
    h5_url: str | None
    expires_at: datetime
