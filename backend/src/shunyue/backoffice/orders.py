"""Orders in the console: the table, and one order with everything about it."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from shunyue.backoffice.schemas import (
    AnswerRow,
    AuditRow,
    CustomerCard,
    OrderDetail,
    OrderRow,
    OrderTable,
    OrderTotals,
    TimelineRow,
)
from shunyue.identity.api import Merchant
from shunyue.journey.api import view_order
from shunyue.kernel import rules
from shunyue.kernel.copy import wording
from shunyue.kernel.database import Transaction
from shunyue.kernel.money import yuan
from shunyue.ordering.api import Order, OrderNotFound, facts_of, order_by_number
from shunyue.payments.api import movements_of
from shunyue.registration.api import FormField, form_by_id, registration_of

COUNTED_AT_MOST = 10_000
_PHONE_DIGITS = 11


class OrderFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What to list. Days are those of the slot, in the merchant's time zone."""

    state: str | None = None
    offering_id: UUID | None = None
    first: date | None = None
    last: date | None = None
    text: str | None = None
    after: str | None = None
    limit: int = 50


_FILTERED = """
    FROM customer_order o
    JOIN customer c ON c.merchant_id = o.merchant_id AND c.id = o.customer_id
   WHERE o.merchant_id = $1
     AND ($2::text IS NULL OR o.state = $2)
     AND ($3::uuid IS NULL OR o.offering_id = $3)
     AND ($4::timestamptz IS NULL OR o.slot_starts_at >= $4)
     AND ($5::timestamptz IS NULL OR o.slot_starts_at < $5)
     AND ($6::uuid[] IS NULL OR o.id = ANY ($6))
"""
_COUNT = f"SELECT count(*) FROM (SELECT 1 {_FILTERED} LIMIT {COUNTED_AT_MOST}) counted"
_PAGE = f"""
    SELECT o.number, o.state, o.payment_state, c.name AS customer_name, c.phone, o.terms,
           o.party_size, o.payable_fen, o.placed_at, o.registered_at, o.paid_at, o.register_by,
           o.pay_by {_FILTERED}
       AND ($7::text IS NULL OR (o.placed_at, o.id) < (
            SELECT placed_at, id FROM customer_order WHERE merchant_id = $1 AND number = $7))
     ORDER BY o.placed_at DESC, o.id DESC LIMIT $8
"""


async def list_orders(
    tx: Transaction, merchant: Merchant, wanted: OrderFilter, *, is_contact_shown: bool
) -> OrderTable:
    """List orders, newest first."""
    zone = ZoneInfo(merchant.time_zone)
    filters = (
        tx.merchant_id,
        wanted.state,
        wanted.offering_id,
        _midnight(wanted.first, zone) if wanted.first else None,
        _midnight(wanted.last + timedelta(days=1), zone) if wanted.last else None,
        await _orders_found(tx, wanted.text),
    )
    total = await tx.connection.fetchval(_COUNT, *filters)
    rows = await tx.connection.fetch(_PAGE, *filters, wanted.after, wanted.limit + 1)
    items = [_row(row, is_contact_shown=is_contact_shown) for row in rows[: wanted.limit]]
    more = items[-1].number if len(rows) > wanted.limit else None
    return OrderTable(items=items, next_cursor=more, total=total)


async def read_order(tx: Transaction, number: str, *, is_contact_shown: bool) -> OrderDetail:
    """Read one order with registration, money and what was done by hand."""
    order = await order_by_number(tx, number)
    if order is None:
        raise OrderNotFound
    timeline = await _timeline(tx, order)
    received = sum(row.change_fen for row in timeline if row.change_fen and row.change_fen > 0)
    kept = sum(row.change_fen or 0 for row in timeline)
    return OrderDetail(
        order=await view_order(tx, order),
        customer=await _customer(tx, order.customer_id, is_contact_shown=is_contact_shown),
        answers=await _answers(tx, order, is_contact_shown=is_contact_shown),
        rules_version=order.terms.rules_version,
        timeline=timeline,
        totals=OrderTotals(received_fen=received, refunded_fen=received - kept, kept_fen=kept),
        audit=await _audit(tx, order),
    )


