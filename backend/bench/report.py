"""The report: budgets beside what was measured, passed or missed."""

import os
import platform
import shlex
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version as version_of
from pathlib import Path

import msgspec

from bench.figures import Figure, Measured
from bench.rounds import SLOTS, Plan

_GROWTH = 1.2
_HEARD_MS = 300.0
_MILLISECONDS = 1000.0
_GIBIBYTE = 1 << 30

_INTRODUCTION = """\
# Benchmarks

Written by `make bench`. Authentication, idempotency, events and row-level security are on, the
database is durable (`fsync` and `synchronous_commit` on); one server process, one worker, and the
client share the machine. pgbench writes the same rows in plain SQL, one hold per transaction, with
1, 8, 32 and 64 clients; the best counts. Limit and product take turns on the same database; figures
are medians over the rounds. CPU is processor time of server + PostgreSQL per operation; *events* is
what worker and PostgreSQL use afterwards to carry the same operations' events to their readers.
After each run the places taken equal the open holds of each slot, and every 201 has its row.
"""


class Budget(msgspec.Struct, frozen=True):
    """One line of the table: what was promised and what came out."""

    what: str
    promised: str
    measured: str
    is_met: bool


def write_report(path: Path, plan: Plan, measured: dict[int, Measured], postgres: str) -> None:
    """Write the report to `path` and to the terminal."""
    first = measured[0]
    parts = [_INTRODUCTION, _surroundings(plan, postgres), "## Budgets\n", _budgets(measured)]
    for orders, one in measured.items():
        title = f"{orders:,} past orders" if orders else "Empty tables"
        parts += [f"## {title}\n", _figures(one), _limits(one)]
    if first.heard is None:
        parts.append("Commit to screen is measured with `--sockets 1000`.\n")
    text = "\n".join(parts)
    path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"\n{text}\n")


def _surroundings(plan: Plan, postgres: str) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIBIBYTE
    command = "python -m bench " + shlex.join(sys.argv[1:])
    lines = [
        f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC with `{command.strip()}`"
        f" ({plan.rounds} rounds of {plan.seconds:g} s runs).",
        f"Machine: {os.cpu_count()} × {_processor()}, {memory:.0f} GiB memory,"
        f" {platform.system()} {platform.release()}.",
        f"Versions: CPython {platform.python_version()}, PostgreSQL {postgres},"
        + ",".join(f" {name} {version_of(name)}" for name in ("uvicorn", "uvloop", "asyncpg"))
        + ".",
        f"Load of the machine at the end: {os.getloadavg()[0]:.1f}.",
    ]
    return "\n".join(f"- {line}" for line in lines) + "\n"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _budgets(measured: dict[int, Measured]) -> str:
    budgets = [*_speed(measured[0]), *_growth(measured)]
    rows = [
        (one.what, one.promised, one.measured, "✓" if one.is_met else "✗ missed") for one in budgets
    ]
    return _table(("What", "Budget", "Measured", ""), rows)


def _speed(one: Measured) -> list[Budget]:
    hot, random = one.ratio("hot"), one.ratio("random")
    costs = {
        slots: max(one.figure(name).cpu_us for name in one.names() if f" {slots}" in name)
        for slots in SLOTS
    }
    look = next(one.figure(name).cpu_us for name in one.names() if "availability" in name)
    journey = (one.journey.cpu_us + one.journey.events_us) / _MILLISECONDS
    lines = [
        Budget("holds on one hot slot", "≥ 3 × pgbench", f"{hot:.1f} ×", hot >= 3),
        Budget("… CPU", "≤ 150 µs", f"{costs['hot']:.0f} µs", costs["hot"] <= 150),
        Budget("holds on random slots", "≥ 0.8 × pgbench", f"{random:.1f} ×", random >= 0.8),
        Budget("availability from memory, CPU", "≤ 80 µs", f"{look:.0f} µs", look <= 80),
        Budget("whole journey, CPU", "≤ 3 ms", f"{journey:.1f} ms", journey <= 3),
    ]
    if one.heard is not None:
        what = f"commit to screen, {one.heard.sockets:,} sockets, p99"
        is_met = one.heard.p99_ms < _HEARD_MS
        lines.append(Budget(what, "< 300 ms", f"{one.heard.p99_ms:.0f} ms", is_met))
    return lines


def _growth(measured: dict[int, Measured]) -> list[Budget]:
    """How much more everything costs with a long past."""
    before = measured[0]
    kinds: dict[str, Callable[[Measured], Figure]] = {
        name: lambda one, name=name: one.figure(name) for name in before.names()
    }
    kinds["journey"] = lambda one: one.journey
    budgets = []
    for orders, one in measured.items():
        if orders:
            ratios = {name: of(one).cpu_us / of(before).cpu_us for name, of in kinds.items()}
            worst = max(ratios, key=lambda name: ratios[name])
            what = f"CPU with {orders:,} orders in the tables"
            shown = f"{ratios[worst]:.2f} × ({worst})"
            budgets.append(Budget(what, "≤ 1.2 ×", shown, ratios[worst] <= _GROWTH))
    return budgets


def _figures(one: Measured) -> str:
    rows = [_row(name, one.figure(name)) for name in one.names()]
    rows.append(_row("journey", one.journey))
    head = ("Operation", "per second", "server µs", "PostgreSQL µs", "CPU µs", "events µs")
    return _table((*head, "p50 ms", "p99 ms"), rows)


def _row(name: str, one: Figure) -> tuple[str, ...]:
    return (
        name,
        f"{one.per_second:,.0f}",
        f"{one.server_us:.0f}",
        f"{one.postgres_us:.0f}",
        f"{one.cpu_us:.0f}",
        f"{one.events_us:.0f}",
        f"{one.p50_ms:.1f}",
        f"{one.p99_ms:.1f}",
    )


def _limits(one: Measured) -> str:
    rows = []
    for slots in SLOTS:
        for n, each in enumerate(one.rounds):
            rates = [f"{rate:,.0f}" for rate in each.limits[slots].all.values()]
            rows.append((f"{slots}, round {n + 1}", *rates))
    counts = [f"{clients} clients" for clients in one.rounds[0].limits["hot"].all]
    return _table(("pgbench, holds per second", *counts), rows)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
