"""The journey of an order: where booking, registration and payment meet.

Locks are taken in the order: order, then payment and attempts, or hold and busy time.
"""

from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec

from shunyue.booking import api as booking
from shunyue.journey.errors import (
    CancellationFeeChanged,
    OrderNotCancellable,
    RegistrationRequired,
    SlotHasBegun,
)
from shunyue.kernel import audit
from shunyue.kernel.database import Transaction
from shunyue.kernel.timers import clear_timer, set_timer
from shunyue.ordering import api as ordering
from shunyue.ordering.api import CancellationCost, EndReason, Order, cost_of_cancelling
from shunyue.payments import api as payments
from shunyue.payments.api import Attempt, PaymentChannel, SceneName
from shunyue.registration import api as registration

PAYMENT_WINDOW = timedelta(minutes=30)
WINDOW_TIMER = "journey.payment_window"
_REFUND_REASONS: dict[str, payments.RefundReason] = {
    "customer": "cancelled_by_customer",
    "merchant": "cancelled_by_merchant",
}


async def submit_registration(tx: Transaction, *, number: str, answers: dict[str, Any]) -> Order:
    """Take the registration in and open the payment window: full 30 minutes, also at 14:59.

    Raises `HoldExpired` from the 15-minute instant on, `AlreadyRegistered`, and
    `RegistrationIncomplete` naming every field. An order that costs nothing is booked at once.
    """
    order = await ordering.order_of_actor(tx, number, is_locked=True)
    if order.state in {"expired", "cancelled"}:
        raise booking.HoldExpired
    if order.registered_at is not None:
        raise registration.AlreadyRegistered
    await booking.keep_hold(tx, order.hold_id)
    await registration.submit(tx, order, answers=answers)
    pay_by = tx.now + PAYMENT_WINDOW
    order = await ordering.advance(
        tx, order, "registered", state="awaiting_payment", registered_at=tx.now, pay_by=pay_by
    )
    if order.payable_fen == 0:
        return await _confirm(tx, order)
    await payments.open_payment(tx, order)
    await set_timer(tx, WINDOW_TIMER, order.id, pay_by)
    return order


async def intend_payment(
    tx: Transaction,
    *,
    number: str,
    channel: str,
    scene: SceneName,
    return_url: str | None,
    client_ip: str,
) -> tuple[Attempt, PaymentChannel]:
    """Check that paying makes sense, and write the try down before the provider hears of it.

    Raises `RegistrationRequired`, `OrderAlreadyPaid`, `PaymentWindowOver`, `ChannelNotOffered`.
    No money is taken for nothing: the place is kept, and the price is the one that was locked.
    """
    order = await ordering.order_of_actor(tx, number, is_locked=True)
    match order.state:
        case "awaiting_registration":
            raise RegistrationRequired
        case "confirmed":
            raise payments.OrderAlreadyPaid
        case "expired" | "cancelled":
            raise payments.PaymentWindowOver
    if order.pay_by is None or order.pay_by <= tx.now or order.end_reason is not None:
        raise payments.PaymentWindowOver
    offered = await payments.channel_named(tx, channel)
    if offered is None:
        raise payments.ChannelNotOffered
    attempt = await payments.intend_attempt(
        tx, order, offered, scene=scene, return_url=return_url, client_ip=client_ip
    )
    if order.payment_state == "none":
        await ordering.set_payment_state(tx, order, "pending")
    return attempt, offered


async def cancel_order(tx: Transaction, *, number: str, shown_fee_fen: int) -> Order:
    """Cancel the acting customer's order on its own terms; the fee is the one they were shown.

    A booked place goes back at once, an unpaid one when no charge can land any more. Raises
    `OrderNotCancellable`, `SlotHasBegun` and `CancellationFeeChanged`; nothing is done then.
    """
    order = await ordering.order_of_actor(tx, number, is_locked=True)
    cost = _cost(tx, order)
    if shown_fee_fen != cost.fee_fen:
        raise CancellationFeeChanged(fee_fen=cost.fee_fen, refund_fen=cost.refund_fen)
    return await _cancel(tx, order, cost, reason="customer")


