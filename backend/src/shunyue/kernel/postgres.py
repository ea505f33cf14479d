"""Runs PostgreSQL as a child of this program, so that a fresh machine needs no database server."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from queue import SimpleQueue
from types import MappingProxyType
from urllib.parse import quote

import psycopg
from psycopg import sql

from shunyue.kernel.postgres_home import PORT, Home, open_home
from shunyue.kernel.postgres_pidfile import (
    Postmaster,
    clear_remains,
    running_postmaster,
    wait_until,
)
from shunyue.kernel.postgres_programs import PostgresUnavailable, Programs, find_programs

__all__ = ["EmbeddedPostgres", "PostgresUnavailable"]

_DEFAULTS = MappingProxyType(
    {
        "fsync": "on",
        "synchronous_commit": "on",
        "wal_level": "replica",
        "shared_buffers": "256MB",
        "max_connections": "200",
        "jit": "off",
        "random_page_cost": "1.1",
    }
)
_SUPERUSER = "postgres"
_CHILD = Path(__file__).with_name("postgres_child.py")

_START_SECONDS = 300  # recovery after a crash may have a lot to read
_STOP_SECONDS = 30
_CLAIM_SECONDS = 2
_ORPHAN_SECONDS = 2


class EmbeddedPostgres:
    """A server of our own for one data directory, reached over a socket only we can open.

    It ends with this program, however that ends. Several supervisors may share a directory: the
    first one owns the server, the others attach to it and lose it when the owner stops.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        bin_dir: Path | None = None,
        conf: Mapping[str, str] = MappingProxyType({}),
        database: str = "shunyue",
    ) -> None:
        self._data_dir = data_dir.absolute()
        self._bin_dir = bin_dir
        self._conf = {**_DEFAULTS, **conf}
        self._database = database
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start the server, or attach to the one that runs already; the address of the database."""
        if not sys.platform.startswith("linux"):
            raise PostgresUnavailable("The embedded PostgreSQL needs Linux: set DATABASE_URL.")
        home = open_home(self._data_dir)
        with home.locked(_START_SECONDS):
            postmaster = self._attach(home) or self._launch(home)
            _create_database(postmaster.socket_dir, self._database)
        return _dsn(postmaster.socket_dir, self._database)

    def stop(self) -> None:
        """Shut the server down if we started it: fast, then at once."""
        if self._server is None:
            return
        with open_home(self._data_dir).locked(_START_SECONDS):
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                self._server.send_signal(number)
                try:
                    self._server.wait(_STOP_SECONDS)
                    break
                except subprocess.TimeoutExpired:
                    continue
        self._server = None

    def is_running(self) -> bool:
        """Whether a server takes connections for this directory, ours or another supervisor's."""
        if not (self._data_dir / "cluster").exists():
            return False
        postmaster = running_postmaster(open_home(self._data_dir).cluster)
        return postmaster is not None and postmaster.status == "ready"

    def destroy(self) -> None:
        """Stop the server and remove everything it kept."""
        self.stop()
        home = open_home(self._data_dir)
        if self._data_dir.is_symlink():
            self._data_dir.unlink()
        for folder in (home.socket_dir, home.path):
            shutil.rmtree(folder, ignore_errors=True)

    def programs(self) -> Programs:
        """PostgreSQL's programs (pg_dump, pg_basebackup ...) of the server's version."""
        return find_programs(self._bin_dir, open_home(self._data_dir).owner)

    def _attach(self, home: Home) -> Postmaster | None:
        """The server that runs already, if any."""
        found = _settled(home)
        if found and not _takes_connections(found.socket_dir):  # killed a moment ago
            wait_until(lambda: running_postmaster(home.cluster) is None, _ORPHAN_SECONDS)
            found = _settled(home)
        return found

    def _launch(self, home: Home) -> Postmaster:
        programs = find_programs(self._bin_dir, home.owner)
        _make_cluster(home, programs)
        clear_remains(home.cluster, home.socket_dir)
        log_length = home.rotate_log()
        home.note_supervisor()
        self._server = _spawn(self._command(home, programs), home)
        server = self._server

        def is_decided() -> bool:
            found = running_postmaster(home.cluster)
            return server.poll() is not None or (found is not None and found.status == "ready")

        wait_until(is_decided, _START_SECONDS)
        postmaster = running_postmaster(home.cluster)
        if postmaster is None or postmaster.status != "ready":
            raise PostgresUnavailable(
                f"PostgreSQL did not start in {home.path}. Its log ends:\n"
                f"{home.log_tail(log_length)}"
            )
        return postmaster

    def _command(self, home: Home, programs: Programs) -> list[str]:
        ours = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(home.socket_dir),
            "unix_socket_permissions": "0700",
            "cluster_name": home.cluster.name,
        }
        settings = {**self._conf, **ours}
        arguments = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        owner = home.owner
        identity = [str(number) for number in (os.getpid(), owner.uid, owner.gid)]
        server = [str(programs.bin_dir / "postgres"), "-D", str(home.cluster.path), *arguments]
        return [sys.executable, "-I", "-S", str(_CHILD), *identity, *server]


