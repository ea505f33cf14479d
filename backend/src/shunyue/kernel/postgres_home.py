"""The folder of an embedded PostgreSQL: where its data, socket and log lie."""

import contextlib
import fcntl
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shunyue.kernel.postgres_pidfile import Cluster, wait_until
from shunyue.kernel.postgres_programs import (
    SHARED_PLACE,
    Owner,
    PostgresUnavailable,
    choose_owner,
    is_enterable,
)

# Part of the socket's name only: nothing listens on a network port.
PORT = 5432

_LONGEST_SOCKET_PATH_BYTES = 107  # sockaddr_un.sun_path less its closing zero byte
_LARGEST_LOG_BYTES = 10 * 1024 * 1024
_LOG_LINES_SHOWN = 15


@dataclass(frozen=True)
class Home:
    """The folder and what lies in it; `cluster` and `socket_dir` are the server's, the rest ours.

    As root we never open a file in a folder the server's account can write: it could have put a
    link there.
    """

    path: Path
    owner: Owner

    @property
    def cluster(self) -> Cluster:
        """PostgreSQL's own data directory."""
        return Cluster(self.path / "cluster", self.owner.uid, f"shunyue-{_digest(self.path)}")

    @property
    def socket_dir(self) -> Path:
        """Where clients find the server: beside the data unless that path is too long."""
        beside = self.path / "socket"
        if len(os.fsencode(beside / f".s.PGSQL.{PORT}")) <= _LONGEST_SOCKET_PATH_BYTES:
            return beside
        return Path("/tmp") / self.cluster.name  # noqa: S108  # checked in `_make_private`

    @property
    def log(self) -> Path:
        """What the server writes."""
        return self.path / "server.log"

    def rotate_log(self) -> int:
        """Put a log that grew too large aside; the length of what remains."""
        with contextlib.suppress(FileNotFoundError):
            if self.log.stat().st_size > _LARGEST_LOG_BYTES:
                self.log.replace(self.log.with_suffix(".log.1"))
            return self.log.stat().st_size
        return 0

    def log_tail(self, since: int = 0) -> str:
        """The last lines the server wrote after its log was `since` bytes long."""
        with contextlib.suppress(FileNotFoundError):
            said = self.log.read_bytes()[since:].decode(errors="replace").splitlines()
            return "\n".join(said[-_LOG_LINES_SHOWN:])
        return ""

    def note_supervisor(self) -> None:
        """Remember who starts the server, for others who find it running."""
        (self.path / "supervisor.pid").write_text(f"{os.getpid()}\n")

    def supervisor_pid(self) -> int | None:
        """Who started the server last."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            return int((self.path / "supervisor.pid").read_text())
        return None

    @contextlib.contextmanager
    def locked(self, patience_seconds: float) -> Iterator[None]:
        """Let one supervisor at a time start or stop the server."""
        with _lock(self.path / "supervisor.lock", patience_seconds) as lock:
            if lock is None:
                raise PostgresUnavailable(
                    f"Another program has been starting or stopping the server of {self.path} "
                    f"for more than {patience_seconds:.0f} s."
                )
            yield

    @contextlib.contextmanager
    def claimed(self, patience_seconds: float) -> Iterator[int]:
        """A file whose lock lasts as long as any program that inherited it.

        It finds servers that /proc does not show: those of another container on the same volume.
        """
        with _lock(self.path / "server.lock", patience_seconds) as lock:
            if lock is None:
                raise PostgresUnavailable(
                    f"{self.path} is in use by a server that cannot be seen from here: stop the "
                    "container or machine that uses the same folder."
                )
            yield lock


def open_home(data_dir: Path) -> Home:
    """The home at `data_dir`, made if need be, in a place its owner can reach."""
    owner = choose_owner(data_dir.resolve() / "cluster")
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    real = data_dir.resolve()
    if not is_enterable(real.parent, owner):
        real = _moved_within_reach(data_dir)
    is_root = os.geteuid() == 0
    real.mkdir(exist_ok=True)
    real.chmod(0o711 if is_root else 0o700)
    home = Home(real, owner)
    _make_private(home.socket_dir, owner)
    return home


def _moved_within_reach(data_dir: Path) -> Path:
    """Lay the home in a place of root's that everybody may enter, with a link at `data_dir`."""
    real = SHARED_PLACE / f"data-{_digest(data_dir.parent.resolve() / data_dir.name)}"
    if data_dir.is_dir() and not data_dir.is_symlink():
        try:
            data_dir.rmdir()
        except OSError as failure:
            raise PostgresUnavailable(
                f"PostgreSQL's account cannot enter the folders above {data_dir}, which is not "
                "empty: move it to a folder that everybody may enter (mode o+x)."
            ) from failure
    real.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    real.parent.chmod(0o755)
    with contextlib.suppress(FileExistsError):  # left by another one who was faster
        data_dir.symlink_to(real)
    return real


def _make_private(folder: Path, owner: Owner) -> None:
    """A folder only the owner can enter. One of this name in /tmp may be a stranger's trap."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        os.chown(folder, owner.uid, owner.gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner.uid:
        raise PostgresUnavailable(f"{folder} must be a folder of account {owner.uid}: remove it.")
    folder.chmod(0o700)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


@contextlib.contextmanager
def _lock(path: Path, patience_seconds: float) -> Iterator[int | None]:
    """The number of the locked file, or nothing if another one kept it locked."""
    with path.open("a") as file:
        number = file.fileno()
        yield number if wait_until(lambda: _try_lock(number), patience_seconds) else None


def _try_lock(file_number: int) -> bool:
    try:
        fcntl.flock(file_number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
