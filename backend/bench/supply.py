"""Makes what is booked: a merchant, a hot slot, thousands of others, and many customers."""

import asyncio
from uuid import UUID

import msgspec

from bench.product import Product
from shunyue.demo.merchant import open_simulated_account
from shunyue.kernel.crypto import Vault
from shunyue.kernel.database import Database, open_pool
from shunyue.kernel.tokens import system_actor
from shunyue.registration.api import add_default_forms

SLUG = "bench"
MERCHANT = UUID("00000000-0000-7000-8000-000000000001")
HOT_OFFERING = UUID("00000000-0000-7000-8000-000000000011")
RANDOM_OFFERING = UUID("00000000-0000-7000-8000-000000000012")
WEEK_OFFERING = UUID("00000000-0000-7000-8000-000000000013")
PAST_OFFERING = UUID("00000000-0000-7000-8000-000000000014")
RANDOM_SLOTS = 10_000
_WEEK_SLOTS = 70
CAPACITY = 1_000_000_000


class Span(msgspec.Struct, frozen=True):
    """Numbers from `first` on; slots and customers are known by number."""

    first: int
    count: int


HOT = Span(0, 1)
RANDOM = Span(1, RANDOM_SLOTS)
WEEK = Span(RANDOM_SLOTS + 1, _WEEK_SLOTS)


def slot_id(number: int) -> UUID:
    """Return the id of a slot; pgbench computes the same in SQL."""
    return UUID(f"00000000-0000-7000-9000-{number:012d}")


def customer_id(number: int) -> UUID:
    """Return the id of a customer; pgbench computes the same in SQL."""
    return UUID(f"00000000-0000-7000-a000-{number:012d}")


_OFFERING = """
INSERT INTO offering (merchant_id, id, kind, name, summary, price_fen, price_unit,
    duration_minutes, location_mode, resource_word, free_until_hours, fee_percent,
    max_party, notice_minutes, horizon_days)
VALUES (%s, %s, 'event', '讲座', '', 48000, '人', 60, 'on_site', '讲师', 24, 20, 10, 0, 365)
"""
# Ten slots a day from tomorrow on; none of them needs a person or a room. Open bookings are
# counted, as wherever there is a limit, but nobody reaches it.
_SLOTS = """
INSERT INTO slot (merchant_id, id, offering_id, starts_at, ends_at, closes_at, capacity, max_party,
    max_open, occupied_from, occupied_until)
SELECT %s, ('00000000-0000-7000-9000-' || lpad(n::text, 12, '0'))::uuid, %s, at,
       at + interval '1 hour', at, %s, 10, 1000, at, at + interval '1 hour'
  FROM (SELECT n, date_trunc('day', now() + interval '1 day')
                  + ((n - %s) / 10) * interval '1 day' + ((n - %s) %% 10) * interval '1 hour' AS at
          FROM generate_series(%s::int, %s::int) n) slots
"""
_CUSTOMERS = """
INSERT INTO customer (merchant_id, id, phone)
SELECT %s, ('00000000-0000-7000-a000-' || lpad(n::text, 12, '0'))::uuid, '+86' || 13000000000 + n
  FROM generate_series(0, %s::int - 1) n
"""


def furnish(product: Product, customers: int) -> None:
    """Fill a new database. Sizes of tables are known to the planner afterwards."""
    product.sql(
        "INSERT INTO merchant (merchant_id, slug, name, payee_name, time_zone)"
        " VALUES (%s, %s, '启合', '启合', 'Asia/Shanghai')",
        MERCHANT,
        SLUG,
    )
    spans = {HOT_OFFERING: HOT, RANDOM_OFFERING: RANDOM, WEEK_OFFERING: WEEK}
    for offering in (*spans, PAST_OFFERING):
        product.sql(_OFFERING, MERCHANT, offering)
    for offering, span in spans.items():
        first, last = span.first, span.first + span.count - 1
        product.sql(_SLOTS, MERCHANT, offering, CAPACITY, first, first, first, last)
    product.sql(_CUSTOMERS, MERCHANT, customers)
    asyncio.run(_open_account(product))
    product.sql("VACUUM ANALYZE")
    product.sql("CHECKPOINT")


async def _open_account(product: Product) -> None:
    pool = await open_pool(product.dsn, minimum=1, maximum=1)
    try:
        database = Database(pool, lambda _: None)
        async with database.begin(system_actor(MERCHANT)) as tx:
            await add_default_forms(tx)
            await open_simulated_account(
                tx,
                Vault(bytes.fromhex(product.key)),
                paysim_url=product.paysim_url,
                payee="启合",
                public_url=product.url,
            )
    finally:
        await pool.close()
