"""Holds as clients see them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from shunyue.booking.records import HoldState
from shunyue.catalog.api import CancellationPolicy, Location
from shunyue.ordering.api import (
    CancellationView,
    PriceView,
    TermsOffering,
    TermsResource,
    TermsSlot,
)

LARGEST_PARTY = 10_000


class HoldSlot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many come."""

    party_size: Annotated[int, msgspec.Meta(ge=1, le=LARGEST_PARTY)]


class HoldRead(msgspec.Struct, frozen=True):
    """Places kept until `expires_at`, by the server's clock."""

    id: UUID
    slot_id: UUID
    party_size: int
    expires_at: datetime
    server_time: datetime


class HoldView(msgspec.Struct, frozen=True, kw_only=True):
    """What is about to be confirmed."""

    id: UUID
    state: HoldState
    party_size: int
    expires_at: datetime | None
    server_time: datetime
    order_number: str | None
    offering: TermsOffering
    slot: TermsSlot
    resource: TermsResource | None
    location: Location | None
    price: PriceView
    cancellation: CancellationView


class ConfirmHold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the customer saw; confirming is refused when it is something else by now."""

    payable_fen: int | None = None
    cancellation: CancellationPolicy | None = None
