"""Finding something to book: the merchant, its offerings, and their free time."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.params import QueryParameter

from shunyue.catalog.api import OfferingNotFound, offering_by_id, published_offerings, reviews_of
from shunyue.identity.api import Merchant
from shunyue.identity.schemas import MerchantView, OpenHours
from shunyue.kernel.errors import MerchantNotFound
from shunyue.kernel.http import problems
from shunyue.kernel.tokens import Actor
from shunyue.scheduling import queries
from shunyue.scheduling.availability import MAX_DAYS
from shunyue.scheduling.errors import DateOutOfRange
from shunyue.scheduling.offering_views import (
    OfferingList,
    OfferingView,
    ReviewList,
    offering_card,
    offering_view,
    review_view,
)
from shunyue.scheduling.schemas import AvailabilityView

_FIRST_REVIEWS = 3
_REVIEWS_PER_PAGE = 20


@get("/", responses=problems(MerchantNotFound))
async def read_merchant(
    request: Request[Any, Any, Any], merchant: Merchant, visitor: Actor
) -> MerchantView:
    """Read the merchant and today's hours."""
    async with request.app.state.database.begin(visitor) as tx:
        now = tx.now
        today = now.astimezone(ZoneInfo(merchant.time_zone)).date()
        hours = [
            one
            for one in await queries.working_hours(tx)
            if one.weekday == today.isoweekday() and one.break_name is None
        ]
        special = await queries.exceptions_between(tx, today, today)
    is_shut = any(
        one.resource_id is None and one.starts is None and not one.is_open for one in special
    )
    open_today = None
    if hours and not is_shut:
        opens = min(one.starts for one in hours)
        closes = max(one.ends for one in hours)
        open_today = OpenHours(opens.strftime("%H:%M"), closes.strftime("%H:%M"))
    return MerchantView(
        slug=merchant.slug,
        name=merchant.name,
        tagline=merchant.tagline,
        time_zone=merchant.time_zone,
        city=merchant.city,
        phone=merchant.phone,
        payee_name=merchant.payee_name,
        open_today=open_today,
        server_time=now,
    )


@get("/offerings", responses=problems(MerchantNotFound))
async def list_offerings(request: Request[Any, Any, Any], visitor: Actor) -> OfferingList:
    """List what can be booked."""
    async with request.app.state.database.begin(visitor) as tx:
        offerings = await published_offerings(tx)
        free = await queries.next_free_slots(tx)
    return OfferingList([offering_card(one, free.get(one.id)) for one in offerings])


@get("/offerings/{offering_id:uuid}", responses=problems(MerchantNotFound, OfferingNotFound))
async def read_offering(
    request: Request[Any, Any, Any], visitor: Actor, offering_id: UUID
) -> OfferingView:
    """Read everything about one offering."""
    async with request.app.state.database.begin(visitor) as tx:
        offering = await offering_by_id(tx, offering_id)
        free = await queries.next_free_slots(tx)
        resources = await queries.resources_of(tx, offering_id)
        reviews = await reviews_of(tx, offering_id, after=None, limit=_FIRST_REVIEWS)
    return offering_view(offering, free.get(offering_id), resources, reviews)


@get(
    "/offerings/{offering_id:uuid}/reviews", responses=problems(MerchantNotFound, OfferingNotFound)
)
async def list_reviews(
    request: Request[Any, Any, Any], visitor: Actor, offering_id: UUID, cursor: UUID | None = None
) -> ReviewList:
    """List reviews, newest first."""
    async with request.app.state.database.begin(visitor) as tx:
        await offering_by_id(tx, offering_id)
        reviews = await reviews_of(tx, offering_id, after=cursor, limit=_REVIEWS_PER_PAGE + 1)
    page = reviews[:_REVIEWS_PER_PAGE]
    more = str(page[-1].id) if len(reviews) > _REVIEWS_PER_PAGE else None
    return ReviewList([review_view(one) for one in page], more)


@get(
    "/offerings/{offering_id:uuid}/availability",
    responses=problems(MerchantNotFound, OfferingNotFound, DateOutOfRange),
)
async def read_availability(
    request: Request[Any, Any, Any],
    merchant: Merchant,
    offering_id: UUID,
    first: Annotated[date | None, QueryParameter(name="from")] = None,
    days: Annotated[int, QueryParameter(ge=1, le=MAX_DAYS)] = 7,
) -> Response[AvailabilityView]:
    """Read which slots can be had on which days, from memory."""
    cache = request.app.state.availability
    body: Any = await cache.read(merchant, offering_id, first, days)
    return Response(msgspec.Raw(body), media_type=MediaType.JSON)  # type: ignore[arg-type]
