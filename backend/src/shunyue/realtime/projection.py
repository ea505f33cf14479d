"""Projection: which events become pushes, on which topics, with what on them.

Runs in the transaction that takes events out of the outbox. Slots are shown as they stand now, so
a burst of events about one slot becomes one push with the last word.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from shunyue.booking.api import HoldExpiredEvent, HoldReleased, SlotHeld
from shunyue.catalog.api import RulesChanged
from shunyue.kernel.database import Connection
from shunyue.kernel.metrics import RELAYED
from shunyue.kernel.outbox import StoredEvent
from shunyue.kernel.rules import masked_phone
from shunyue.notifications.api import MessagePosted
from shunyue.ordering.api import OrderAdvanced
from shunyue.scheduling.api import SlotsEdited, slot_look, slots_touched_by

BOARD = "board"
_PLACES = {SlotHeld.name: "held", HoldReleased.name: "released", HoldExpiredEvent.name: "released"}
# In a rush the feed shows the latest; nobody reads hundreds of lines a second.
_FEED_AT_ONCE = 30


class Push(msgspec.Struct, frozen=True):
    """One message on one topic."""

    topic: str
    name: str
    data: Any


async def project(connection: Connection, events: Sequence[StoredEvent]) -> set[str]:
    """Write the pushes that follow from a batch of events."""
    RELAYED.inc(len(events))
    by_merchant: dict[UUID, list[StoredEvent]] = defaultdict(list)
    for event in events:
        by_merchant[event.merchant_id].append(event)
    for merchant_id, own in by_merchant.items():
        now = await connection.fetchval(
            "SELECT app_now() FROM set_config('app.merchant_id', $1, true)", str(merchant_id)
        )
        pushes = [*await _slot_pushes(connection, merchant_id, own, now), *_order_pushes(own)]
        pushes += await _feed_pushes(connection, merchant_id, own, now)
        if pushes:
            await _write(connection, merchant_id, pushes)
    return {"pushes"} | {f"slots:{one}" for one in by_merchant}


async def _slot_pushes(
    connection: Connection, merchant_id: UUID, events: list[StoredEvent], now: datetime
) -> list[Push]:
    slot_ids = {UUID(one.payload["slot_id"]) for one in events if one.name in _PLACES}
    for one in events:
        if one.name == SlotsEdited.name:
            slot_ids |= {UUID(slot_id) for slot_id in one.payload["slot_ids"]}
    if not slot_ids:
        return []
    by_offering: dict[UUID, list[Any]] = defaultdict(list)
    for slot in await slots_touched_by(connection, merchant_id, sorted(slot_ids)):
        by_offering[slot.offering_id].append(msgspec.to_builtins(slot_look(slot, now)))
    everything = [look for looks in by_offering.values() for look in looks]
    pushes = [
        Push(f"offering:{offering_id}", "slots_changed", {"slots": looks})
        for offering_id, looks in by_offering.items()
    ]
    return [*pushes, Push(BOARD, "slots_changed", {"slots": everything})]


def _order_pushes(events: list[StoredEvent]) -> Iterator[Push]:
    is_figures_changed = False
    for event in events:
        payload = event.payload
        if event.name == OrderAdvanced.name:
            is_figures_changed = True
            yield Push(
                f"customer:{payload['customer_id']}",
                "order_changed",
                {key: payload[key] for key in ("number", "state", "payment_state")},
            )
        elif event.name == RulesChanged.name:
            # No values: pages ask again for whatever they show of the offering.
            yield Push(
                f"offering:{payload['offering_id']}",
                "offering_changed",
                {"rules_version": payload["version"]},
            )
        elif event.name == MessagePosted.name:
            message = {
                key: payload[key] for key in ("kind", "title", "text", "order_number", "created_at")
            }
            message |= {"id": payload["message_id"], "read_at": None}
            yield Push(f"customer:{payload['customer_id']}", "inbox_message", {"message": message})
    if is_figures_changed or any(event.name in _PLACES for event in events):
        yield Push(BOARD, "figures_changed", {})


async def _feed_pushes(
    connection: Connection, merchant_id: UUID, events: list[StoredEvent], now: datetime
) -> list[Push]:
    shown = [
        one
        for one in events
        if one.name == OrderAdvanced.name
        or (one.name in _PLACES and not one.payload.get("is_confirmed"))
    ][-_FEED_AT_ONCE:]
    if not shown:
        return []
    people = await connection.fetch(
        "SELECT id, name, phone FROM customer WHERE merchant_id = $1 AND id = ANY ($2)",
        merchant_id,
        list({UUID(one.payload["customer_id"]) for one in shown}),
    )
    who = {str(row["id"]): row["name"] or masked_phone(row["phone"]) for row in people}
    what: dict[str, asyncpg.Record] = {}
    if slot_ids := {UUID(one.payload["slot_id"]) for one in shown if one.name in _PLACES}:
        slots = await connection.fetch(
            "SELECT s.id, s.starts_at, o.name FROM slot s"
            " JOIN offering o ON o.merchant_id = s.merchant_id AND o.id = s.offering_id"
            " WHERE s.merchant_id = $1 AND s.id = ANY ($2)",
            merchant_id,
            list(slot_ids),
        )
        what = {str(row["id"]): row for row in slots}
    return [Push(BOARD, "feed", _feed_item(one, who, what, now)) for one in shown]


def _feed_item(
    event: StoredEvent, who: dict[str, str], what: dict[str, Any], at: datetime
) -> dict[str, Any]:
    payload = event.payload
    name = who.get(payload["customer_id"], "")
    if event.name == OrderAdvanced.name:
        return {
            "id": payload["fact_id"],
            "at": payload["at"],
            "kind": payload["kind"],
            "who": name,
            "offering_name": payload["offering_name"],
            "slot_starts_at": payload["slot_starts_at"],
            "order_number": payload["number"],
            "amount_fen": payload["params"].get("amount_fen"),
        }
    slot = what[payload["slot_id"]]
    return {
        "id": f"{payload['hold_id']}-{_PLACES[event.name]}",
        "at": at,
        "kind": _PLACES[event.name],
        "who": name,
        "offering_name": slot["name"],
        "slot_starts_at": slot["starts_at"],
        "order_number": None,
        "amount_fen": None,
    }


async def _write(connection: Connection, merchant_id: UUID, pushes: list[Push]) -> None:
    """Number the pushes of each topic without gaps and store them for those who reconnect."""
    counts = Counter(push.topic for push in pushes)
    topics = sorted(counts)  # Everybody locks topics in this order.
    rows = await connection.fetch(
        "INSERT INTO topic (merchant_id, name, seq)"
        " SELECT $1, * FROM unnest($2::text[], $3::bigint[])"
        " ON CONFLICT (merchant_id, name) DO UPDATE SET seq = topic.seq + excluded.seq"
        " RETURNING name, seq",
        merchant_id,
        topics,
        [counts[topic] for topic in topics],
    )
    following = {row["name"]: row["seq"] - counts[row["name"]] for row in rows}
    numbers = []
    for push in pushes:
        following[push.topic] += 1
        numbers.append(following[push.topic])
    await connection.execute(
        "INSERT INTO topic_message (merchant_id, topic, seq, name, payload)"
        " SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::text[], $5::jsonb[])",
        merchant_id,
        [push.topic for push in pushes],
        numbers,
        [push.name for push in pushes],
        [push.data for push in pushes],
    )
