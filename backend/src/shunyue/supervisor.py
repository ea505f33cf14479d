"""One command for everything: starts the parts, watches them, restarts what dies, ends them all."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import asyncpg
import httpx
import structlog

from shunyue.demo.load import load_demo
from shunyue.demo.merchant import DEMO_PASSWORD
from shunyue.kernel.database import wait_for_database
from shunyue.kernel.migrate import migrate
from shunyue.kernel.postgres import EmbeddedPostgres
from shunyue.kernel.settings import Settings
from shunyue.scheduling.api import known_statutory_days, store_statutory_days
from shunyue.worker import nightly_now

log = structlog.get_logger(__name__)

_WATCH_SECONDS = 0.2
_RESTART_SECONDS = 1.0
_STOP_SECONDS = 10.0
_READY_SECONDS = 60.0


class Part:
    """A child process that is started again when it dies."""

    def __init__(
        self, name: str, command: list[str], environment: dict[str, str], fds: tuple[int, ...] = ()
    ) -> None:
        self.name = name
        self._command = command
        self._environment = environment
        self._fds = fds
        self._started = 0.0
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process."""
        self._started = time.monotonic()
        self.child = subprocess.Popen(
            self._command, env=self._environment, pass_fds=self._fds, start_new_session=True
        )
        log.info("part.started", part=self.name, pid=self.child.pid)

    def look_after(self) -> None:
        """Start the process again if it has died, but not faster than once a second."""
        if self.child is None or self.child.poll() is None:
            return
        if time.monotonic() - self._started >= _RESTART_SECONDS:
            log.warning("part.died", part=self.name, code=self.child.returncode)
            self.start()

    def stop(self) -> None:
        """Ask the process to end."""
        if self.child is not None and self.child.poll() is None:
            self.child.terminate()

    def wait(self, deadline: float) -> None:
        """Wait for the process to end; past the deadline it is ended."""
        if self.child is None:
            return
        try:
            self.child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


def run_everything(settings: Settings, *, has_demo: bool) -> int:
    """Run until told to stop. Returns the exit code."""
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    listener = _listen(settings)
    if listener is None:
        return 1
    postgres = None if settings.database_url else EmbeddedPostgres(settings.data_dir / "postgres")
    parts: list[Part] = []
    try:
        dsn = postgres.start() if postgres else settings.database_url
        is_demo = has_demo and settings.is_development
        _start_parts(settings, dsn, listener, parts, is_demo=is_demo)
        _wait_for(f"http://{settings.host}:{settings.port}/readyz")
        _greet(settings, is_demo=is_demo)
        while not stopping.wait(_WATCH_SECONDS):
            _look_after(postgres, parts)
    finally:
        deadline = time.monotonic() + _STOP_SECONDS
        for part in reversed(parts):
            part.stop()
        for part in reversed(parts):
            part.wait(deadline)
        if postgres is not None:
            postgres.stop()
    return 0


def _start_parts(
    settings: Settings, dsn: str, listener: socket.socket, parts: list[Part], *, is_demo: bool
) -> None:
    """Prepare the database, then start the parts in the order in which they need each other."""
    asyncio.run(_prepare(dsn))
    environment = _environment(settings, dsn)
    if settings.is_development:
        parts.append(_paysim(settings, environment))
        parts[0].start()
    if is_demo:
        _wait_for(f"http://127.0.0.1:{settings.paysim_port}/healthz")
        asyncio.run(load_demo(settings, dsn))
    asyncio.run(nightly_now(dsn))
    for part in (*_servers(settings, environment, listener), _worker(environment)):
        part.start()
        parts.append(part)


def _look_after(postgres: EmbeddedPostgres | None, parts: list[Part]) -> None:
    if postgres is not None and not postgres.is_running():
        log.warning("part.died", part="postgres")
        postgres.start()
    for part in parts:
        part.look_after()


async def _prepare(dsn: str) -> None:
    await wait_for_database(dsn, _READY_SECONDS)
    await asyncio.to_thread(migrate, dsn)
    connection = await asyncpg.connect(dsn)
    try:
        await store_statutory_days(connection, known_statutory_days())
    finally:
        await connection.close()


def _listen(settings: Settings) -> socket.socket | None:
    """Bind once; all server processes accept from the same queue."""
    listener = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        print(
            f"Port {settings.port} on {settings.host} is taken ({error.strerror})."
            " Choose another with SHUNYUE_PORT.",
            file=sys.stderr,
        )
        return None
    listener.listen(2048)
    listener.set_inheritable(True)  # The socket's own signature.
    return listener


def _environment(settings: Settings, dsn: str) -> dict[str, str]:
    return os.environ | {
        "SHUNYUE_DATABASE_URL": dsn,
        "SHUNYUE_SECRET_KEY": settings.secret_key,
        "SHUNYUE_DATA_DIR": str(settings.data_dir),
    }


def _paysim(settings: Settings, environment: dict[str, str]) -> Part:
    state = settings.data_dir / "paysim.json"
    command = [sys.executable, "-m", "paysim", "--host", settings.host]
    command += ["--port", str(settings.paysim_port), "--state-file", str(state)]
    return Part("paysim", command, environment)


def _servers(
    settings: Settings, environment: dict[str, str], listener: socket.socket
) -> list[Part]:
    fd = listener.fileno()
    command = [sys.executable, "-m", "shunyue", "serve", "--fd", str(fd)]
    return [Part(f"server-{n + 1}", command, environment, (fd,)) for n in range(settings.processes)]


def _worker(environment: dict[str, str]) -> Part:
    return Part("worker", [sys.executable, "-m", "shunyue", "worker"], environment)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        try:
            if httpx.get(url, timeout=2).is_success:
                return
        except httpx.HTTPError:
            pass
        if time.monotonic() > deadline:
            raise TimeoutError(url)
        time.sleep(0.05)


def _greet(settings: Settings, *, is_demo: bool) -> None:
    base = f"http://{settings.host}:{settings.port}"
    cashier = f"http://{settings.host}:{settings.paysim_port}/_sim"
    print("\n  Shunyue is running")
    _line("customers", f"{base}/")
    _line("console", f"{base}/console/")
    _line("API", f"{base}/docs")
    if settings.is_development:
        _line("mailbox", f"{base}/dev/mailbox", "sign-in codes; development only")
        _line("cashier", cashier, "simulated WeChat Pay; nothing is really charged")
    if is_demo:
        sign_in = f"merchant {settings.default_merchant}, account zhouyu, password {DEMO_PASSWORD}"
        _line("console sign-in", sign_in)
        _line("customer sign-in", "any mobile number, e.g. 138 0571 2468", "code in the mailbox")
    _line("data", str(Path(settings.data_dir).resolve()))
    print(flush=True)


def _line(name: str, value: str, note: str = "") -> None:
    print(f"    {name:<17} {value}{f'   ({note})' if note else ''}")
