"""The rounds: limit and product in turns, on the same database, in the same minutes."""

import multiprocessing
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from http import HTTPStatus

import msgspec

from bench import load
from bench.checks import CountsDiffer, check_holds, end_holds, wait_for_events
from bench.figures import Figure, Heard, Measured, Round, figure_of
from bench.journeys import JourneyPlan, run_journeys
from bench.pgbench import measure_limit
from bench.processor_time import read_processor_time
from bench.product import Product
from bench.sockets import SocketPlan, run_sockets
from bench.supply import HOT, MERCHANT, RANDOM, WEEK_OFFERING

SLOTS = {"hot": HOT, "random": RANDOM}
CONNECTIONS = (64, 512)
_READERS = 64
_HOLDS_PER_SECOND = 16_000
"""More requests are prepared than can be answered."""
_SOCKET_HOLDS = 50
_SOCKET_PAUSE_SECONDS = 0.1
_PATIENCE_SECONDS = 60.0

# By slot, for which there is an index: asking must not cost more than what is measured.
_JOURNEYS = """
  FROM slot s
  JOIN customer_order o ON o.merchant_id = s.merchant_id AND o.slot_id = s.id
 WHERE s.merchant_id = %s AND s.offering_id = %s
"""
_CONFIRMED = "SELECT count(*)" + _JOURNEYS + " AND o.state = 'confirmed'"
_JOURNEY_TIMES = (
    "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY took),"
    " percentile_cont(0.99) WITHIN GROUP (ORDER BY took) FROM ("
    "SELECT extract(epoch FROM (SELECT f.at FROM order_fact f WHERE f.merchant_id = o.merchant_id"
    " AND f.order_id = o.id AND f.kind = 'confirmed') - (SELECT h.held_at FROM hold h"
    " WHERE h.merchant_id = o.merchant_id AND h.id = o.hold_id)) * 1000 AS took"
    + _JOURNEYS
    + " ORDER BY o.placed_at DESC LIMIT %s) last"
)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asked for."""

    seconds: float
    rounds: int
    journeys: int
    journeys_at_once: int = 8
    sockets: int

    @property
    def holds(self) -> int:
        """How many holds are prepared for one run."""
        return round(self.seconds * _HOLDS_PER_SECOND)

    @property
    def customers(self) -> int:
        """How many customers are needed: each has at most one hold at a time."""
        return max(self.holds, 4 * self.journeys)


class Bench:
    """A running product and the process that puts load on it."""

    def __init__(self, product: Product, plan: Plan) -> None:
        self._product = product
        self._plan = plan
        self._journeys_done = 0
        spawn = multiprocessing.get_context("spawn")
        self._client = ProcessPoolExecutor(1, mp_context=spawn)

    def close(self) -> None:
        """End the process that puts the load on."""
        self._client.shutdown()

    def measure(self) -> Measured:
        """Warm up, then measure everything."""
        for slots in SLOTS:
            self._holds(slots, CONNECTIONS[0], min(1.0, self._plan.seconds))
        rounds = [self._round(n + 1) for n in range(self._plan.rounds)]
        journey = self._journeys()
        return Measured(rounds, journey, self._sockets())

    def _round(self, number: int) -> Round:
        plan = self._plan
        limits, figures = {}, {}
        for slots, span in SLOTS.items():
            limits[slots] = measure_limit(
                self._product, span, plan.customers, plan.seconds, self._tidy
            )
            _say(f"  round {number}: pgbench {slots} {limits[slots].per_second:,.0f}/s")
            for connections in CONNECTIONS:
                name = f"hold {slots}, {connections} connections"
                figures[name] = self._holds(slots, connections, plan.seconds)
                _say(f"  round {number}: {name} {_brief(figures[name])}")
        name = f"availability, {_READERS} connections"
        figures[name] = self._reads()
        _say(f"  round {number}: {name} {_brief(figures[name])}")
        return Round(limits, figures)

    def _holds(self, slots: str, connections: int, seconds: float) -> Figure:
        wanted = load.HoldPlan(SLOTS[slots], self._plan.holds)
        self._prepare(wanted, connections)
        before = read_processor_time(self._product)
        outcome = self._client.submit(load.run, seconds).result()
        used = read_processor_time(self._product).since(before)
        wait_for_events(self._product)
        used_after = read_processor_time(self._product).since(before)
        _expect(outcome, HTTPStatus.CREATED)
        check_holds(self._product, outcome.statuses[HTTPStatus.CREATED])
        end_holds(self._product)
        return figure_of(outcome, used, used_after)

    def _reads(self) -> Figure:
        self._prepare(load.ReadPlan(), _READERS)
        before = read_processor_time(self._product)
        outcome = self._client.submit(load.run, self._plan.seconds).result()
        used = read_processor_time(self._product).since(before)
        _expect(outcome, HTTPStatus.OK)
        return figure_of(outcome, used)

    def _prepare(self, wanted: load.HoldPlan | load.ReadPlan, connections: int) -> None:
        product = self._product
        self._client.submit(load.prepare, wanted, product.key, product.port, connections).result()

    def _tidy(self) -> None:
        wait_for_events(self._product)
        end_holds(self._product)

    def _journeys(self) -> Figure:
        """Count from the first request until the last order is confirmed."""
        # Connections learn their statements first: a server that just started is another matter.
        self._live_journeys(self._plan.journeys)
        before, confirmed = read_processor_time(self._product), self._confirmed()
        started = time.perf_counter()
        paid = self._live_journeys(self._plan.journeys)
        _wait_until(lambda: self._confirmed() - confirmed >= paid)
        seconds = time.perf_counter() - started
        wait_for_events(self._product)
        each = read_processor_time(self._product).since(before).per_operation(paid)
        [(p50, p99)] = self._product.sql(_JOURNEY_TIMES, MERCHANT, WEEK_OFFERING, paid)
        figure = Figure(
            per_second=paid / seconds,
            server_us=each.server,
            postgres_us=each.postgres + each.worker_postgres,
            events_us=each.worker,
            p50_ms=float(p50),
            p99_ms=float(p99),
        )
        _say(f"  journey: {_brief(figure)}")
        return figure

    def _live_journeys(self, count: int) -> int:
        plan = JourneyPlan(count, self._plan.journeys_at_once, self._journeys_done)
        self._journeys_done += count
        product = self._product
        paid = self._client.submit(
            run_journeys, plan, product.key, product.url, product.paysim_url
        ).result()
        _wait_until(lambda: self._confirmed() >= self._journeys_done)
        return paid

    def _confirmed(self) -> int:
        return int(self._product.sql(_CONFIRMED, MERCHANT, WEEK_OFFERING)[0][0])

    def _sockets(self) -> Heard | None:
        plan = self._plan
        if not plan.sockets:
            return None
        wanted = SocketPlan(plan.sockets, _SOCKET_HOLDS, _SOCKET_PAUSE_SECONDS)
        outcome = self._client.submit(
            run_sockets, wanted, self._product.key, self._product.port
        ).result()
        if outcome.heard != outcome.expected:
            raise CountsDiffer(f"sockets heard of {outcome.heard} of {outcome.expected} holds")
        self._tidy()
        _say(f"  sockets: p50 {outcome.p50_ms:.1f} ms, p99 {outcome.p99_ms:.1f} ms")
        return Heard(plan.sockets, outcome.p50_ms, outcome.p99_ms)


def _expect(outcome: load.Outcome, status: HTTPStatus) -> None:
    if set(outcome.statuses) != {status}:
        raise CountsDiffer(f"answers other than {status}: {outcome.statuses}")


def _wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError("not all orders were confirmed")
        time.sleep(0.05)


def _brief(figure: Figure) -> str:
    return (
        f"{figure.per_second:,.0f}/s, {figure.server_us:.0f} + {figure.postgres_us:.0f} µs"
        f" (+ {figure.events_us:.0f}), p50 {figure.p50_ms:.1f} ms, p99 {figure.p99_ms:.1f} ms"
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
