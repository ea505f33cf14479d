"""Today's board: figures, the lanes of all resources, and what just happened."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from shunyue.backoffice.blocks import block_of, holders_of, hours_of, lane_resource, offering_names
from shunyue.backoffice.schemas import (
    AwaitingPayment,
    FeedItem,
    Figures,
    Holding,
    Lane,
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
        hours=hours_of([block for lane in lanes for block in lane.blocks], zone),
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
    holders = await holders_of(tx, list(by_id))
    names = await offering_names(tx)
    off = {
        one.resource_id: one.name
        for one in await exceptions_between(tx, day, day)
        if not one.is_open
    }
    return [
        Lane(
            resource=lane_resource(resource),
            day_off=_day_off(resource, of_resource[resource.id], off),
            blocks=[
                block
                for slot in sorted(of_resource[resource.id], key=lambda one: one.starts_at)
                if (block := block_of(slot, holders.get(slot.id, []), names, tx.now)) is not None
            ],
        )
        for resource in await active_resources(tx)
    ]


def _day_off(resource: Resource, slots: list[SlotView], off: dict[UUID | None, str]) -> str | None:
    if any(slot.state == "open" for slot in slots):
        return None
    return off.get(resource.id) or off.get(None) or wording("board.day_off", {})


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
