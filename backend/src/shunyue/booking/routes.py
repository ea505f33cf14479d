"""Holding places, confirming, and giving them back."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, post

from shunyue.booking import commands
from shunyue.booking.errors import (
    HoldExpired,
    HoldNotFound,
    PartyTooLarge,
    PolicyChanged,
    PriceChanged,
    SlotClosed,
    SlotFull,
    SlotPast,
    SlotTaken,
    SlotTooEarly,
    SlotTooLate,
    TooManyOpenBookings,
)
from shunyue.booking.holding import Wish
from shunyue.booking.schemas import ConfirmHold, HoldRead, HoldSlot, HoldView
from shunyue.catalog.api import OfferingNotFound
from shunyue.kernel.clock import utc_now
from shunyue.kernel.database import Transaction
from shunyue.kernel.errors import (
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    MerchantNotFound,
    RequestInProgress,
    Unauthenticated,
)
from shunyue.kernel.http import idempotency_key, once, problems
from shunyue.kernel.tokens import Actor
from shunyue.ordering.api import (
    OrderView,
    cancellation_view,
    facts_of,
    number_of_hold,
    order_view,
    price_view,
)
from shunyue.scheduling.api import SlotNotFound

ASKING = (MerchantNotFound, Unauthenticated)
ONCE = (IdempotencyKeyMissing, IdempotencyKeyReused, RequestInProgress)


@post(
    "/slots/{slot_id:uuid}/holds",
    responses=problems(
        *ASKING,
        *ONCE,
        SlotNotFound,
        SlotFull,
        SlotTaken,
        SlotClosed,
        SlotPast,
        SlotTooEarly,
        SlotTooLate,
        PartyTooLarge,
        TooManyOpenBookings,
    ),
)
async def hold_slot(
    request: Request[Any, Any, Any], customer: Actor, slot_id: UUID, data: HoldSlot
) -> HoldRead:
    """Hold places of a slot for 15 minutes."""
    assert customer.id is not None
    key = idempotency_key(request.headers.get("idempotency-key"))
    wish = Wish(slot_id, data.party_size, customer.id, key)
    placement = await request.app.state.places.hold(customer.merchant_id, wish)
    commands.refuse_placement(placement)
    assert placement.expires_at is not None
    return HoldRead(
        placement.hold_id, slot_id, placement.party_size, placement.expires_at, utc_now()
    )


@get("/holds/{hold_id:uuid}", responses=problems(*ASKING, HoldNotFound, OfferingNotFound))
async def read_hold(request: Request[Any, Any, Any], customer: Actor, hold_id: UUID) -> HoldView:
    """Read what is about to be confirmed, with price and cancellation rule."""
    async with request.app.state.database.begin(customer) as tx:
        hold = await commands.own_hold(tx, hold_id)
        terms, _ = await commands.terms_of(tx, hold.slot_id, hold.party_size)
        number = await number_of_hold(tx, hold_id)
        now = tx.now
    is_over = hold.state == "active" and hold.expires_at is not None and hold.expires_at <= now
    return HoldView(
        id=hold.id,
        state="expired" if is_over else hold.state,
        party_size=hold.party_size,
        expires_at=hold.expires_at,
        server_time=now,
        order_number=number,
        offering=terms.offering,
        slot=terms.slot,
        resource=terms.resource,
        location=terms.location,
        price=price_view(terms.price, None),
        cancellation=cancellation_view(terms),
    )


@post(
    "/holds/{hold_id:uuid}/confirmation",
    responses=problems(
        *ASKING, *ONCE, HoldNotFound, HoldExpired, OfferingNotFound, PriceChanged, PolicyChanged
    ),
)
async def confirm_hold(
    request: Request[Any, Any, Any], customer: Actor, hold_id: UUID, data: ConfirmHold
) -> Response[OrderView]:
    """Confirm the hold; the order number is issued."""

    async def work(tx: Transaction) -> OrderView:
        order = await commands.confirm_hold(
            tx, hold_id=hold_id, shown_fen=data.payable_fen, shown_policy=data.cancellation
        )
        return order_view(order, await facts_of(tx, order.id), None, [], tx.now)

    return await once(request, customer, work)


@delete("/holds/{hold_id:uuid}", responses=problems(*ASKING, HoldNotFound))
async def release_hold(request: Request[Any, Any, Any], customer: Actor, hold_id: UUID) -> None:
    """Give the places back."""
    async with request.app.state.database.begin(customer) as tx:
        await commands.release_hold(tx, hold_id=hold_id)
