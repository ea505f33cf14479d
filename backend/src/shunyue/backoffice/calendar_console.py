"""The calendar over HTTP: reading it, closing, opening and adding slots by hand."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, delete, get, post
from litestar.params import QueryParameter

from shunyue.backoffice import calendar
from shunyue.backoffice.calendar_schemas import (
    AddedSlot,
    AddSlot,
    CalendarView,
    CloseSlot,
    CloseSlots,
    SlotClosing,
    SlotClosings,
)
from shunyue.catalog.api import OfferingNotFound
from shunyue.identity.api import merchant_by_id
from shunyue.kernel.database import Transaction
from shunyue.kernel.errors import (
    Forbidden,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    RequestInProgress,
    Unauthenticated,
)
from shunyue.kernel.http import once, problems
from shunyue.kernel.tokens import Actor
from shunyue.scheduling.api import (
    DateOutOfRange,
    ResourceBusyElsewhere,
    SlotClosedAlready,
    SlotClosedByRule,
    SlotExists,
    SlotInUse,
    SlotNotFound,
    SlotNotPossible,
    SlotStarted,
    open_slot,
)

_WEEK = 7
_OF_A_POST = (
    Unauthenticated,
    Forbidden,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    RequestInProgress,
)


@get(
    "/calendar",
    opt={"permission": "calendar.read"},
    responses=problems(Unauthenticated, Forbidden, DateOutOfRange),
)
async def read_calendar(
    request: Request[Any, Any, Any],
    staff: Actor,
    *,
    first: Annotated[date | None, QueryParameter(name="from")] = None,
    days: Annotated[int, QueryParameter(ge=1, le=_WEEK)] = _WEEK,
    resource_id: UUID | None = None,
    offering_id: UUID | None = None,
) -> CalendarView:
    """Read up to a week of the calendar, by who or what is busy."""
    wanted = calendar.CalendarFilter(
        first=first, days=days, resource_id=resource_id, offering_id=offering_id
    )
    async with request.app.state.database.begin(staff) as tx:
        merchant = await merchant_by_id(tx.connection, tx.merchant_id)
        return await calendar.calendar(tx, merchant, wanted)


@post(
    "/slots",
    opt={"permission": "calendar.write"},
    responses=problems(*_OF_A_POST, OfferingNotFound, SlotExists, SlotNotPossible),
)
async def add_slot(
    request: Request[Any, Any, Any], staff: Actor, data: AddSlot
) -> Response[AddedSlot]:
    """Add a slot by hand."""

    async def work(tx: Transaction) -> AddedSlot:
        merchant = await merchant_by_id(tx.connection, tx.merchant_id)
        return await calendar.add(tx, merchant, data)

    return await once(request, staff, work)


@post(
    "/slots/{slot_id:uuid}/closure",
    opt={"permission": "calendar.write"},
    responses=problems(*_OF_A_POST, SlotNotFound, SlotInUse, SlotStarted, SlotClosedAlready),
)
async def close_slot(
    request: Request[Any, Any, Any], staff: Actor, slot_id: UUID, data: CloseSlot
) -> Response[SlotClosing]:
    """Close a slot that is ahead and nobody's; customers read the reason at once."""

    async def work(tx: Transaction) -> SlotClosing:
        return await calendar.close_one(tx, slot_id, data.reason)

    return await once(request, staff, work)


@delete(
    "/slots/{slot_id:uuid}/closure",
    opt={"permission": "calendar.write"},
    responses=problems(
        Unauthenticated,
        Forbidden,
        SlotNotFound,
        SlotStarted,
        SlotClosedByRule,
        ResourceBusyElsewhere,
    ),
)
async def open_closed_slot(request: Request[Any, Any, Any], staff: Actor, slot_id: UUID) -> None:
    """Offer a closed slot again."""
    async with request.app.state.database.begin(staff) as tx:
        await open_slot(tx, slot_id)


@post(
    "/slot-closures",
    status_code=200,
    opt={"permission": "calendar.write"},
    responses=problems(*_OF_A_POST),
)
async def close_slots(
    request: Request[Any, Any, Any], staff: Actor, data: CloseSlots
) -> Response[SlotClosings]:
    """Close many slots; each says what came of it."""

    async def work(tx: Transaction) -> SlotClosings:
        return SlotClosings(await calendar.close_many(tx, data.slot_ids, data.reason))

    return await once(request, staff, work, status=200)
