"""What ordering announces."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from shunyue.kernel.events import Event
from shunyue.kernel.tokens import ActorKind
from shunyue.ordering.records import FactKind, OrderState, PaymentState


class OrderAdvanced(Event, frozen=True, kw_only=True):
    """Something happened to an order; `state` and `payment_state` are as of then."""

    name: ClassVar[str] = "ordering.order_advanced.v1"

    fact_id: UUID
    order_id: UUID
    number: str
    customer_id: UUID
    kind: FactKind
    at: datetime
    actor_kind: ActorKind
    actor_id: UUID | None
    params: dict[str, Any]
    state: OrderState
    payment_state: PaymentState
    offering_name: str
    slot_starts_at: datetime
    payable_fen: int
