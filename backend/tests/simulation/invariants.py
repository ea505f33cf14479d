"""What must hold: after every step, and once everything has come to rest. Plain SQL, for reuse.

Each invariant is a query that lists what breaks it. The schema owner runs them: they look across
merchants. What the provider's journal says is compared in `journal_breaches`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple


class Invariant(NamedTuple):
    """A sentence and the query that lists what breaks it."""

    name: str
    breaches: str


class Charge(NamedTuple):
    """A charge of ours beside what it became."""

    out_trade_no: str
    amount_fen: int
    kept_fen: int
    refunded_fen: int


ALWAYS = (
    Invariant(
        "places taken are the places of open holds, and no more than there are",
        "SELECT s.id FROM slot s LEFT JOIN hold h ON h.merchant_id = s.merchant_id"
        " AND h.slot_id = s.id AND h.state IN ('active', 'confirmed')"
        " GROUP BY s.merchant_id, s.id"
        " HAVING s.places_taken <> coalesce(sum(h.party_size), 0) OR s.places_taken > s.capacity",
    ),
    Invariant(
        "places sold are no more than there are",
        "SELECT s.id FROM slot s JOIN booking b ON b.merchant_id = s.merchant_id"
        " AND b.slot_id = s.id AND b.cancelled_at IS NULL GROUP BY s.merchant_id, s.id"
        " HAVING sum(b.party_size) > s.capacity",
    ),
    Invariant(
        "a resource is never in two places",
        "SELECT a.id, b.id FROM hold a JOIN slot_resource ra"
        " ON ra.merchant_id = a.merchant_id AND ra.slot_id = a.slot_id"
        " JOIN slot sa ON sa.merchant_id = a.merchant_id AND sa.id = a.slot_id"
        " JOIN slot_resource rb ON rb.merchant_id = ra.merchant_id"
        " AND rb.resource_id = ra.resource_id AND rb.slot_id > ra.slot_id"
        " JOIN slot sb ON sb.merchant_id = rb.merchant_id AND sb.id = rb.slot_id"
        " AND sb.occupied_from < sa.occupied_until AND sb.occupied_until > sa.occupied_from"
        " JOIN hold b ON b.merchant_id = rb.merchant_id AND b.slot_id = rb.slot_id"
        " WHERE a.state IN ('active', 'confirmed') AND b.state IN ('active', 'confirmed')"
        " AND coalesce(a.expires_at > app_now(), true) AND coalesce(b.expires_at > app_now(), true)"
        " AND sa.is_occupying_when_taken AND sb.is_occupying_when_taken",
    ),
    Invariant(
        "every ledger transaction sums to zero",
        "SELECT transaction_id FROM ledger_entry GROUP BY merchant_id, transaction_id"
        " HAVING sum(amount_fen) <> 0",
    ),
    Invariant(
        "every charge is in the ledger once, with its amount, and nothing else is",
        "SELECT a.id, t.id FROM (SELECT * FROM payment_attempt WHERE state = 'paid') a"
        " FULL JOIN (SELECT t.merchant_id, t.id, t.source_id, e.amount_fen"
        "  FROM ledger_transaction t JOIN ledger_entry e ON e.merchant_id = t.merchant_id"
        "  AND e.transaction_id = t.id AND e.account = 'channel_clearing'"
        "  WHERE t.kind = 'charge') t ON t.merchant_id = a.merchant_id AND t.source_id = a.id"
        " WHERE a.id IS NULL OR t.id IS NULL OR t.amount_fen <> a.amount_fen",
    ),
    Invariant(
        "the price charged is the price shown",
        "SELECT o.number FROM customer_order o LEFT JOIN payment_attempt a"
        " ON a.merchant_id = o.merchant_id AND a.order_id = o.id"
        " WHERE a.amount_fen <> o.payable_fen"
        " OR o.payable_fen <> (o.terms #>> '{price,payable_fen}')::bigint",
    ),
    Invariant(
        "no more goes back than came",
        "SELECT a.id FROM payment_attempt a JOIN refund r ON r.merchant_id = a.merchant_id"
        " AND r.attempt_id = a.id AND r.state <> 'closed' GROUP BY a.merchant_id, a.id"
        " HAVING a.state <> 'paid' OR sum(r.amount_fen) > a.amount_fen",
    ),
    Invariant(
        "confirmed orders have one booking on a place that is kept, others have none",
        "SELECT o.number FROM customer_order o LEFT JOIN booking b"
        " ON b.merchant_id = o.merchant_id AND b.order_id = o.id AND b.cancelled_at IS NULL"
        " LEFT JOIN hold h ON h.merchant_id = b.merchant_id AND h.id = b.hold_id"
        " WHERE (o.state = 'confirmed') <> (b.id IS NOT NULL) OR (b.id IS NOT NULL AND"
        " (h.state <> 'confirmed' OR h.expires_at IS NOT NULL OR b.hold_id <> o.hold_id))",
    ),
    Invariant(
        "a confirmed order that costs something is settled by a charge",
        "SELECT o.number FROM customer_order o LEFT JOIN payment p"
        " ON p.merchant_id = o.merchant_id AND p.order_id = o.id"
        " LEFT JOIN payment_attempt a ON a.merchant_id = p.merchant_id"
        " AND a.id = p.settled_attempt_id WHERE o.state = 'confirmed' AND o.payable_fen > 0"
        " AND a.state IS DISTINCT FROM 'paid'",
    ),
    Invariant(
        "a place is kept as long as a charge may land",
        "SELECT o.number FROM customer_order o JOIN payment p"
        " ON p.merchant_id = o.merchant_id AND p.order_id = o.id"
        " JOIN hold h ON h.merchant_id = o.merchant_id AND h.id = o.hold_id"
        " WHERE p.state IN ('open', 'stopping')"
        " AND (o.state <> 'awaiting_payment' OR h.state <> 'confirmed'"
        "  OR h.expires_at IS NOT NULL)",
    ),
    Invariant(
        "a cancelled booking costs what its terms say, or nothing if the merchant says so",
        "SELECT o.number, fee.told FROM booking b JOIN customer_order o"
        " ON o.merchant_id = b.merchant_id AND o.id = b.order_id"
        " LEFT JOIN order_fact f ON f.merchant_id = o.merchant_id AND f.order_id = o.id"
        " AND f.kind = 'cancelled' CROSS JOIN LATERAL (SELECT (f.params->>'fee_fen')::bigint"
        "  AS told, CASE WHEN b.cancelled_at >= o.slot_starts_at"
        "   - make_interval(hours => (o.terms #>> '{policy,free_until_hours}')::int)"
        "  THEN o.payable_fen * (o.terms #>> '{policy,fee_percent}')::int / 100 ELSE 0 END AS due)"
        " fee WHERE b.cancelled_at IS NOT NULL AND (fee.told IS NULL"
        "  OR b.cancelled_at >= o.slot_starts_at OR fee.told NOT IN (fee.due,"
        "   CASE WHEN b.cancelled_by = 'staff' THEN 0 ELSE fee.due END))",
    ),
    Invariant(
        "what is earned by an order is its price while booked, and its fee once cancelled",
        "SELECT o.number FROM customer_order o LEFT JOIN booking b"
        " ON b.merchant_id = o.merchant_id AND b.order_id = o.id"
        " LEFT JOIN order_fact f ON f.merchant_id = o.merchant_id AND f.order_id = o.id"
        " AND f.kind = 'cancelled' CROSS JOIN LATERAL"
        "  (SELECT -coalesce(sum(e.amount_fen), 0) AS fen"
        "  FROM ledger_transaction t JOIN ledger_entry e ON e.merchant_id = t.merchant_id"
        "  AND e.transaction_id = t.id AND e.account = 'revenue'"
        "  WHERE t.merchant_id = o.merchant_id AND t.order_id = o.id) earned"
        " WHERE earned.fen IS DISTINCT FROM CASE WHEN b.id IS NULL THEN 0"
        " WHEN b.cancelled_at IS NULL THEN o.payable_fen ELSE (f.params->>'fee_fen')::bigint END",
    ),
    Invariant(
        "nothing is told more often than it happened",
        "SELECT m.order_number, m.kind FROM inbox_message m"
        " JOIN customer_order o ON o.merchant_id = m.merchant_id AND o.number = m.order_number"
        " GROUP BY o.merchant_id, o.id, m.order_number, m.kind HAVING count(*) >"
        " (SELECT count(*) FROM order_fact f WHERE f.merchant_id = o.merchant_id"
        "  AND f.order_id = o.id AND m.kind LIKE f.kind || '%')",
    ),
)

AT_REST = (
    Invariant(
        "every event reached every handler",
        "SELECT event_id, handler, last_error FROM outbox_delivery WHERE delivered_at IS NULL",
    ),
    Invariant("every event was relayed", "SELECT id FROM outbox WHERE relayed_at IS NULL"),
    Invariant("every notice was read", "SELECT id FROM provider_notice WHERE processed_at IS NULL"),
    Invariant(
        "every attempt is decided",
        "SELECT out_trade_no, state FROM payment_attempt"
        " WHERE state IN ('intended', 'pending', 'closing')",
    ),
    Invariant(
        "every refund arrived",
        "SELECT out_refund_no, state FROM refund WHERE state NOT IN ('succeeded', 'closed')",
    ),
    Invariant(
        "every order has come to an end",
        "SELECT number, state, payment_state FROM customer_order"
        " WHERE state LIKE 'awaiting%' OR payment_state NOT IN"
        " ('none', 'paid', 'refunded', 'part_refunded')",
    ),
    Invariant(
        "an order's payment state is what became of its money",
        "SELECT o.number, o.state, o.payment_state FROM customer_order o LEFT JOIN payment p"
        " ON p.merchant_id = o.merchant_id AND p.order_id = o.id WHERE o.payment_state <>"
        " CASE WHEN p.settled_attempt_id IS NULL THEN 'none'"
        " WHEN o.state = 'confirmed' THEN 'paid' ELSE (SELECT CASE coalesce(sum(r.amount_fen), 0)"
        "  WHEN 0 THEN 'paid' WHEN o.payable_fen THEN 'refunded' ELSE 'part_refunded' END"
        "  FROM refund r WHERE r.merchant_id = o.merchant_id"
        "  AND r.attempt_id = p.settled_attempt_id AND r.state <> 'closed') END",
    ),
    Invariant(
        "only booked places are taken",
        "SELECT s.id FROM slot s LEFT JOIN booking b ON b.merchant_id = s.merchant_id"
        " AND b.slot_id = s.id AND b.cancelled_at IS NULL GROUP BY s.merchant_id, s.id"
        " HAVING s.places_taken <> coalesce(sum(b.party_size), 0)",
    ),
    Invariant(
        "no money waits anywhere",
        "SELECT account, sum(amount_fen) FROM ledger_entry"
        " WHERE account IN ('customer_prepayment', 'refund_clearing', 'exception')"
        " GROUP BY merchant_id, account HAVING sum(amount_fen) <> 0",
    ),
    Invariant(
        "everything was told",
        "SELECT o.number, f.kind FROM order_fact f JOIN customer_order o"
        " ON o.merchant_id = f.merchant_id AND o.id = f.order_id"
        " WHERE f.kind NOT IN ('paid', 'refund_started') AND EXISTS (SELECT 1 FROM outbox e"
        "  WHERE e.merchant_id = f.merchant_id AND e.payload->>'fact_id' = f.id::text"
        "  AND EXISTS (SELECT 1 FROM outbox_delivery d"
        "   WHERE d.merchant_id = e.merchant_id AND d.event_id = e.id))"
        " AND NOT EXISTS (SELECT 1 FROM inbox_message m WHERE m.merchant_id = o.merchant_id"
        "  AND m.order_number = o.number AND m.kind LIKE f.kind || '%')",
    ),
)

CHARGES = """
    SELECT a.out_trade_no, a.amount_fen,
           CASE WHEN b.id IS NULL OR p.settled_attempt_id <> a.id THEN 0
                WHEN b.cancelled_at IS NULL THEN a.amount_fen
                ELSE (f.params->>'fee_fen')::bigint END,
           coalesce((SELECT sum(r.amount_fen) FROM refund r WHERE r.merchant_id = a.merchant_id
                        AND r.attempt_id = a.id AND r.state = 'succeeded'), 0)::bigint
      FROM payment_attempt a
      JOIN payment p ON p.merchant_id = a.merchant_id AND p.order_id = a.order_id
      LEFT JOIN booking b ON b.merchant_id = a.merchant_id AND b.order_id = a.order_id
      LEFT JOIN order_fact f ON f.merchant_id = a.merchant_id AND f.order_id = a.order_id
       AND f.kind = 'cancelled'
     WHERE a.state = 'paid'
