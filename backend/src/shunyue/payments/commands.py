"""Collecting money and giving it back. Attempts move under lock and only forward.

Locks are taken in the order payment, attempt, refund. Nothing here talks to a provider: jobs do,
between transactions.
"""

from datetime import datetime
from uuid import UUID

import msgspec
import structlog

from shunyue.kernel import audit
from shunyue.kernel.database import Transaction
from shunyue.kernel.ids import new_id
from shunyue.kernel.timers import clear_timer, postpone_timer, set_timer
from shunyue.ordering.api import Order
from shunyue.payments import ledger, queries
from shunyue.payments.errors import OrderAlreadyPaid, PaymentWindowOver
from shunyue.payments.events import (
    CollectionStopped,
    PaymentSettled,
    RefundAdvanced,
    SurplusReceived,
)
from shunyue.payments.policy import (
    attempt_expiry,
    attempt_number,
    is_surely_absent,
    mismatch_of,
    query_delay,
    refund_number,
)
from shunyue.payments.providers.port import PaymentPrompt, RefundState, TradeState
from shunyue.payments.records import (
    LIVE,
    Attempt,
    Payment,
    PaymentChannel,
    Refund,
    RefundReason,
    SceneName,
)

log = structlog.get_logger(__name__)

QUERY_TIMER = "payments.query"
REFUND_TIMER = "payments.refund"


async def open_payment(tx: Transaction, order: Order) -> None:
    """Start owing: the order is registered and its price is locked."""
    await tx.connection.execute(
        "INSERT INTO payment (merchant_id, order_id, payable_fen, opened_at)"
        " VALUES ($1, $2, $3, $4)",
        tx.merchant_id,
        order.id,
        order.payable_fen,
        tx.now,
    )


async def intend_attempt(
    tx: Transaction,
    order: Order,
    channel: PaymentChannel,
    *,
    scene: SceneName,
    return_url: str | None,
    client_ip: str,
) -> Attempt:
    """Write down the try before the provider hears of it, or find the one that is under way.

    Its prompt is left out once it is stale. An attempt in another scene is wound up: two live ones
    invite paying twice. Raises `OrderAlreadyPaid` and `PaymentWindowOver`.
    """
    assert order.pay_by is not None
    payment = await queries.lock_payment(tx, order.id)
    assert payment is not None
    if payment.state == "settled":
        raise OrderAlreadyPaid
    if payment.state != "open":
        raise PaymentWindowOver
    for attempt in await queries.attempts_of(tx, order.id):
        if attempt.state not in {"intended", "pending"}:
            continue
        if (attempt.channel_id, attempt.scene) == (channel.id, scene):
            is_stale = attempt.prompt is not None and attempt.prompt.expires_at <= tx.now
            return msgspec.structs.replace(attempt, prompt=None) if is_stale else attempt
        await _wind_up(tx, attempt)
    attempt = Attempt(
        id=new_id(),
        order_id=order.id,
        channel_id=channel.id,
        scene=scene,
        out_trade_no=attempt_number(order.number),
        amount_fen=payment.payable_fen,
        description=order.terms.offering.name,
        state="intended",
        prompt=None,
        return_url=return_url,
        client_ip=client_ip,
        expires_at=attempt_expiry(order.pay_by, tx.now),
        created_at=tx.now,
        paid_at=None,
        transaction_id=None,
    )
    await queries.insert_attempt(tx, attempt)
    await set_timer(tx, QUERY_TIMER, attempt.id, tx.now + query_delay(1))
    return attempt


async def store_prompt(tx: Transaction, attempt_id: UUID, prompt: PaymentPrompt) -> Attempt:
    """Remember how the customer gets to the cashier, unless the attempt has moved on meanwhile."""
    return await queries.store_prompt(tx, attempt_id, prompt)


async def fail_attempt(tx: Transaction, attempt: Attempt) -> None:
    """The provider refused to start this attempt: nothing can be charged by it."""
    payment = await queries.lock_payment(tx, attempt.order_id)
    attempt = await queries.lock_attempt(tx, attempt.id)
    assert payment is not None
    if attempt.state == "intended":
        await _end_attempt(tx, payment, attempt, is_failed=True)


async def stop_collecting(tx: Transaction, order_id: UUID) -> bool:
    """Stop taking money for an order; returns whether it is certain already that none can come.

    Otherwise `CollectionStopped` follows once the provider has confirmed it for every attempt.
    """
    payment = await queries.lock_payment(tx, order_id)
    if payment is None or payment.state == "stopped":
        return True
    if payment.state == "settled":
        return False
    await _set_payment_state(tx, order_id, "stopping")
    is_certain = True
    for attempt in await queries.attempts_of(tx, order_id):
        if attempt.state in LIVE:
            is_certain = False
            await _wind_up(tx, attempt)
    if is_certain:
        await _set_payment_state(tx, order_id, "stopped")
    return is_certain


