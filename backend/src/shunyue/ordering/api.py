"""What other domains may know of ordering."""

from shunyue.ordering.commands import advance, order_of_actor, place_order, set_payment_state
from shunyue.ordering.errors import OrderNotFound
from shunyue.ordering.events import OrderAdvanced
from shunyue.ordering.pricing import PriceBreakdown, price_of
from shunyue.ordering.queries import (
    booked_orders,
    facts_of,
    lock_order,
    lock_order_of_hold,
    number_of_hold,
    order_by_number,
    order_of,
    orders_of_customer,
    recent_facts,
)
from shunyue.ordering.records import (
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
from shunyue.ordering.schemas import (
    CancellationView,
    OrderCard,
    OrderView,
    PaymentView,
    PriceView,
    RefundView,
    cancellation_view,
    order_card,
    order_view,
    price_view,
)

__all__ = [
    "CancellationView",
    "FactKind",
    "Order",
    "OrderAdvanced",
    "OrderCard",
    "OrderFact",
    "OrderNotFound",
    "OrderState",
    "OrderView",
    "PaymentState",
    "PaymentView",
    "PriceBreakdown",
    "PriceView",
    "RefundView",
    "Terms",
    "TermsOffering",
    "TermsResource",
    "TermsSlot",
    "advance",
    "booked_orders",
    "cancellation_view",
    "facts_of",
    "lock_order",
    "lock_order_of_hold",
    "number_of_hold",
    "order_by_number",
    "order_card",
    "order_of",
    "order_of_actor",
    "order_view",
    "orders_of_customer",
    "place_order",
    "price_of",
    "price_view",
    "recent_facts",
    "set_payment_state",
]
