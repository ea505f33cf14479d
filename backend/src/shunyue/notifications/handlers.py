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
    merchant = await merchant_by_id(tx.connection, tx.merchant_id)
    params = {
        "number": _grouped(event.number),
        "offering": event.offering_name,
        "slot": _when(event.slot_starts_at, ZoneInfo(merchant.time_zone)),
        "amount": yuan(event.params.get("amount_fen", event.payable_fen)),
        "fee": yuan(event.params.get("fee_fen", 0)),
        "refund": yuan(event.params.get("refund_fen", 0)),
        "note": event.params.get("note", ""),
        "merchant": merchant.name,
    }
    await tell(tx, event.customer_id, _kind_of(event), params, event.number)


def _kind_of(event: OrderAdvanced) -> str:
    """Name the message: the step, and what decides its words."""
    if event.kind == "expired":
        return f"expired_{event.params['reason']}"
    if event.kind == "cancelled":
        by = "cancelled_by_merchant" if event.params["reason"] == "merchant" else "cancelled"
        return by + _money_of(event)
    return event.kind


def _money_of(event: OrderAdvanced) -> str:
    """Name what became of the money of a cancelled order."""
    fee_fen = event.params.get("fee_fen", 0)
    if event.params.get("refund_fen"):
        return "_with_fee" if fee_fen else "_refund"
    if fee_fen:
        return "_fee_only"
    return "_though_paid" if event.payment_state == "refunding" else ""


def _grouped(number: str) -> str:
    """Order numbers are read in groups of four."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def _when(instant: datetime, zone: ZoneInfo) -> str:
    local = instant.astimezone(zone)
    return wording("date.slot", {"month": local.month, "day": local.day, "time": f"{local:%H:%M}"})


SUBSCRIPTIONS = (
    Subscription(OrderAdvanced, tell_customer, wants=lambda event: event["kind"] in _TOLD),
)
