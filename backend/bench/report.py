"""The report: budgets beside what was measured, passed or missed."""

import os
import platform
import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version as version_of
from pathlib import Path

import msgspec

from bench.figures import Figure, Measured
from bench.rounds import SLOTS, Plan

# What the design promises.
_HOT_RATIO = 3.0
_RANDOM_RATIO = 0.8
_HOLD_US = 150.0
_LOOK_US = 80.0
_JOURNEY_MS = 3.0
_GROWTH = 1.2
_HEARD_MS = 300.0
_MILLISECONDS = 1000.0
_GIBIBYTE = 1 << 30
_ONE_DIGIT = 10
_LIBRARIES = ("uvicorn", "uvloop", "asyncpg", "litestar")

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
    command = shlex.join(["python", "-m", "bench", *sys.argv[1:]])
    system = f"{platform.system()} {platform.release()}"
    libraries = ", ".join(f"{name} {version_of(name)}" for name in _LIBRARIES)
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    lines = [
        f"Measured {when} with `{command}`: {plan.rounds} rounds of runs of {plan.seconds:g} s.",
        f"Machine: {os.cpu_count()} × {_processor()}, {memory:.0f} GiB memory, {system}.",
        f"Versions: CPython {platform.python_version()}, PostgreSQL {postgres}, {libraries}.",
        f"Load average at the end: {os.getloadavg()[0]:.1f}.",
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
    look = next(one.figure(name) for name in one.names() if "availability" in name).cpu_us
    journey = (one.journey.cpu_us + one.journey.events_us) / _MILLISECONDS
    lines = [
        *_holds(one, "hot", _HOT_RATIO),
        *_holds(one, "random", _RANDOM_RATIO),
        _at_most("availability from memory, CPU", look, _LOOK_US, "µs"),
        _at_most("whole journey, CPU with worker and events", journey, _JOURNEY_MS, "ms"),
    ]
    if one.heard is not None:
        what = f"commit to screen, {one.heard.sockets:,} sockets, p99"
        lines.append(_at_most(what, one.heard.p99_ms, _HEARD_MS, "ms"))
    return lines


def _holds(one: Measured, slots: str, promised: float) -> list[Budget]:
    """Judge holds at each count of connections: few make small batches, a rush makes large ones."""
    budgets = []
    for name in (name for name in one.names() if f" {slots}," in name):
        ratio = one.ratio(slots, name)
        promise = f"≥ {promised:g} × pgbench"
        budgets.append(Budget(name, promise, f"{ratio:.1f} ×", ratio >= promised))
        if slots == "hot":
            budgets.append(_at_most("… CPU", one.figure(name).cpu_us, _HOLD_US, "µs"))
    return budgets


def _at_most(what: str, measured: float, promised: float, unit: str) -> Budget:
    shown = f"{measured:.1f} {unit}" if measured < _ONE_DIGIT else f"{measured:.0f} {unit}"
    return Budget(what, f"≤ {promised:g} {unit}", shown, measured <= promised)


def _growth(measured: dict[int, Measured]) -> list[Budget]:
    """How much more everything costs with a long past."""
    before = _costs(measured[0])
    budgets = []
    for orders, one in measured.items():
        if orders:
            ratios = {name: cost / before[name] for name, cost in _costs(one).items()}
            worst = max(ratios, key=lambda name: ratios[name])
            what = f"CPU with {orders:,} orders in the tables"
            shown = f"{ratios[worst]:.2f} × ({worst})"
            budgets.append(Budget(what, f"≤ {_GROWTH} ×", shown, ratios[worst] <= _GROWTH))
    return budgets


def _costs(one: Measured) -> dict[str, float]:
    costs = {name: one.figure(name).cpu_us for name in one.names()}
    return costs | {"journey": one.journey.cpu_us + one.journey.events_us}


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


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