"""
HOLDINGS = """
    SELECT coalesce(sum(amount_fen), 0)::bigint FROM ledger_entry
     WHERE account = 'channel_clearing'
"""


def journal_breaches(
    journal: Iterable[dict[str, Any]], charges: Sequence[Charge], holdings_fen: int
) -> list[str]:
    """Compare the provider's journal with what we know; lists what differs, once all is at rest."""
    charged: dict[str, int] = defaultdict(int)
    refunded: dict[str, int] = defaultdict(int)
    for one in journal:
        moved = charged if one["kind"] == "charge" else refunded
        moved[one["out_trade_no"]] += one["amount_fen"]
    ours = {one.out_trade_no: one for one in charges}
    breaches = [f"charge {number} is not in the journal" for number in ours.keys() - charged.keys()]
    for number, amount_fen in charged.items():
        if (mine := ours.get(number)) is None:
            breaches.append(f"charge {number} of {amount_fen} is unknown to us")
        else:
            breaches += _charge_breaches(mine, amount_fen, refunded[number])
    if (moved_fen := sum(charged.values()) - sum(refunded.values())) != holdings_fen:
        breaches.append(f"the provider holds {moved_fen}, the ledger says {holdings_fen}")
    return breaches


def _charge_breaches(mine: Charge, charged_fen: int, refunded_fen: int) -> list[str]:
    number = mine.out_trade_no
    if mine.amount_fen != charged_fen:
        return [f"charge {number} is {charged_fen}, ours {mine.amount_fen}"]
    if mine.refunded_fen != refunded_fen:
        return [f"{number}: {refunded_fen} went back, ours {mine.refunded_fen}"]
    if refunded_fen != charged_fen - mine.kept_fen:
        return [f"charge {number}, {mine.kept_fen} of it kept, has {refunded_fen} refunded"]
    return []
