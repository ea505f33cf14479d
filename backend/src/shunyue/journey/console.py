"""What staff do to orders, over HTTP."""

from typing import Any
from uuid import uuid5

import msgspec
from litestar import Request, Response, post

from shunyue.journey import commands
from shunyue.journey.errors import CancellationFeeChanged, OrderNotCancellable, SlotHasBegun
from shunyue.journey.schemas import (
    CancelForMerchant,
    CancelMany,
    CancelOutcome,
    CancelOutcomes,
)
from shunyue.journey.views import view_order
from shunyue.kernel import rules
from shunyue.kernel.copy import wording
from shunyue.kernel.database import Transaction
from shunyue.kernel.errors import (
    FieldProblem,
    Forbidden,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    InvalidRequest,
    RequestInProgress,
    Unauthenticated,
)
from shunyue.kernel.http import idempotency_key, once, problems
from shunyue.kernel.idempotency import Ask, answer_once
from shunyue.kernel.tokens import Actor
from shunyue.ordering.api import OrderNotFound, OrderView

LONGEST_REASON = 200
_STAFF = (Unauthenticated, Forbidden)
_ONCE = (IdempotencyKeyMissing, IdempotencyKeyReused, RequestInProgress)


@post(
    "/orders/{number:str}/cancellation",
    status_code=200,
    opt={"permission": "orders.cancel"},
    responses=problems(
        *_STAFF,
        *_ONCE,
        InvalidRequest,
        OrderNotFound,
        OrderNotCancellable,
        SlotHasBegun,
        CancellationFeeChanged,
    ),
)
async def cancel_order(
    request: Request[Any, Any, Any], staff: Actor, number: str, data: CancelForMerchant
) -> Response[OrderView]:
    """Cancel an order for the merchant; the customer is told why."""
    note = _note(data.reason)

    async def work(tx: Transaction) -> OrderView:
        order = await commands.cancel_for_merchant(
            tx, number=number, note=note, fee_fen=data.fee_fen
        )
        return await view_order(tx, order)

    return await once(request, staff, work, status=200)


@post(
    "/order-cancellations",
    status_code=200,
    opt={"permission": "orders.cancel"},
    responses=problems(*_STAFF, *_ONCE, InvalidRequest),
)
async def cancel_orders(
    request: Request[Any, Any, Any], staff: Actor, data: CancelMany
) -> CancelOutcomes:
    """Cancel several orders, each on its own: one that is refused leaves the others alone.

    Sent again under the same key, what was done stays done once; what was refused is judged anew.
    """
    note = _note(data.reason)
    key = idempotency_key(request.headers.get("idempotency-key"))
    body = await request.body()
    outcomes = []
    for number in dict.fromkeys(data.numbers):
        # Each order is a transaction with a key of its own: a batch in one would hold the slots of
        # all of them, in an order of its own, while others take places.
        ask = Ask.of(staff, uuid5(key, number), request.url.path, body)
        outcomes.append(await _cancel_one(request, ask, number, note))
    return CancelOutcomes(outcomes)


async def _cancel_one(
    request: Request[Any, Any, Any], ask: Ask, number: str, note: str
) -> CancelOutcome:
    async def work(tx: Transaction) -> CancelOutcome:
        order = await commands.cancel_for_merchant(tx, number=number, note=note, fee_fen=0)
        refund_fen = order.payable_fen if order.payment_state == "refunding" else 0
        return CancelOutcome(number=number, is_done=True, refund_fen=refund_fen)

    try:
        answer = await answer_once(request.app.state.database, ask, 200, work)
    except (OrderNotFound, OrderNotCancellable, SlotHasBegun, CancellationFeeChanged) as refusal:
        return CancelOutcome(
            number=number, is_done=False, refund_fen=0, code=refusal.code, message=refusal.message
        )
    return msgspec.json.decode(answer.body, type=CancelOutcome)


def _note(text: str) -> str:
    note = rules.visible_text(text)
    if not note:
        label = wording("label.cancel_reason", {})
        raise InvalidRequest(FieldProblem("reason", "required", label=label))
    if len(note) > LONGEST_REASON:
        raise InvalidRequest(FieldProblem("reason", "too_long", max_length=LONGEST_REASON))
    return note
