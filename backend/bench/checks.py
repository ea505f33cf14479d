"""Between rounds: nothing oversold or lost, events out of the way, tables as before."""

import time

from bench.product import Product
from bench.supply import HOT_OFFERING, MERCHANT, RANDOM_OFFERING

_DRAINING_SECONDS = 300.0

_OPEN = """
SELECT coalesce(sum(h.holds), 0)::int, count(*) FILTER (WHERE s.places_taken <> h.places)::int
  FROM slot s, LATERAL (
       SELECT count(*) AS holds, coalesce(sum(party_size), 0) AS places FROM hold
        WHERE merchant_id = s.merchant_id AND slot_id = s.id
          AND state IN ('active', 'confirmed') AND expires_at IS NOT NULL) h
 WHERE s.merchant_id = %s AND s.offering_id IN (%s, %s)
"""
_OURS = (
    " merchant_id = %s AND slot_id IN (SELECT id FROM slot"
    " WHERE merchant_id = %s AND offering_id IN (%s, %s))"
)
_END_HOLDS = (
    "UPDATE hold SET state = 'released', ended_at = now() WHERE state = 'active' AND" + _OURS
)
_FREE_SLOTS = (
    "UPDATE slot SET places_taken = 0 WHERE places_taken > 0 AND merchant_id = %s"
    " AND merchant_id = %s AND offering_id IN (%s, %s)"
)
_WRITTEN = ("slot", "hold", "outbox", "topic_message")


class CountsDiffer(Exception):
    """The database does not hold what was answered."""


def check_holds(product: Product, answered: int) -> None:
    """Raise `CountsDiffer` unless each slot counts its open holds and each 201 has its row."""
    [(holds, wrong)] = product.sql(_OPEN, MERCHANT, HOT_OFFERING, RANDOM_OFFERING)
    if wrong or holds != answered:
        raise CountsDiffer(f"{answered} answers 201, {holds} open holds, {wrong} slots miscount")


def wait_for_events(product: Product) -> None:
    """Return when the worker has nothing left to relay or deliver."""
    deadline = time.monotonic() + _DRAINING_SECONDS
    waiting = (
        "SELECT EXISTS (SELECT 1 FROM outbox WHERE relayed_at IS NULL)"
        " OR EXISTS (SELECT 1 FROM outbox_delivery WHERE delivered_at IS NULL)"
    )
    while product.sql(waiting)[0][0]:
        if time.monotonic() > deadline:
            raise TimeoutError("events are not relayed")
        time.sleep(0.1)


def end_holds(product: Product) -> None:
    """Give all places back, so that the next run starts with free slots and customers.

    What was written stays, as it does in life; only events that were carried on are deleted.
    """
    for statement in (_END_HOLDS, _FREE_SLOTS):
        product.sql(statement, MERCHANT, MERCHANT, HOT_OFFERING, RANDOM_OFFERING)
    product.sql("DELETE FROM outbox WHERE relayed_at IS NOT NULL")
    product.sql("DELETE FROM topic_message")
    for table in _WRITTEN:
        # Now rather than in the middle of a measurement.
        product.sql(f"VACUUM ANALYZE {table}")