async def _orders_found(tx: Transaction, text: str | None) -> list[UUID] | None:
    """Find orders by the beginning of a number, a whole phone number, or part of a name."""
    plain = rules.plain_text(text or "")
    digits = "".join(plain.split())
    if not plain:
        return None
    if digits.isdigit() and len(digits) != _PHONE_DIGITS:
        # Plain bounds instead of LIKE, which loses its index under row-level security.
        rows = await tx.connection.fetch(
            "SELECT id FROM customer_order WHERE merchant_id = $1 AND number >= $2 AND number < $3"
            f" LIMIT {COUNTED_AT_MOST}",
            tx.merchant_id,
            digits,
            f"{digits}:",
        )
    else:
        rows = await tx.connection.fetch(
            "SELECT o.id FROM customer c"
            " JOIN customer_order o ON o.merchant_id = c.merchant_id AND o.customer_id = c.id"
            " WHERE c.merchant_id = $1 AND (c.phone = $2 OR position($3 in c.name) > 0)"
            f" LIMIT {COUNTED_AT_MOST}",
            tx.merchant_id,
            f"+86{digits}",
            plain,
        )
    return [row["id"] for row in rows]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _row(row: asyncpg.Record, *, is_contact_shown: bool) -> OrderRow:
    terms = row["terms"]
    ends_by = {"awaiting_registration": row["register_by"], "awaiting_payment": row["pay_by"]}
    return OrderRow(
        number=row["number"],
        state=row["state"],
        payment_state=row["payment_state"],
        customer_name=row["customer_name"],
        customer_phone=_phone(row["phone"], is_shown=is_contact_shown),
        offering_name=terms["offering"]["name"],
        kind=terms["offering"]["kind"],
        slot_starts_at=_instant(terms["slot"]["starts_at"]),
        slot_ends_at=_instant(terms["slot"]["ends_at"]),
        resource_name=terms["resource"]["name"] if terms["resource"] else None,
        party_size=row["party_size"],
        payable_fen=row["payable_fen"],
        placed_at=row["placed_at"],
        registered_at=row["registered_at"],
        paid_at=row["paid_at"],
        expires_at=ends_by.get(row["state"]),
    )


def _instant(text: str) -> datetime:
    return msgspec.convert(text, datetime)


def _phone(e164: str, *, is_shown: bool) -> str:
    return e164.removeprefix("+86") if is_shown else rules.masked_phone(e164)


async def _customer(tx: Transaction, customer_id: UUID, *, is_contact_shown: bool) -> CustomerCard:
    row = await tx.connection.fetchrow(
        "SELECT c.id, c.name, c.phone, (SELECT count(*) FROM customer_order o"
        " WHERE o.merchant_id = c.merchant_id AND o.customer_id = c.id AND o.state = 'confirmed'"
        " AND o.slot_starts_at <= $3) AS visits"
        " FROM customer c WHERE c.merchant_id = $1 AND c.id = $2",
        tx.merchant_id,
        customer_id,
        tx.now,
    )
    assert row is not None
    return CustomerCard(
        id=row["id"],
        name=row["name"],
        phone=_phone(row["phone"], is_shown=is_contact_shown),
        visits=row["visits"],
    )


async def _answers(tx: Transaction, order: Order, *, is_contact_shown: bool) -> list[AnswerRow]:
    done = await registration_of(tx, order.id)
    if done is None:
        return []
    form = await form_by_id(tx, done.form_id)
    return [
        AnswerRow(
            key=field.key,
            label=field.label,
            value=_answer_text(field, done.answers[field.key], is_contact_shown=is_contact_shown),
        )
        for field in form.fields
        if field.key in done.answers
    ]


def _answer_text(field: FormField, value: Any, *, is_contact_shown: bool) -> str:
    labels = {option.code: option.label for option in field.options}
    if isinstance(value, list):
        return wording("list.separator", {}).join(labels.get(str(one), str(one)) for one in value)
    if field.type == "phone" and not is_contact_shown:
        return rules.masked_phone(f"+86{value}")
    if value is True:
        return wording("answer.agreed", {})
    return labels.get(value, str(value))


async def _timeline(tx: Transaction, order: Order) -> list[TimelineRow]:
    """Merge facts with the ledger: the steps that moved money say by how much."""
    facts = await facts_of(tx, order.id)
    changes = [row for row in await movements_of(tx, order.id) if row["change_fen"]]
    customer = await _customer(tx, order.customer_id, is_contact_shown=False)
    rows = []
    balance = 0
    for fact in facts:
        change = None
        if fact.kind in {"paid", "paid_late", "paid_twice", "booked_again", "refunded"} and changes:
            change = changes.pop(0)["change_fen"]
            balance += change
        who = (
            (customer.name or customer.phone)
            if fact.actor_kind == "customer"
            else wording(f"actor.{fact.actor_kind}", {})
        )
        rows.append(
            TimelineRow(
                kind=fact.kind,
                at=fact.at,
                who=who,
                detail=fact.params.get("transaction_id") or _reason(fact.params),
                change_fen=change,
                balance_fen=balance,
            )
        )
    return rows


def _reason(params: dict[str, Any]) -> str | None:
    code, fee_fen = params.get("reason"), params.get("fee_fen")
    if code is None:
        return None
    reason = wording(f"reason.{code}", {})
    return (
        wording("reason.with_fee", {"reason": reason, "fee": yuan(fee_fen)}) if fee_fen else reason
    )


async def _audit(tx: Transaction, order: Order) -> list[AuditRow]:
    rows = await tx.connection.fetch(
        "SELECT a.at, a.action, a.reason, a.actor_kind, s.name FROM audit_entry a"
        " LEFT JOIN staff_member s ON s.merchant_id = a.merchant_id AND s.id = a.actor_id"
        " WHERE a.merchant_id = $1 AND a.subject_id = $2 ORDER BY a.at DESC",
        tx.merchant_id,
        order.id,
    )
    return [
        AuditRow(
            at=row["at"],
            who=row["name"] or wording(f"actor.{row['actor_kind']}", {}),
            action=wording(f"audit.{row['action']}", {}),
            reason=row["reason"],
        )
        for row in rows
    ]
