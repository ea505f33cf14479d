"""Today's board: figures, the lanes of all resources, and what just happened."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from shunyue.backoffice.schemas import (
    AwaitingPayment,
    Block,
    BlockKind,
    BoardHours,
    FeedItem,
    Figures,
    Holding,
    Lane,
    LaneResource,
    MethodShare,
    TodayView,
)
from shunyue.identity.api import Merchant
from shunyue.kernel.copy import wording
from shunyue.kernel.database import Transaction
from shunyue.kernel.rules import masked_phone
from shunyue.ordering.api import recent_facts
from shunyue.scheduling.api import (
    Resource,
    SlotView,
    active_resources,
    exceptions_between,
    slots_of_day,
)

_FEED_LENGTH = 30
_EARLIEST, _LATEST = 8, 20


async def today(tx: Transaction, merchant: Merchant, day: date | None) -> TodayView:
    """Read the board of a day (default today)."""
    zone = ZoneInfo(merchant.time_zone)
    shown = day or tx.now.astimezone(zone).date()
    begins = datetime(shown.year, shown.month, shown.day, tzinfo=zone)
    ends = begins + timedelta(days=1)
    slots = await slots_of_day(tx, begins, ends)
    lanes = await _lanes(tx, slots, shown)
    return TodayView(
        date=shown,
        server_time=tx.now,
        hours=_hours([block for lane in lanes for block in lane.blocks], zone),
        figures=await _figures(tx, begins, ends),
        lanes=lanes,
        feed=await _feed(tx, begins),
    )


async def _figures(tx: Transaction, begins: datetime, ends: datetime) -> Figures:
    counts = await tx.connection.fetchrow(
        "SELECT count(*) FILTER (WHERE kind = 'placed') AS bookings,"
        " count(*) FILTER (WHERE kind = 'registered') AS registrations,"
        " count(*) FILTER (WHERE kind IN ('paid', 'booked_again')) AS payments"
        " FROM order_fact WHERE merchant_id = $1 AND at >= $2 AND at < $3",
        tx.merchant_id,
        begins,
        ends,
    )
    received = await tx.connection.fetchval(
        "SELECT coalesce(sum(e.amount_fen), 0)::bigint FROM ledger_transaction t"
        " JOIN ledger_entry e"
        " ON e.merchant_id = t.merchant_id AND e.transaction_id = t.id"
        " WHERE t.merchant_id = $1 AND t.posted_at >= $2 AND t.posted_at < $3"
        " AND e.account = 'channel_clearing'",
        tx.merchant_id,
        begins,
        ends,
    )
    holding = await tx.connection.fetchrow(
        "SELECT count(*) AS holds, min(expires_at) AS soonest FROM hold WHERE merchant_id = $1"
        " AND state IN ('active', 'confirmed') AND expires_at > $2",
        tx.merchant_id,
        tx.now,
    )
    waiting = await tx.connection.fetchrow(
        "SELECT count(*) AS orders, coalesce(sum(payable_fen), 0)::bigint AS fen"
        " FROM customer_order WHERE merchant_id = $1 AND state = 'awaiting_payment'",
        tx.merchant_id,
    )
    methods = await tx.connection.fetch(
        "SELECT c.channel, count(*) AS payments, sum(a.amount_fen - r.back_fen)::bigint AS fen"
        " FROM payment_attempt a"
        " JOIN payment_channel c ON c.merchant_id = a.merchant_id AND c.id = a.channel_id"
        " JOIN booking b ON b.merchant_id = a.merchant_id AND b.order_id = a.order_id"
        " JOIN payment p ON p.merchant_id = a.merchant_id AND p.settled_attempt_id = a.id"
        "  AND p.order_id = a.order_id"
        " CROSS JOIN LATERAL (SELECT coalesce(sum(r.amount_fen), 0) AS back_fen FROM refund r"
        "  WHERE r.merchant_id = a.merchant_id AND r.order_id = a.order_id"
        "  AND r.attempt_id = a.id AND r.state <> 'closed') r"
        " WHERE a.merchant_id = $1 AND a.paid_at >= $2 AND a.paid_at < $3"
        " AND a.amount_fen > r.back_fen"
        " GROUP BY c.channel ORDER BY fen DESC",
        tx.merchant_id,
        begins,
        ends,
    )
    assert counts is not None
    assert holding is not None
    assert waiting is not None
    return Figures(
        bookings=counts["bookings"],
        registrations=counts["registrations"],
        payments=counts["payments"],
        received_fen=received,
        holding=Holding(holding["holds"], holding["soonest"]),
        awaiting_payment=AwaitingPayment(waiting["orders"], waiting["fen"]),
        methods=[MethodShare(row["channel"], row["payments"], row["fen"]) for row in methods],
    )


async def _lanes(tx: Transaction, slots: list[SlotView], day: date) -> list[Lane]:
    by_id = {slot.id: slot for slot in slots}
    links = await tx.connection.fetch(
        "SELECT slot_id, resource_id FROM slot_resource"
        " WHERE merchant_id = $1 AND slot_id = ANY ($2)",
        tx.merchant_id,
        list(by_id),
    )
    of_resource: dict[UUID, list[SlotView]] = defaultdict(list)
    for link in links:
        of_resource[link["resource_id"]].append(by_id[link["slot_id"]])
    holders = await _holders_of(tx, list(by_id))
    names = await _offering_names(tx)
    off = {
        one.resource_id: one.name
        for one in await exceptions_between(tx, day, day)
        if not one.is_open
    }
    return [
        Lane(
            resource=_lane_resource(resource),
            day_off=_day_off(resource, of_resource[resource.id], off),
            blocks=[
                block
                for slot in sorted(of_resource[resource.id], key=lambda one: one.starts_at)
                if (block := _block(slot, holders.get(slot.id, []), names, tx.now)) is not None
            ],
        )
        for resource in await active_resources(tx)
    ]


async def _holders_of(tx: Transaction, slot_ids: list[UUID]) -> dict[UUID, list[asyncpg.Record]]:
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


async def _offering_names(tx: Transaction) -> dict[UUID, str]:
    rows = await tx.connection.fetch(
        "SELECT id, name FROM offering WHERE merchant_id = $1", tx.merchant_id
    )
    return {row["id"]: row["name"] for row in rows}


def _block(
    slot: SlotView, holders: list[asyncpg.Record], names: dict[UUID, str], now: datetime
) -> Block | None:
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


def _day_off(resource: Resource, slots: list[SlotView], off: dict[UUID | None, str]) -> str | None:
    if any(slot.state == "open" for slot in slots):
        return None
    return off.get(resource.id) or off.get(None) or wording("board.day_off", {})


def _lane_resource(resource: Resource) -> LaneResource:
    return LaneResource(
        id=resource.id, kind=resource.kind, name=resource.name, title=resource.title
    )


def _hours(blocks: list[Block], zone: ZoneInfo) -> BoardHours:
    starts = [block.starts_at.astimezone(zone).hour for block in blocks]
    ends = [(block.ends_at.astimezone(zone) - timedelta(minutes=1)).hour + 1 for block in blocks]
    first, last = min([_EARLIEST, *starts]), max([_LATEST, *ends])
    return BoardHours(f"{first:02d}:00", f"{last:02d}:00")


async def _feed(tx: Transaction, since: datetime) -> list[FeedItem]:
    rows = await recent_facts(tx, since, _FEED_LENGTH)
    people = await tx.connection.fetch(
        "SELECT id, name, phone FROM customer WHERE merchant_id = $1 AND id = ANY ($2)",
        tx.merchant_id,
        [row["customer_id"] for row in rows],
    )
    who = {row["id"]: row["name"] or masked_phone(row["phone"]) for row in people}
    return [
        FeedItem(
            id=str(row["id"]),
            at=row["at"],
            kind=row["kind"],
            who=who[row["customer_id"]],
            offering_name=row["terms"]["offering"]["name"],
            slot_starts_at=row["slot_starts_at"],
            order_number=row["number"],
            amount_fen=row["params"].get("amount_fen"),
        )
        for row in rows
    ]