async def record_trade(tx: Transaction, attempt: Attempt, trade: TradeState) -> str:
    """Take in what the provider says about an attempt; returns the outcome in one word.

    Notices and answers to queries end here, in any order and any number: paid is final, the same
    news again changes nothing. A payment that does not fit in every identity and amount is never
    booked; people look at it. Of `attempt` only what never changes is relied on.
    """
    payment = await queries.lock_payment(tx, attempt.order_id)
    attempt = await queries.lock_attempt(tx, attempt.id)
    assert payment is not None
    if attempt.state == "paid":
        return "known"
    match trade.state:
        case "paid":
            return await _record_success(tx, payment, attempt, trade)
        case "closed" | "failed":
            if attempt.state in LIVE:
                await _end_attempt(tx, payment, attempt, is_failed=trade.state == "failed")
            return "closed"
        case "absent":
            if attempt.state in LIVE and is_surely_absent(attempt, tx.now):
                await _end_attempt(tx, payment, attempt, is_failed=False)
                return "closed"
    return "pending"


async def schedule_query(tx: Transaction, attempt_id: UUID, rung: int) -> None:
    """Ask about an attempt again later, as long as it is undecided."""
    attempt = await queries.lock_attempt(tx, attempt_id)
    if attempt.state in LIVE:
        await postpone_timer(tx, QUERY_TIMER, attempt_id, tx.now + query_delay(rung + 1))
    else:
        await clear_timer(tx, QUERY_TIMER, attempt_id)


async def refund_all(
    tx: Transaction, order_id: UUID, attempt_id: UUID, reason: RefundReason
) -> None:
    """Promise a whole charge back. The worker carries it out; asked twice, it happens once."""
    attempt = await queries.lock_attempt(tx, attempt_id)
    assert attempt.state == "paid"
    if any(
        one.attempt_id == attempt_id and one.state != "closed"
        for one in await queries.refunds_of(tx, order_id)
    ):
        return
    await _promise(tx, attempt, attempt.amount_fen, reason)


async def refund_booking(
    tx: Transaction, order_id: UUID, *, amount_fen: int, reason: RefundReason
) -> None:
    """Promise back what is not kept of a cancelled booking; the rest stays revenue.

    Asserts that the order was paid and sold. The database refuses a second one for its charge.
    """
    payment = await queries.lock_payment(tx, order_id)
    assert payment is not None
    assert payment.settled_attempt_id is not None, f"order {order_id} was never paid"
    attempt = await queries.lock_attempt(tx, payment.settled_attempt_id)
    await ledger.sale_returned(tx, order_id=order_id, amount_fen=amount_fen)
    await _promise(tx, attempt, amount_fen, reason)


async def record_refund(tx: Transaction, refund_id: UUID, news: RefundState) -> str:
    """Take in what the provider says about a refund; returns the outcome in one word."""
    refund = await queries.lock_refund(tx, refund_id)
    if refund.state in {"succeeded", "closed"}:
        return "known"
    if news.state in {"absent", refund.state}:
        return "pending"
    if news.refund_fen not in {None, refund.amount_fen}:
        await _doubt(tx, refund.order_id, "refund_amount", claimed_fen=news.refund_fen)
        return "mismatch"
    settled_at = tx.now if news.state in {"succeeded", "closed"} else None
    moved = msgspec.structs.replace(refund, state=news.state, settled_at=settled_at)
    await tx.connection.execute(
        "UPDATE refund SET state = $3, settled_at = $4 WHERE merchant_id = $1 AND id = $2",
        tx.merchant_id,
        refund_id,
        moved.state,
        moved.settled_at,
    )
    if moved.state == "succeeded":
        await ledger.refund_paid(
            tx, order_id=refund.order_id, refund_id=refund_id, amount_fen=refund.amount_fen
        )
        await clear_timer(tx, REFUND_TIMER, refund_id)
        _tell_refund(tx, moved)
    elif moved.state == "closed":
        await ledger.refund_withdrawn(
            tx, order_id=refund.order_id, refund_id=refund_id, amount_fen=refund.amount_fen
        )
        await clear_timer(tx, REFUND_TIMER, refund_id)
        attempt = await queries.lock_attempt(tx, refund.attempt_id)
        await _promise(tx, attempt, refund.amount_fen, refund.reason)
    elif moved.state == "abnormal":
        _tell_refund(tx, moved)
    return moved.state


async def earn(tx: Transaction, order: Order) -> None:
    """The order is booked: its prepayment becomes revenue."""
    await ledger.sale(tx, order_id=order.id, amount_fen=order.payable_fen)


