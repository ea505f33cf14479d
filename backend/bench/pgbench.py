"""The limit measured beside it: pgbench writes the same rows, one hold per transaction."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec

from bench.product import Product
from bench.supply import MERCHANT, Span

CLIENT_COUNTS = (1, 8, 32, 64)

# The rows that a hold of the product writes, in the fewest words SQL has for it.
_HOLD = r"""
\set slot random({first}, {last})
\set nth :nth + 1
\set customer :client_id * {customers_each} + :nth % {customers_each}
WITH taken AS (
    UPDATE slot SET places_taken = places_taken + 1
     WHERE merchant_id = '{merchant}'
       AND id = ('00000000-0000-7000-9000-' || lpad((:slot)::text, 12, '0'))::uuid
       AND places_taken + 1 <= capacity
    RETURNING id, offering_id, ends_at
), held AS (
    INSERT INTO hold (merchant_id, id, slot_id, customer_id, party_size, idempotency_key, held_at,
                      expires_at, slot_ends_at)
    SELECT '{merchant}', uuidv7(), id,
           ('00000000-0000-7000-a000-' || lpad((:customer)::text, 12, '0'))::uuid, 1,
           gen_random_uuid(), now(), now() + interval '15 minutes', ends_at FROM taken
    RETURNING id, slot_id, customer_id
)
INSERT INTO outbox (merchant_id, name, payload)
SELECT '{merchant}', 'booking.slot_held.v1', jsonb_build_object(
           'hold_id', held.id, 'slot_id', held.slot_id, 'offering_id', taken.offering_id,
           'customer_id', held.customer_id, 'party_size', 1)
  FROM held JOIN taken ON taken.id = held.slot_id;
"""


class Limit(msgspec.Struct, frozen=True):
    """What plain SQL reached: the best count of clients, and all of them."""

    clients: int
    per_second: float
    all: dict[int, float]


def measure_limit(
    product: Product, slots: Span, customers: int, seconds: float, tidy: Callable[[], None]
) -> Limit:
    """Run pgbench with each count of clients, for whole seconds; a customer holds once a run."""
    rates: dict[int, float] = {}
    for count in CLIENT_COUNTS:
        script = product.folder / "hold.sql"
        script.write_text(
            _HOLD.format(
                first=slots.first,
                last=slots.first + slots.count - 1,
                customers_each=customers // count,
                merchant=MERCHANT,
            )
        )
        rates[count] = _run(product, script, count, seconds)
        tidy()
    best = max(rates, key=lambda count: rates[count])
    return Limit(best, rates[best], rates)


def _run(product: Product, script: Path, clients: int, seconds: float) -> float:
    program = product.postgres.programs().bin_dir / "pgbench"
    command = [str(program), "--no-vacuum", "--protocol=prepared", f"--file={script}"]
    command += [
        "--define=nth=-1",
        f"--client={clients}",
        f"--time={max(1, round(seconds))}",
        product.dsn,
    ]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    failed = re.search(r"number of failed transactions: (\d+)", answer.stdout)
    rate = re.search(r"tps = ([0-9.]+)", answer.stdout)
    if rate is None or failed is None or failed[1] != "0":
        raise RuntimeError(answer.stdout + answer.stderr)
    return float(rate[1])
