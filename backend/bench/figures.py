"""What was measured, and how rounds become one figure."""

from statistics import median

import msgspec

from bench.load import Outcome
from bench.pgbench import Limit
from bench.processor_time import ProcessorTime


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of operation in one round. Processor time is in microseconds per operation."""

    per_second: float
    server_us: float
    postgres_us: float
    events_us: float = 0.0
    p50_ms: float
    p99_ms: float

    @property
    def cpu_us(self) -> float:
        """What the budget counts: server and PostgreSQL, without carrying the events on."""
        return self.server_us + self.postgres_us


def figure_of(outcome: Outcome, used: ProcessorTime, after: ProcessorTime | None = None) -> Figure:
    """Put a run together; `after` is the time used until its events were carried on, too."""
    answered = sum(outcome.statuses.values())
    each = used.per_operation(answered)
    later = (after or used).per_operation(answered)
    return Figure(
        per_second=answered / outcome.seconds,
        server_us=each.server,
        postgres_us=each.postgres,
        events_us=later.worker + later.worker_postgres,
        p50_ms=outcome.p50_ms,
        p99_ms=outcome.p99_ms,
    )


def median_figure(figures: list[Figure]) -> Figure:
    """Take the median of each value by itself: one disturbed round does not count."""
    values = {
        name: median(getattr(one, name) for one in figures) for name in Figure.__struct_fields__
    }
    return Figure(**values)


class Round(msgspec.Struct, frozen=True):
    """One pass over everything that alternates."""

    limits: dict[str, Limit]
    figures: dict[str, Figure]


class Heard(msgspec.Struct, frozen=True):
    """From commit to screen."""

    sockets: int
    p50_ms: float
    p99_ms: float


class Measured(msgspec.Struct, frozen=True):
    """Everything about one size of the tables."""

    rounds: list[Round]
    journey: Figure
    heard: Heard | None

    def names(self) -> list[str]:
        """The kinds of operation that alternated."""
        return list(self.rounds[0].figures)

    def figure(self, name: str) -> Figure:
        """Median over the rounds."""
        return median_figure([one.figures[name] for one in self.rounds])

    def limit(self, slots: str) -> float:
        """Median of the best that pgbench reached."""
        return median(one.limits[slots].per_second for one in self.rounds)

    def ratio(self, slots: str, name: str) -> float:
        """Median over the rounds of a kind's rate, divided by the best that pgbench reached."""
        return median(
            one.figures[name].per_second / one.limits[slots].per_second for one in self.rounds
        )