async def cancel_for_merchant(tx: Transaction, *, number: str, note: str, fee_fen: int) -> Order:
    """Cancel a customer's order for the merchant, who says why and answers for it.

    `fee_fen` is 0, which gives everything back, or what the order's terms ask for at this moment.
    Raises `OrderNotFound` and what `cancel_order` does.
    """
    order = await ordering.order_for_staff(tx, number)
    by_terms = _cost(tx, order)
    if fee_fen not in {0, by_terms.fee_fen}:
        raise CancellationFeeChanged(fee_fen=by_terms.fee_fen, refund_fen=by_terms.refund_fen)
    cost = CancellationCost(fee_fen, by_terms.refund_fen + by_terms.fee_fen - fee_fen)
    await audit.record(
        tx,
        "order.cancelled",
        order.id,
        reason=note,
        fee_fen=cost.fee_fen,
        refund_fen=cost.refund_fen,
    )
    return await _cancel(tx, order, cost, reason="merchant", note=note)


async def close_payment_window(tx: Transaction, order_id: UUID) -> None:
    """The 30 minutes are over: stop collecting; the place goes back if nothing was charged."""
    await clear_timer(tx, WINDOW_TIMER, order_id)
    order = await ordering.lock_order(tx, order_id)
    if order.state != "awaiting_payment":
        return
    if await payments.stop_collecting(tx, order_id):
        await _end(tx, order, "expired", "payment_window")
    elif order.payment_state == "pending":
        await ordering.set_payment_state(tx, order, "checking")


async def end_unpaid(tx: Transaction, order_id: UUID) -> None:
    """It is certain that nothing was charged: the place goes back."""
    order = await ordering.lock_order(tx, order_id)
    if order.state != "awaiting_payment":
        return
    if order.end_reason is not None:
        await _end(tx, order, "cancelled", order.end_reason)
    else:
        await _end(tx, order, "expired", "payment_window")


async def end_unregistered(tx: Transaction, hold_id: UUID) -> None:
    """A confirmed hold ran out before its order was registered."""
    order = await ordering.lock_order_of_hold(tx, hold_id)
    if order is None or order.state != "awaiting_registration":
        return
    await ordering.advance(
        tx,
        order,
        "expired",
        {"reason": "registration_window"},
        state="expired",
        ended_at=tx.now,
        end_reason="registration_window",
    )


async def settle_order(tx: Transaction, event: payments.PaymentSettled) -> None:
    """Money arrived: book the place, also if it came late and the place is still free.

    Otherwise it is sent back at once. Nobody keeps money without a booking.
    """
    order = await ordering.lock_order(tx, event.order_id)
    paid = {
        "amount_fen": event.amount_fen,
        "transaction_id": event.transaction_id,
        "channel": event.channel,
    }
    if order.state == "awaiting_payment" and order.end_reason is None:
        order = await ordering.advance(
            tx, order, "paid", paid, payment_state="paid", paid_at=event.paid_at
        )
        await _confirm(tx, order)
        return
    if order.state == "expired":
        await _settle_late(tx, order, event, paid)
        return
    assert order.state in {"awaiting_payment", "cancelled"}, order.state
    order = await ordering.advance(
        tx, order, "paid_late", paid, payment_state="refunding", paid_at=event.paid_at
    )
    if order.state == "awaiting_payment":
        assert order.end_reason is not None
        await _end(tx, order, "cancelled", order.end_reason)
    await payments.refund_all(tx, order.id, event.attempt_id, "order_cancelled")


async def note_refund(tx: Transaction, event: payments.RefundAdvanced) -> None:
    """A refund moved: the order's history and money say so."""
    order = await ordering.lock_order(tx, event.order_id)
    params = {"amount_fen": event.amount_fen, "reason": event.reason}
    is_surplus = event.reason == "paid_twice"
    match event.state:
        case "succeeded":
            is_whole = event.amount_fen == order.payable_fen
            arrived = "refunded" if is_whole else "part_refunded"
            changes = {} if is_surplus else {"payment_state": arrived}
            await ordering.advance(tx, order, "refunded", params, **changes)
        case "abnormal":
            changes = {} if is_surplus else {"payment_state": "refund_failed"}
            await ordering.advance(tx, order, "refund_failed", params, **changes)
        case _:
            # A delivery that had to be repeated may come after the news that the money arrived.
            is_stale = order.payment_state in {"refunded", "part_refunded"}
            changes = {} if is_surplus or is_stale else {"payment_state": "refunding"}
            await ordering.advance(tx, order, "refund_started", params, **changes)


