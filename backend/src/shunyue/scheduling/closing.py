"""Closing and opening slots by hand, decided under the slots' locks like every taking of places."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from shunyue.kernel import audit
from shunyue.kernel.database import Transaction
from shunyue.scheduling import queries
from shunyue.scheduling.errors import (
    ResourceBusyElsewhere,
    SlotClosedByRule,
    SlotNotFound,
    SlotStarted,
)
from shunyue.scheduling.events import SlotsEdited
from shunyue.scheduling.records import CLOSED_BY_RULE

ClosingOutcome = Literal["closed", "already_closed", "in_use", "started", "not_found"]


class Closing(msgspec.Struct, frozen=True):
    """What came of closing one slot."""

    slot_id: UUID
    outcome: ClosingOutcome


async def close_slots(tx: Transaction, slot_ids: Sequence[UUID], reason: str) -> list[Closing]:
    """Close those of the slots that are ahead, open, and nobody's.

    Customers who take a place in the same moment lock the same rows: one of the two wins.
    `reason` is what customers read; empty means the usual word.
    """
    known = {row["id"]: row for row in await queries.lock_slots(tx, slot_ids)}
    if await queries.give_lapsed_places_back(tx, list(known)):
        tx.announce("outbox")
    closed = await queries.close_free_slots(tx, list(known), reason)
    for slot_id in closed:
        await audit.record(tx, "slot.closed", slot_id, reason=reason or None)
    await tell(tx, closed)
    return [
        Closing(one, "closed" if one in closed else _refused(tx, known.get(one)))
        for one in slot_ids
    ]


async def open_slot(tx: Transaction, slot_id: UUID) -> None:
    """Offer a closed slot again; one that is open stays so.

    Raises `SlotNotFound`, `SlotStarted`, `SlotClosedByRule` on holidays and days off, and
    `ResourceBusyElsewhere` when somebody it needs has something else to do then.
    """
    found = await queries.lock_slots(tx, [slot_id])
    if not found:
        raise SlotNotFound
    slot = found[0]
    if slot["starts_at"] <= tx.now:
        raise SlotStarted
    if slot["state"] == "open":
        return
    if slot["closed_reason"] in CLOSED_BY_RULE:
        raise SlotClosedByRule(rule=slot["closed_text"])
    await queries.lock_resources_of(tx, slot_id)
    busy = await queries.busy_elsewhere(tx, slot_id)
    if busy is not None:
        raise ResourceBusyElsewhere(resource=busy)
    await queries.open_closed_slot(tx, slot_id)
    if not slot["is_occupying_when_taken"]:
        await queries.occupy(tx, slot_id)
    await audit.record(tx, "slot.opened", slot_id)
    await tell(tx, [slot_id])


async def tell(tx: Transaction, slot_ids: Sequence[UUID]) -> None:
    """Let open pages follow: these slots, and whatever shares their resources and time."""
    if not slot_ids:
        return
    tx.emit(SlotsEdited(slot_ids=await queries.slots_sharing_time(tx, slot_ids)))
    tx.announce(f"slots:{tx.merchant_id}")


def _refused(tx: Transaction, slot: asyncpg.Record | None) -> ClosingOutcome:
    if slot is None:
        return "not_found"
    if slot["starts_at"] <= tx.now:
        return "started"
    return "already_closed" if slot["state"] == "closed" else "in_use"
