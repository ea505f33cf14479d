"""What postmaster.pid and /proc tell about the servers of one data directory."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_SOCKET_LINE = 4
_STATUS_LINE = 7  # starting, ready, stopping (PostgreSQL's src/include/utils/pidfile.h)
_POLL_SECONDS = 0.01


@dataclass(frozen=True)
class Cluster:
    """A data directory, the account of its servers and the name they carry in their titles."""

    path: Path
    uid: int
    name: str


@dataclass(frozen=True)
class Postmaster:
    """A living main server program, as its data directory describes it."""

    pid: int
    socket_dir: Path
    status: str

    def parent_pid(self) -> int | None:
        """Who started it; after that one's death another, so this tells whether it lives."""
        try:
            # The program's name, in brackets, may hold anything (proc(5)).
            after_name = (Path("/proc") / str(self.pid) / "stat").read_text().rpartition(")")[2]
        except OSError:
            return None
        return int(after_name.split()[1])


def running_postmaster(cluster: Cluster) -> Postmaster | None:
    """The server that postmaster.pid names, if it is one: the number may be stale or reused."""
    try:
        lines = (cluster.path / "postmaster.pid").read_text().splitlines()
        pid = int(lines[0])
    except (OSError, IndexError, ValueError):
        return None
    if not _is_server_of(cluster, pid):
        return None
    lines += [""] * (_STATUS_LINE + 1 - len(lines))
    return Postmaster(pid, Path(lines[_SOCKET_LINE]), lines[_STATUS_LINE].strip())


def clear_remains(cluster: Cluster, socket_dir: Path, *, patience_seconds: float = 10) -> None:
    """Make a killed server's directory fit for a new start; only for when no postmaster runs.

    PostgreSQL itself refuses to start while a child of the dead postmaster lives, while the dead
    postmaster is a zombie nobody reaped, and when its number was given to another program of ours.
    """
    for number in (signal.SIGQUIT, signal.SIGKILL):
        for pid in _servers_of(cluster):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        if wait_until(lambda: not any(_servers_of(cluster)), patience_seconds):
            break
    (cluster.path / "postmaster.pid").unlink(missing_ok=True)
    for socket in socket_dir.glob(".s.PGSQL.*"):
        socket.unlink(missing_ok=True)


def wait_until(condition: Callable[[], object], patience_seconds: float) -> bool:
    """Whether the condition came true in time."""
    deadline = time.monotonic() + patience_seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _servers_of(cluster: Cluster) -> Iterator[int]:
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and _is_server_of(cluster, int(entry.name)):
            yield int(entry.name)


def _is_server_of(cluster: Cluster, pid: int) -> bool:
    """By account and command line: root in a container may not look at other accounts' directories.

    The postmaster shows its arguments, its children a title with the cluster's name; a zombie
    shows nothing.
    """
    proc = Path("/proc") / str(pid)
    try:
        if proc.stat().st_uid != cluster.uid:
            return False
        words = (proc / "cmdline").read_bytes().split(b"\0")
    except OSError:  # gone meanwhile
        return False
    if words[0].startswith(f"postgres: {cluster.name}: ".encode()):
        return True
    return Path(os.fsdecode(words[0])).name == "postgres" and os.fsencode(cluster.path) in words
