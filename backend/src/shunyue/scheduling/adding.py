"""Adding a slot by hand, outside of what the plan makes."""

from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from shunyue.catalog.api import OfferingNotFound
from shunyue.identity.api import Merchant
from shunyue.kernel import audit
from shunyue.kernel.database import Transaction
from shunyue.kernel.errors import FieldProblem
from shunyue.kernel.ids import new_id
from shunyue.scheduling import queries
from shunyue.scheduling.closing import tell
from shunyue.scheduling.errors import SlotExists, SlotNotPossible
from shunyue.scheduling.policy import instant_of, opens_at
from shunyue.scheduling.records import NewSlot, SuppliedOffering

# As far as plans reach. Days beyond an offering's own horizon may be prepared: customers see their
# slots when the horizon comes to them.
_FARTHEST = timedelta(days=366)


class SlotWish(msgspec.Struct, frozen=True, kw_only=True):
    """A slot as staff ask for it: local day and times; what is None is the offering's usual."""

    offering_id: UUID
    on_date: date
    starts: time
    ends: time | None = None
    resource_ids: list[UUID] | None = None
    capacity: int | None = None


async def add_slot(tx: Transaction, merchant: Merchant, wish: SlotWish) -> NewSlot:
    """Add a slot; it is offered at once and stays whatever the plan makes later.

    Somebody who is busy only while a place is held may be asked for at a time that is taken now:
    the slot then shows as full until they are free. Raises `OfferingNotFound`, `SlotNotPossible`
    with the fields that are wrong, and `SlotExists`.
    """
    offering = next(
        (one for one in await queries.suppliable(tx) if one.id == wish.offering_id), None
    )
    if offering is None:
        raise OfferingNotFound
    slot = _planned(wish, offering, ZoneInfo(merchant.time_zone), tx.now)
    if not await queries.insert_slot(tx, slot):
        raise SlotExists
    if not slot.is_occupying_when_taken:
        await queries.lock_resources_of(tx, slot.id)
        busy = await queries.busy_elsewhere(tx, slot.id)
        if busy is not None:
            raise SlotNotPossible(FieldProblem("resource_ids", "busy_then", name=busy))
        await queries.occupy(tx, slot.id)
    await audit.record(tx, "slot.added", slot.id)
    await tell(tx, [slot.id])
    return slot


def _planned(wish: SlotWish, offering: SuppliedOffering, zone: ZoneInfo, now: datetime) -> NewSlot:
    if abs(wish.on_date - now.date()) > _FARTHEST:
        raise SlotNotPossible(FieldProblem("on_date", "too_far"))
    starts_at = instant_of(zone, wish.on_date, wish.starts)
    if starts_at is None:
        raise SlotNotPossible(FieldProblem("starts", "no_such_time"))
    ends_at: datetime | None = starts_at + timedelta(minutes=offering.duration_minutes)
    if wish.ends is not None:
        ends_at = instant_of(zone, wish.on_date, wish.ends)
    resource_ids = offering.resource_ids if wish.resource_ids is None else wish.resource_ids
    capacity = offering.capacity if wish.capacity is None else wish.capacity
    problems = [
        *_time_problems(starts_at, ends_at, now),
        *_resource_problems(resource_ids, offering),
    ]
    if problems or ends_at is None:
        raise SlotNotPossible(*problems)
    buffer = timedelta(minutes=offering.buffer_minutes)
    return NewSlot(
        id=new_id(),
        offering_id=offering.id,
        resource_id=resource_ids[0] if offering.is_per_resource else None,
        resource_ids=resource_ids,
        starts_at=starts_at,
        ends_at=ends_at,
        opens_at=opens_at(zone, wish.on_date, offering.horizon_days),
        closes_at=starts_at - timedelta(minutes=offering.notice_minutes),
        capacity=capacity,
        max_party=offering.max_party,
        max_open=offering.max_open,
        is_occupying_when_taken=offering.is_per_resource,
        occupied_from=starts_at - buffer,
        occupied_until=ends_at + buffer,
    )


def _time_problems(
    starts_at: datetime, ends_at: datetime | None, now: datetime
) -> list[FieldProblem]:
    found = []
    if starts_at <= now:
        found.append(FieldProblem("starts", "in_the_past"))
    if ends_at is None:
        found.append(FieldProblem("ends", "no_such_time"))
    elif ends_at <= starts_at:
        found.append(FieldProblem("ends", "end_before_start"))
    return found


def _resource_problems(resource_ids: list[UUID], offering: SuppliedOffering) -> list[FieldProblem]:
    if not set(resource_ids) <= set(offering.resource_ids):
        return [FieldProblem("resource_ids", "not_of_offering")]
    if offering.is_per_resource and len(resource_ids) != 1:
        return [FieldProblem("resource_ids", "choose_one")]
    return []
