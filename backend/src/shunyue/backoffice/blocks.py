"""Blocks of time: how a slot and whoever holds it look on the board and in the calendar."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from shunyue.backoffice.schemas import Block, BlockKind, BoardHours, LaneResource
from shunyue.kernel.copy import wording
from shunyue.kernel.database import Transaction
from shunyue.kernel.rules import masked_phone
from shunyue.scheduling.api import Resource, SlotView

_EARLIEST, _LATEST = 8, 20


async def holders_of(tx: Transaction, slot_ids: list[UUID]) -> dict[UUID, list[asyncpg.Record]]:
    """Read who holds places of slots: as an order, or just choosing."""
    rows = await tx.connection.fetch(
        "SELECT h.slot_id, h.state, h.expires_at, h.party_size, o.number, o.state AS order_state,"
        " o.payment_state, o.pay_by, c.name, c.phone FROM hold h"
        " JOIN customer c ON c.merchant_id = h.merchant_id AND c.id = h.customer_id"
        " LEFT JOIN customer_order o ON o.merchant_id = h.merchant_id AND o.hold_id = h.id"
        " WHERE h.merchant_id = $1 AND h.slot_id = ANY ($2) AND h.state IN ('active', 'confirmed')"
        " AND (h.expires_at IS NULL OR h.expires_at > $3) ORDER BY h.held_at",
        tx.merchant_id,
        slot_ids,
        tx.now,
    )
    holders: dict[UUID, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        holders[row["slot_id"]].append(row)
    return holders


async def offering_names(tx: Transaction) -> dict[UUID, str]:
    """Read what the merchant's offerings are called, published or not."""
    rows = await tx.connection.fetch(
        "SELECT id, name FROM offering WHERE merchant_id = $1", tx.merchant_id
    )
    return {row["id"]: row["name"] for row in rows}


def block_of(
    slot: SlotView, holders: list[asyncpg.Record], names: dict[UUID, str], now: datetime
) -> Block | None:
    """Show a slot; None for one that is neither anybody's nor to be had."""
    taken = sum(one["party_size"] for one in holders)
    look: dict[str, Any] = {"title": names[slot.offering_id], "subtitle": None}
    kind: BlockKind
    if holders and slot.capacity == 1:
        kind, look = _single(slot, holders[0], names, now)
    elif holders:
        kind = _phase(slot, now)
        look["subtitle"] = wording("board.places", {"taken": taken, "capacity": slot.capacity})
    elif slot.state == "closed":
        kind = "break" if slot.closed_reason == "break" else "closed"
        look = {"title": slot.closed_text or "", "subtitle": None}
    elif slot.is_resource_busy or slot.closes_at <= now:
        return None
    else:
        kind = "free"
        look = {"title": wording("board.free", {}), "subtitle": names[slot.offering_id]}
    return Block(
        slot_id=slot.id,
        kind=kind,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        title=look["title"],
        subtitle=look["subtitle"],
        order_number=look.get("order_number"),
        expires_at=look.get("expires_at"),
        places_taken=taken,
        capacity=slot.capacity,
    )


def _single(
    slot: SlotView, holder: asyncpg.Record, names: dict[UUID, str], now: datetime
) -> tuple[BlockKind, dict[str, Any]]:
    look = {
        "title": holder["name"] or masked_phone(holder["phone"]),
        "subtitle": names[slot.offering_id],
        "order_number": holder["number"],
        "expires_at": holder["expires_at"],
    }
    if holder["order_state"] == "awaiting_payment":
        # While the provider is asked, no time runs out that anybody could keep.
        is_checked = holder["payment_state"] == "checking" or holder["pay_by"] <= now
        return "awaiting_payment", look | {"expires_at": None if is_checked else holder["pay_by"]}
    if holder["order_state"] == "confirmed":
        return _phase(slot, now), look
    return "held", look


def _phase(slot: SlotView, now: datetime) -> BlockKind:
    if slot.ends_at <= now:
        return "done"
    return "live" if slot.starts_at <= now else "confirmed"


def lane_resource(resource: Resource) -> LaneResource:
    """Say whose lane it is."""
    return LaneResource(
        id=resource.id, kind=resource.kind, name=resource.name, title=resource.title
    )


def hours_of(blocks: list[Block], zone: ZoneInfo) -> BoardHours:
    """Find the whole hours that hold all blocks, and the usual day at least."""
    starts = [block.starts_at.astimezone(zone).hour for block in blocks]
    ends = [(block.ends_at.astimezone(zone) - timedelta(minutes=1)).hour + 1 for block in blocks]
    first, last = min([_EARLIEST, *starts]), max([_LATEST, *ends])
    return BoardHours(f"{first:02d}:00", f"{last:02d}:00")
