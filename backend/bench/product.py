"""Runs the product as users run it: its database, one server process, worker and simulator."""

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import psycopg

from shunyue.kernel.migrate import migrate
from shunyue.kernel.postgres import EmbeddedPostgres
from shunyue.worker import nightly_now

_READY_SECONDS = 60.0
_STOP_SECONDS = 15.0
# The worker signs in under a name of its own, so that its share of the database's time is known.
WORKER_ROLE = "bench_worker"


class Product:
    """An install in a folder of its own. Durability is on: these are PostgreSQL's defaults here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.paysim_port = _free_port(), _free_port()
        self.key = secrets.token_hex(32)
        self.postgres = EmbeddedPostgres(folder / "postgres")
        self.dsn = ""
        self._owner: psycopg.Connection[tuple[Any, ...]] | None = None
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        """Where the server answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def paysim_url(self) -> str:
        """Where the simulator answers."""
        return f"http://127.0.0.1:{self.paysim_port}"

    @property
    def postmaster_pid(self) -> int:
        """The process whose children serve the database's connections."""
        return int((self.folder / "postgres/cluster/postmaster.pid").read_text().split()[0])

    def prepare(self) -> None:
        """Start the database and bring it to this version."""
        self.dsn = self.postgres.start()
        migrate(self.dsn)
        self.sql(f"CREATE ROLE {WORKER_ROLE} SUPERUSER LOGIN")
        asyncio.run(nightly_now(self.dsn))
        paysim = ["-m", "paysim", "--port", str(self.paysim_port)]
        self._start("paysim", paysim, self.dsn)
        _wait_for(f"{self.paysim_url}/healthz")

    def serve(self) -> None:
        """Start server and worker; returns when requests are answered."""
        self._start("server", ["-m", "shunyue", "serve"], self.dsn)
        worker_dsn = self.dsn.replace("//postgres@", f"//{WORKER_ROLE}@")
        self._start("worker", ["-m", "shunyue", "worker"], worker_dsn)
        _wait_for(f"{self.url}/readyz")

    def stop(self) -> None:
        """End everything that was started."""
        for child in reversed(self.children.values()):
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(signal.SIGTERM)
        for child in self.children.values():
            try:
                child.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
        if self._owner is not None:
            self._owner.close()
        self.postgres.destroy()

    def sql(self, query: str, *args: Any) -> list[tuple[Any, ...]]:
        """Run one statement as the schema's owner, always over the same connection."""
        if self._owner is None:
            self._owner = psycopg.connect(self.dsn, autocommit=True)
        cursor = self._owner.execute(query.encode(), args or None)
        return cursor.fetchall() if cursor.description else []

    def _start(self, name: str, command: list[str], dsn: str) -> None:
        ours = {
            "SHUNYUE_DATABASE_URL": dsn,
            "SHUNYUE_SECRET_KEY": self.key,
            "SHUNYUE_DATA_DIR": str(self.folder),
            "SHUNYUE_PORT": str(self.port),
            "SHUNYUE_PAYSIM_PORT": str(self.paysim_port),
        }
        with (self.folder / f"{name}.log").open("wb") as log:
            self.children[name] = subprocess.Popen(
                [sys.executable, *command],
                env=os.environ | ours,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url, timeout=2).is_success:
                return
        if time.monotonic() > deadline:
            raise TimeoutError(url)
        time.sleep(0.1)
