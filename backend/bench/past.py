"""A long past: orders with their holds and facts, as many as asked for, written as sets."""

import sys

import psycopg

from bench.product import Product
from bench.supply import MERCHANT, PAST_OFFERING

_AT_ONCE = 500_000
_PLACES = 50
"""Of each past slot."""

_SLOTS = """
INSERT INTO slot (merchant_id, id, offering_id, starts_at, ends_at, closes_at, capacity, max_party,
                  places_taken, occupied_from, occupied_until)
SELECT %(merchant)s, ('00000000-0000-7000-b000-' || lpad(n::text, 12, '0'))::uuid, %(offering)s,
       at, at + interval '1 hour', at, %(places)s, 10, %(places)s, at, at + interval '1 hour'
  FROM (SELECT n, now() - interval '1 day' - n * interval '5 minutes' AS at
          FROM generate_series(%(first)s::bigint / %(places)s,
                               (%(last)s::bigint - 1) / %(places)s) n) past
    ON CONFLICT DO NOTHING
"""
_HOLDS = """
INSERT INTO hold (merchant_id, id, slot_id, customer_id, party_size, state, idempotency_key,
                  held_at, confirmed_at, slot_ends_at)
SELECT %(merchant)s, ('00000000-0000-7000-b001-' || lpad(n::text, 12, '0'))::uuid,
       ('00000000-0000-7000-b000-' || lpad((n / %(places)s)::text, 12, '0'))::uuid,
       ('00000000-0000-7000-a000-' || lpad((n %% %(customers)s)::text, 12, '0'))::uuid,
       1, 'confirmed', gen_random_uuid(), at, at, at + interval '2 days'
  FROM (SELECT n, now() - interval '3 days' - n * interval '1 second' AS at
          FROM generate_series(%(first)s::bigint, %(last)s::bigint - 1) n) past
"""
_ORDERS = """
INSERT INTO customer_order (merchant_id, id, number, customer_id, offering_id, slot_id, hold_id,
    party_size, state, payment_state, terms, slot_starts_at, payable_fen, placed_at, register_by,
    registered_at, pay_by, paid_at)
SELECT %(merchant)s, ('00000000-0000-7000-b002-' || lpad(n::text, 12, '0'))::uuid,
       lpad(n::text, 12, '0'),
       ('00000000-0000-7000-a000-' || lpad((n %% %(customers)s)::text, 12, '0'))::uuid,
       %(offering)s,
       ('00000000-0000-7000-b000-' || lpad((n / %(places)s)::text, 12, '0'))::uuid,
       ('00000000-0000-7000-b001-' || lpad(n::text, 12, '0'))::uuid,
       1, 'confirmed', 'paid', '{"offering": {"kind": "event"}, "price": {"payable_fen": 48000}}',
       at + interval '2 days', 48000, at, at, at, at, at
  FROM (SELECT n, now() - interval '3 days' - n * interval '1 second' AS at
          FROM generate_series(%(first)s::bigint, %(last)s::bigint - 1) n) past
"""
_FACTS = """
INSERT INTO order_fact (merchant_id, order_id, id, kind, at, actor_kind)
SELECT %(merchant)s, ('00000000-0000-7000-b002-' || lpad(n::text, 12, '0'))::uuid,
       ('00000000-0000-7000-b003-' || lpad((3 * n + step)::text, 12, '0'))::uuid, kind,
       now() - interval '3 days' - n * interval '1 second', 'customer'
  FROM generate_series(%(first)s::bigint, %(last)s::bigint - 1) n,
       unnest(ARRAY['placed', 'registered', 'confirmed']) WITH ORDINALITY k (kind, step)
"""


def fill_past(product: Product, orders: int, customers: int) -> None:
    """Add so many orders of days gone by. References are right by construction, so unchecked."""
    with psycopg.connect(product.dsn, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        for first in range(0, orders, _AT_ONCE):
            span: dict[str, object] = {
                "merchant": MERCHANT,
                "offering": PAST_OFFERING,
                "first": first,
                "last": min(first + _AT_ONCE, orders),
                "places": _PLACES,
                "customers": customers,
            }
            for statement in (_SLOTS, _HOLDS, _ORDERS, _FACTS):
                connection.execute(statement.encode(), span)
            sys.stdout.write(f"  past orders: {span['last']:,}\n")
            sys.stdout.flush()
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")
