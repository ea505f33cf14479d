"""The console's pages over HTTP."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, get
from litestar.params import QueryParameter

from shunyue.backoffice import board, orders
from shunyue.backoffice.schemas import (
    OfferingName,
    OfferingNames,
    OrderDetail,
    OrderTable,
    TodayView,
)
from shunyue.catalog.api import published_offerings, rule_set_of, sentences_of
from shunyue.identity.api import may, merchant_by_id
from shunyue.kernel.errors import Forbidden, Unauthenticated
from shunyue.kernel.http import problems
from shunyue.kernel.tokens import Actor
from shunyue.ordering.api import OrderNotFound, OrderState

_LARGEST_PAGE = 200


@get(
    "/today",
    opt={"permission": "today.read"},
    responses=problems(Unauthenticated, Forbidden),
)
async def read_today(
    request: Request[Any, Any, Any],
    staff: Actor,
    day: Annotated[date | None, QueryParameter(name="date")] = None,
) -> TodayView:
    """Read the board of a day."""
    async with request.app.state.database.begin(staff) as tx:
        merchant = await merchant_by_id(tx.connection, tx.merchant_id)
        return await board.today(tx, merchant, day)


@get(
    "/orders",
    opt={"permission": "orders.read"},
    responses=problems(Unauthenticated, Forbidden),
)
async def list_orders(
    request: Request[Any, Any, Any],
    staff: Actor,
    *,
    wanted_state: Annotated[OrderState | None, QueryParameter(name="state")] = None,
    offering_id: UUID | None = None,
    first: Annotated[date | None, QueryParameter(name="from")] = None,
    last: Annotated[date | None, QueryParameter(name="to")] = None,
    text: Annotated[str | None, QueryParameter(name="q", max_length=80)] = None,
    cursor: str | None = None,
    limit: Annotated[int, QueryParameter(ge=1, le=_LARGEST_PAGE)] = 50,
) -> OrderTable:
    """List orders by filters."""
    wanted = orders.OrderFilter(
        state=wanted_state,
        offering_id=offering_id,
        first=first,
        last=last,
        text=text,
        after=cursor,
        limit=limit,
    )
    async with request.app.state.database.begin(staff) as tx:
        merchant = await merchant_by_id(tx.connection, tx.merchant_id)
        is_shown = may(staff.role, "customers.read_contact")
        return await orders.list_orders(tx, merchant, wanted, is_contact_shown=is_shown)


@get(
    "/orders/{number:str}",
    opt={"permission": "orders.read"},
    responses=problems(Unauthenticated, Forbidden, OrderNotFound),
)
async def read_order(request: Request[Any, Any, Any], staff: Actor, number: str) -> OrderDetail:
    """Read one order with everything about it."""
    async with request.app.state.database.begin(staff) as tx:
        is_shown = may(staff.role, "customers.read_contact")
        return await orders.read_order(tx, number, is_contact_shown=is_shown)


@get(
    "/offerings",
    opt={"permission": "orders.read"},
    responses=problems(Unauthenticated, Forbidden),
)
async def list_offerings(request: Request[Any, Any, Any], staff: Actor) -> OfferingNames:
    """List offerings with their rules in words."""
    async with request.app.state.database.begin(staff) as tx:
        found = await published_offerings(tx)
    return OfferingNames(
        [
            OfferingName(
                id=one.id,
                name=one.name,
                kind=one.kind,
                sentences=sentences_of(rule_set_of(one)),
            )
            for one in found
        ]
    )