def _settled(home: Home) -> Postmaster | None:
    """A server of this directory that is ready and will stay.

    One whose supervisor has died is on its way out although it may not show it yet.
    """

    def is_settled() -> bool:
        found = running_postmaster(home.cluster)
        if found is None:
            return True
        return found.status == "ready" and found.parent_pid() == home.supervisor_pid()

    wait_until(is_settled, _ORPHAN_SECONDS)
    found = running_postmaster(home.cluster)
    if found and found.status != "ready":  # busy with recovery or with its last checkpoint
        wait_until(is_settled, _START_SECONDS)
        found = running_postmaster(home.cluster)
    if found and found.status != "ready":
        raise PostgresUnavailable(
            f"The server {found.pid} of {home.path} has not become ready for "
            f"{_START_SECONDS} s. Its log ends:\n{home.log_tail()}"
        )
    return found


def _takes_connections(socket_dir: Path) -> bool:
    try:
        psycopg.connect(_dsn(socket_dir, "postgres")).close()
    except psycopg.OperationalError:
        return False
    return True


def _make_cluster(home: Home, programs: Programs) -> None:
    """Create the data directory, whole or not at all; refuse one of another version."""
    cluster = home.cluster.path
    if cluster.exists():
        _check_version(cluster, programs)
        return
    draft = cluster.with_name("cluster.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    os.chown(draft, home.owner.uid, home.owner.gid)
    locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    access = ["--username", _SUPERUSER, "--auth-local=trust", "--auth-host=reject"]
    command = ["--data-checksums", "--locale=C", *locale, *access, "-D", str(draft)]
    answer = subprocess.run(
        [str(programs.bin_dir / "initdb"), *command],
        check=False,
        capture_output=True,
        text=True,
        env=_environment(),
        cwd="/",
        **home.owner.popen_arguments(),
    )
    if answer.returncode != 0:
        raise PostgresUnavailable(f"PostgreSQL could not create {cluster}:\n{answer.stderr}")
    draft.rename(cluster)


def _check_version(cluster: Path, programs: Programs) -> None:
    try:
        major = int((cluster / "PG_VERSION").read_text())
    except (OSError, ValueError) as failure:
        raise PostgresUnavailable(
            f"{cluster} holds no PostgreSQL data: move it away or restore a backup."
        ) from failure
    if major != programs.major:
        raise PostgresUnavailable(
            f"{cluster} was written by PostgreSQL {major}, but {programs.bin_dir} holds PostgreSQL "
            f"{programs.major}. Either set PG_BIN_DIR to a folder with PostgreSQL {major}'s "
            "programs, or dump the data with them (pg_dumpall), move the folder away, start and "
            "restore the dump."
        )


def _environment() -> dict[str, str]:
    """Ours less what PostgreSQL would take as its own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "HOME": "/"}


def _spawn(command: list[str], home: Home) -> subprocess.Popen[bytes]:
    """Start the server from a thread that lives as long as the server does.

    The kernel sends the parent-death signal when the *thread* that forked ends, and callers may
    come from a pool whose threads end when idle (prctl(2), PR_SET_PDEATHSIG).
    """
    outcome: SimpleQueue[subprocess.Popen[bytes] | Exception] = SimpleQueue()

    def stay_with_server() -> None:
        try:
            with home.log.open("ab") as log, home.claimed(_CLAIM_SECONDS) as claim:
                server = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=_environment(),
                    cwd="/",
                    pass_fds=[claim],
                    start_new_session=True,  # Ctrl-C in the terminal is for us, not for the server
                )
        except (OSError, PostgresUnavailable) as failure:
            outcome.put(failure)
            return
        outcome.put(server)
        server.wait()

    threading.Thread(target=stay_with_server, name="postgres-parent", daemon=True).start()
    started = outcome.get()
    if isinstance(started, Exception):
        raise PostgresUnavailable(f"PostgreSQL cannot be run: {started}") from started
    return started


def _create_database(socket_dir: Path, name: str) -> None:
    with psycopg.connect(_dsn(socket_dir, "postgres"), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if known.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def _dsn(socket_dir: Path, database: str) -> str:
    place = f"host={quote(str(socket_dir))}&port={PORT}"
    return f"postgresql://{_SUPERUSER}@/{quote(database, safe='')}?{place}"
