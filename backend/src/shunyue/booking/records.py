"""Rows of booking."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

HoldState = Literal["active", "confirmed", "released", "expired"]
PlaceOutcome = Literal[
    "held",
    "replayed",
    "key_reused",
    "not_found",
    "closed",
    "past",
    "too_late",
    "too_early",
    "party_too_large",
    "too_many_open",
    "full",
    "taken",
]


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """Places kept for a customer. Without `expires_at` they are kept until given back."""

    id: UUID
    slot_id: UUID
    customer_id: UUID
    party_size: int
    state: HoldState
    held_at: datetime
    expires_at: datetime | None
    confirmed_at: datetime | None


class Placement(msgspec.Struct, frozen=True):
    """What came of one wish for places."""

    outcome: PlaceOutcome
    hold_id: UUID
    slot_id: UUID
    party_size: int
    expires_at: datetime | None
    places_left: int | None
    capacity: int | None