async def note_surplus(tx: Transaction, event: payments.SurplusReceived) -> None:
    """An order was paid twice: its history says so; the refund is already promised."""
    order = await ordering.lock_order(tx, event.order_id)
    params = {"amount_fen": event.amount_fen, "transaction_id": event.transaction_id}
    await ordering.advance(tx, order, "paid_twice", params)


async def _settle_late(
    tx: Transaction, order: Order, event: payments.PaymentSettled, paid: dict[str, Any]
) -> None:
    hold_id = await booking.take_again(tx, order)
    if hold_id is None:
        order = await ordering.advance(
            tx, order, "paid_late", paid, payment_state="refunding", paid_at=event.paid_at
        )
        await payments.refund_all(tx, order.id, event.attempt_id, "late_without_place")
        return
    order = await ordering.advance(
        tx,
        order,
        "booked_again",
        paid,
        hold_id=hold_id,
        payment_state="paid",
        paid_at=event.paid_at,
        ended_at=None,
        end_reason=None,
    )
    await _confirm(tx, order)


async def _confirm(tx: Transaction, order: Order) -> Order:
    await booking.book(tx, order)
    if order.payable_fen:
        await payments.earn(tx, order)
        await clear_timer(tx, WINDOW_TIMER, order.id)
    return await ordering.advance(tx, order, "confirmed", state="confirmed")


def _cost(tx: Transaction, order: Order) -> CancellationCost:
    """Return what cancelling costs now; raises where the order can't be cancelled."""
    if order.state == "awaiting_payment" and order.payment_state == "checking":
        return CancellationCost(0, 0)
    cost = cost_of_cancelling(order, tx.now)
    if cost is not None:
        return cost
    raise SlotHasBegun if order.state == "confirmed" else OrderNotCancellable


async def _cancel(
    tx: Transaction,
    order: Order,
    cost: CancellationCost,
    *,
    reason: Literal["customer", "merchant"],
    note: str | None = None,
) -> Order:
    if order.state == "confirmed":
        return await _cancel_booking(tx, order, cost, reason=reason, note=note)
    if order.end_reason is not None:
        # The first to cancel was heard; the provider is being asked.
        return order
    is_certain = order.state == "awaiting_registration" or await payments.stop_collecting(
        tx, order.id
    )
    order = msgspec.structs.replace(order, end_note=note)
    if is_certain:
        return await _end(tx, order, "cancelled", reason)
    return await ordering.set_payment_state(tx, order, "checking", end_reason=reason)


async def _cancel_booking(
    tx: Transaction,
    order: Order,
    cost: CancellationCost,
    *,
    reason: Literal["customer", "merchant"],
    note: str | None,
) -> Order:
    """Give the place back and promise the money that is not kept, in one breath."""
    if cost.refund_fen:
        await payments.refund_booking(
            tx, order.id, amount_fen=cost.refund_fen, reason=_REFUND_REASONS[reason]
        )
    await booking.cancel(tx, order)
    said = {"note": note} if note else {}
    return await ordering.advance(
        tx,
        order,
        "cancelled",
        {"reason": reason, "fee_fen": cost.fee_fen, "refund_fen": cost.refund_fen, **said},
        state="cancelled",
        payment_state="refunding" if cost.refund_fen else order.payment_state,
        ended_at=tx.now,
        end_reason=reason,
        end_note=note,
    )


async def _end(tx: Transaction, order: Order, state: str, reason: EndReason) -> Order:
    await clear_timer(tx, WINDOW_TIMER, order.id)
    await booking.give_back(tx, order.hold_id)
    return await ordering.advance(
        tx,
        order,
        "cancelled" if state == "cancelled" else "expired",
        {"reason": reason} | ({"note": order.end_note} if order.end_note else {}),
        state=state,
        ended_at=tx.now,
        end_reason=reason,
        payment_state="none"
        if order.payment_state in {"pending", "checking"}
        else order.payment_state,
    )
