"""Orders come into being and move forward; each step is a fact with who and when."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from shunyue.kernel.database import Transaction
from shunyue.kernel.ids import new_id
from shunyue.ordering import queries
from shunyue.ordering.errors import OrderNotFound
from shunyue.ordering.events import OrderAdvanced
from shunyue.ordering.records import FactKind, Order, OrderFact, PaymentState, Terms

_NUMBER_TRIES = 20
_NUMBERS_A_DAY = 1_000_000


async def place_order(
    tx: Transaction,
    *,
    hold_id: UUID,
    customer_id: UUID,
    party_size: int,
    terms: Terms,
    register_by: datetime,
    time_zone: str,
) -> Order:
    """Issue the order number that everything afterwards goes by: date and six random digits."""
    day = tx.now.astimezone(ZoneInfo(time_zone)).strftime("%y%m%d")
    for _ in range(_NUMBER_TRIES):
        order = Order(
            id=new_id(),
            number=f"{day}{secrets.randbelow(_NUMBERS_A_DAY):06d}",
            customer_id=customer_id,
            offering_id=terms.offering.id,
            slot_id=terms.slot.id,
            hold_id=hold_id,
            party_size=party_size,
            state="awaiting_registration",
            payment_state="none",
            terms=terms,
            payable_fen=terms.price.payable_fen,
            placed_at=tx.now,
            register_by=register_by,
            registered_at=None,
            pay_by=None,
            paid_at=None,
            ended_at=None,
            end_reason=None,
            end_note=None,
        )
        fact = _fact(tx, order, "placed", {})
        if await queries.insert_order(tx, order, fact):
            _tell(tx, order, fact)
            return order
    raise AssertionError(f"no free order number on {day} in {_NUMBER_TRIES} tries")


async def order_of_actor(tx: Transaction, number: str, *, is_locked: bool = False) -> Order:
    """Read an order of the acting customer; somebody else's looks as if it did not exist."""
    read = queries.lock_order_by_number if is_locked else queries.order_by_number
    order = await read(tx, number)
    if order is None or order.customer_id != tx.actor_id:
        raise OrderNotFound
    return order


async def order_for_staff(tx: Transaction, number: str) -> Order:
    """Read an order of the acting merchant and keep others from changing it."""
    order = await queries.lock_order_by_number(tx, number)
    if order is None:
        raise OrderNotFound
    return order


async def advance(
    tx: Transaction,
    order: Order,
    kind: FactKind,
    params: dict[str, Any] | None = None,
    **changes: Any,
) -> Order:
    """Move an order forward: store `changes` together with the fact that explains them."""
    moved = msgspec.structs.replace(order, **changes)
    fact = _fact(tx, moved, kind, params or {})
    await queries.advance_order(tx, moved, fact)
    _tell(tx, moved, fact)
    return moved


async def set_payment_state(
    tx: Transaction, order: Order, state: PaymentState, **changes: Any
) -> Order:
    """Note how far collecting has come; a step that is no fact of its own yet."""
    moved = msgspec.structs.replace(order, payment_state=state, **changes)
    await queries.update_order(tx, moved)
    return moved


def _fact(tx: Transaction, order: Order, kind: FactKind, params: dict[str, Any]) -> OrderFact:
    return OrderFact(
        id=new_id(),
        order_id=order.id,
        kind=kind,
        at=tx.now,
        actor_kind=tx.actor.kind,
        actor_id=tx.actor.id,
        params=params,
    )


def _tell(tx: Transaction, order: Order, fact: OrderFact) -> None:
    tx.emit(
        OrderAdvanced(
            fact_id=fact.id,
            order_id=order.id,
            number=order.number,
            customer_id=order.customer_id,
            kind=fact.kind,
            at=fact.at,
            actor_kind=fact.actor_kind,
            actor_id=fact.actor_id,
            params=fact.params,
            state=order.state,
            payment_state=order.payment_state,
            offering_name=order.terms.offering.name,
            slot_starts_at=order.terms.slot.starts_at,
            payable_fen=order.payable_fen,
        )
    )
