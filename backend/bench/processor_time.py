"""Reads how much processor time the product's processes have used so far."""

import os
from pathlib import Path

import msgspec

from bench.product import WORKER_ROLE, Product

_TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")
_MICROSECONDS = 1_000_000


class ProcessorTime(msgspec.Struct, frozen=True):
    """Seconds used since the start: by the server, by PostgreSQL for it, and for the worker."""

    server: float
    postgres: float
    worker: float
    worker_postgres: float

    def since(self, earlier: "ProcessorTime") -> "ProcessorTime":
        """Return what was used since `earlier`."""
        return ProcessorTime(
            self.server - earlier.server,
            self.postgres - earlier.postgres,
            self.worker - earlier.worker,
            self.worker_postgres - earlier.worker_postgres,
        )

    def per_operation(self, operations: int) -> "ProcessorTime":
        """Return microseconds for each of so many operations."""
        share = _MICROSECONDS / max(1, operations)
        return ProcessorTime(
            self.server * share,
            self.postgres * share,
            self.worker * share,
            self.worker_postgres * share,
        )


def read_processor_time(product: Product) -> ProcessorTime:
    """Read it for all of them.

    `postgres` is everything the database did, but for the worker and for our own questions.
    """
    query = "SELECT pid FROM pg_stat_activity WHERE usename = %s"
    backends = [row[0] for row in product.sql(query, WORKER_ROLE)]
    for_worker = sum(_own_seconds(pid) for pid in backends)
    for_us = _own_seconds(int(product.sql("SELECT pg_backend_pid()")[0][0]))
    return ProcessorTime(
        server=_tree_seconds(product.children["server"].pid),
        postgres=_tree_seconds(product.postmaster_pid) - for_worker - for_us,
        worker=_tree_seconds(product.children["worker"].pid),
        worker_postgres=for_worker,
    )


def _tree_seconds(root: int) -> float:
    """Add a process, its children, and those of them that have ended.

    When a child ends, its time moves into the parent's account: then it is read once more.
    """
    while True:
        before = _children(root)
        ended = _seconds(root, ended=True)
        total = _own_seconds(root) + ended + sum(_own_seconds(pid) for pid in before)
        if _children(root) == before and _seconds(root, ended=True) == ended:
            return total


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return sorted(found)


def _own_seconds(pid: int) -> float:
    return _seconds(pid, ended=False)


def _seconds(pid: int, *, ended: bool) -> float:
    """Read proc_pid_stat(5): utime and stime, or the same of children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    first = 13 if ended else 11
    return (int(fields[first]) + int(fields[first + 1])) * _TICK_SECONDS
