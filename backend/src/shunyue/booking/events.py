"""What booking announces. The database function that takes places writes these rows itself."""

from typing import ClassVar
from uuid import UUID

from shunyue.kernel.events import Event


class SlotHeld(Event, frozen=True, kw_only=True):
    """Places left a slot."""

    name: ClassVar[str] = "booking.slot_held.v1"

    hold_id: UUID
    slot_id: UUID
    offering_id: UUID
    customer_id: UUID
    party_size: int


class HoldReleased(Event, frozen=True, kw_only=True):
    """Places came back because somebody gave them up."""

    name: ClassVar[str] = "booking.hold_released.v1"

    hold_id: UUID
    slot_id: UUID
    offering_id: UUID
    customer_id: UUID
    party_size: int
    is_confirmed: bool


class HoldExpired(Event, frozen=True, kw_only=True):
    """Places came back because their time was over."""

    name: ClassVar[str] = "booking.hold_expired.v1"

    hold_id: UUID
    slot_id: UUID
    offering_id: UUID
    customer_id: UUID
    party_size: int
    is_confirmed: bool
