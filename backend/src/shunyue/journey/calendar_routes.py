"""A customer's bookings in their own calendar: one as a file, or all of them followed."""

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get
from litestar.params import QueryParameter

from shunyue.identity.api import merchant_by_id
from shunyue.journey import queries
from shunyue.journey.calendar import CalendarOwner, calendar_of
from shunyue.journey.errors import CalendarNotFound, OrderNotBooked
from shunyue.kernel.errors import MerchantNotFound, Unauthenticated
from shunyue.kernel.http import problems
from shunyue.kernel.tokens import Actor, system_actor
from shunyue.ordering.api import OrderNotFound, booked_orders, order_of_actor

_KEPT_FOR = timedelta(days=60)


class CalendarLink(msgspec.Struct, frozen=True):
    """Where a calendar finds the bookings. Whoever has the address can read them."""

    url: str


@get(
    "/calendar-link",
    responses=problems(MerchantNotFound, Unauthenticated, OrderNotFound, OrderNotBooked),
)
async def read_calendar_link(
    request: Request[Any, Any, Any],
    customer: Actor,
    number: Annotated[str | None, QueryParameter(name="order")] = None,
) -> CalendarLink:
    """Return the address of all the customer's bookings, or of one order's."""
    state = request.app.state
    async with state.database.begin(customer) as tx:
        if number is not None and (await order_of_actor(tx, number)).state != "confirmed":
            raise OrderNotBooked
        version = await queries.calendar_version(tx, tx.actor_id)
    token = state.calendar_signer.token(CalendarOwner(tx.merchant_id, tx.actor_id, version))
    one = f"/{number}" if number else ""
    return CalendarLink(f"{state.settings.base_url}/calendar/{token}{one}.ics")


@delete("/calendar-link", responses=problems(MerchantNotFound, Unauthenticated))
async def end_calendar_link(request: Request[Any, Any, Any], customer: Actor) -> None:
    """End the addresses that were given so far; a new one can be had at once."""
    async with request.app.state.database.begin(customer) as tx:
        await queries.end_calendar(tx, tx.actor_id)


@get(
    ["/calendar/{token:str}", "/calendar/{token:str}/{number:str}"],
    include_in_schema=False,
    opt={"is_public": True},
)
async def read_calendar(
    request: Request[Any, Any, Any], token: str, number: str | None = None
) -> Response[bytes]:
    """Answer a calendar that asks: the address is all it has to show."""
    state = request.app.state
    whose = state.calendar_signer.owner(token.removesuffix(".ics"))
    wanted = number.removesuffix(".ics") if number else None
    async with state.database.begin(system_actor(whose.merchant_id)) as tx:
        if whose.version != await queries.calendar_version(tx, whose.customer_id):
            raise CalendarNotFound
        orders = await booked_orders(tx, whose.customer_id, tx.now - _KEPT_FOR)
        merchant = await merchant_by_id(tx.connection, tx.merchant_id)
    shown = [order for order in orders if wanted in {None, order.number}]
    if wanted is not None and not shown:
        raise CalendarNotFound
    return Response(
        calendar_of(merchant, shown, tx.now),
        media_type="text/calendar",
        headers={
            "content-disposition": f'attachment; filename="{wanted or merchant.slug}.ics"',
            "cache-control": "private, no-cache",
        },
    )
