"""Which steps of an order its customer is told about, and in which words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from shunyue.identity.api import merchant_by_id
from shunyue.kernel.copy import wording
from shunyue.kernel.database import Transaction
from shunyue.kernel.money import yuan
from shunyue.kernel.outbox import Subscription
from shunyue.notifications.commands import tell
from shunyue.ordering.api import OrderAdvanced

_TOLD = {
    "placed",
    "registered",
    "confirmed",
    "expired",
    "cancelled",
    "paid_late",
    "paid_twice",
    "booked_again",
    "refunded",
    "refund_failed",
}


async def tell_customer(tx: Transaction, event: OrderAdvanced) -> None:
    """Tell the customer what happened to their order."""
    kind: str = event.kind
    if kind == "expired":
        kind = f"expired_{event.params['reason']}"
    elif kind == "cancelled" and event.payment_state == "refunding":
        kind = "cancelled_though_paid"
    merchant = await merchant_by_id(tx.connection, tx.merchant_id)
    params = {
        "number": _grouped(event.number),
        "offering": event.offering_name,
        "slot": _when(event.slot_starts_at, ZoneInfo(merchant.time_zone)),
        "amount": yuan(event.params.get("amount_fen", event.payable_fen)),
        "merchant": merchant.name,
    }
    await tell(tx, event.customer_id, kind, params, event.number)


def _grouped(number: str) -> str:
    """Order numbers are read in groups of four."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def _when(instant: datetime, zone: ZoneInfo) -> str:
    local = instant.astimezone(zone)
    return wording("date.slot", {"month": local.month, "day": local.day, "time": f"{local:%H:%M}"})


SUBSCRIPTIONS = (
    Subscription(OrderAdvanced, tell_customer, wants=lambda event: event["kind"] in _TOLD),
)
