"""Measures this machine: `python -m bench`. The report goes to the terminal and to a file."""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from bench.figures import Measured
from bench.past import fill_past
from bench.product import Product
from bench.report import write_report
from bench.rounds import Bench, Plan
from bench.supply import furnish

_REPORT = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def main() -> None:
    """Measure, with empty tables and, when asked, with full ones."""
    options = _parser().parse_args()
    plan = Plan(
        seconds=options.seconds,
        rounds=options.rounds,
        journeys=options.journeys,
        sockets=options.sockets,
    )
    folder = Path(tempfile.mkdtemp(prefix="shunyue-bench-", dir=options.folder))
    product = Product(folder)
    measured: dict[int, Measured] = {}
    try:
        product.prepare()
        furnish(product, plan.customers)
        product.serve()
        version = str(product.sql("SHOW server_version")[0][0])
        measured[0] = _measure(product, plan, "empty tables")
        if options.orders:
            fill_past(product, options.orders, plan.customers)
            measured[options.orders] = _measure(product, plan, f"{options.orders:,} past orders")
    finally:
        product.stop()
        shutil.rmtree(folder, ignore_errors=True)
    write_report(options.report, plan, measured, version)


def _measure(product: Product, plan: Plan, title: str) -> Measured:
    sys.stdout.write(f"{title}\n")
    bench = Bench(product, plan)
    try:
        return bench.measure()
    finally:
        bench.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure this machine.")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of one run (default 4)")
    parser.add_argument("--rounds", type=int, default=3, help="how often all is run (default 3)")
    parser.add_argument("--journeys", type=int, default=100, help="whole journeys (default 100)")
    parser.add_argument(
        "--orders", type=int, default=0, help="measure again with so many past orders"
    )
    parser.add_argument(
        "--sockets", type=int, default=0, help="measure commit to screen over so many WebSockets"
    )
    parser.add_argument("--folder", type=Path, help="where the database lies (default: temporary)")
    parser.add_argument("--report", type=Path, default=_REPORT, help="file of the report")
    return parser


if __name__ == "__main__":
    main()