async def _promise(
    tx: Transaction, attempt: Attempt, amount_fen: int, reason: RefundReason
) -> None:
    refund = Refund(
        id=new_id(),
        order_id=attempt.order_id,
        attempt_id=attempt.id,
        out_refund_no=refund_number(attempt.out_trade_no[:12]),
        amount_fen=amount_fen,
        reason=reason,
        state="intended",
        requested_at=tx.now,
        settled_at=None,
    )
    await queries.insert_refund(tx, refund)
    await ledger.refund_promised(
        tx, order_id=refund.order_id, refund_id=refund.id, amount_fen=refund.amount_fen
    )
    await set_timer(tx, REFUND_TIMER, refund.id, tx.now)
    _tell_refund(tx, refund)


async def _record_success(
    tx: Transaction, payment: Payment, attempt: Attempt, trade: TradeState
) -> str:
    channel = await queries.channel_by_id(tx, attempt.channel_id)
    if (mismatch := mismatch_of(channel, attempt, trade)) is not None:
        await _doubt(tx, attempt.order_id, mismatch, claimed_fen=trade.amount_fen)
        return "mismatch"
    assert trade.transaction_id is not None
    assert trade.paid_at is not None
    await queries.update_attempt(
        tx,
        msgspec.structs.replace(
            attempt, state="paid", paid_at=trade.paid_at, transaction_id=trade.transaction_id
        ),
    )
    await clear_timer(tx, QUERY_TIMER, attempt.id)
    await ledger.charge(
        tx, order_id=attempt.order_id, attempt_id=attempt.id, amount_fen=attempt.amount_fen
    )
    if payment.settled_attempt_id is not None:
        tx.emit(
            SurplusReceived(
                order_id=attempt.order_id,
                attempt_id=attempt.id,
                amount_fen=attempt.amount_fen,
                transaction_id=trade.transaction_id,
            )
        )
        await refund_all(tx, attempt.order_id, attempt.id, "paid_twice")
        return "surplus"
    await _settle(tx, attempt, channel, trade.transaction_id, trade.paid_at)
    return "settled"


async def _settle(
    tx: Transaction,
    attempt: Attempt,
    channel: PaymentChannel,
    transaction_id: str,
    paid_at: datetime,
) -> None:
    await tx.connection.execute(
        "UPDATE payment SET state = 'settled', settled_attempt_id = $3, settled_at = $4"
        " WHERE merchant_id = $1 AND order_id = $2",
        tx.merchant_id,
        attempt.order_id,
        attempt.id,
        tx.now,
    )
    for other in await queries.attempts_of(tx, attempt.order_id):
        if other.id != attempt.id and other.state in {"intended", "pending"}:
            await _wind_up(tx, other)
    tx.emit(
        PaymentSettled(
            order_id=attempt.order_id,
            attempt_id=attempt.id,
            amount_fen=attempt.amount_fen,
            paid_at=paid_at,
            transaction_id=transaction_id,
            channel=channel.channel,
        )
    )


async def _wind_up(tx: Transaction, attempt: Attempt) -> None:
    """Have the worker ask, close and ask again, now."""
    await queries.update_attempt(tx, msgspec.structs.replace(attempt, state="closing"))
    await set_timer(tx, QUERY_TIMER, attempt.id, tx.now)


async def _end_attempt(
    tx: Transaction, payment: Payment, attempt: Attempt, *, is_failed: bool
) -> None:
    ended = msgspec.structs.replace(attempt, state="failed" if is_failed else "closed")
    await queries.update_attempt(tx, ended)
    await clear_timer(tx, QUERY_TIMER, attempt.id)
    others = await queries.attempts_of(tx, attempt.order_id)
    if payment.state == "stopping" and not any(one.state in LIVE for one in others):
        await _set_payment_state(tx, attempt.order_id, "stopped")
        tx.emit(CollectionStopped(order_id=attempt.order_id))


async def _set_payment_state(tx: Transaction, order_id: UUID, state: str) -> None:
    await tx.connection.execute(
        "UPDATE payment SET state = $3 WHERE merchant_id = $1 AND order_id = $2",
        tx.merchant_id,
        order_id,
        state,
    )


async def _doubt(tx: Transaction, order_id: UUID, what: str, *, claimed_fen: int | None) -> None:
    log.error("payments.mismatch", order_id=str(order_id), what=what)
    await audit.record(tx, "payment.mismatch", order_id, reason=what, claimed_fen=claimed_fen)


def _tell_refund(tx: Transaction, refund: Refund) -> None:
    tx.emit(
        RefundAdvanced(
            order_id=refund.order_id,
            refund_id=refund.id,
            amount_fen=refund.amount_fen,
            reason=refund.reason,
            state=refund.state,
        )
    )
