"""Real servers for the tests of the embedded PostgreSQL, and ways to ask about them."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from shunyue.kernel.postgres import EmbeddedPostgres

MakeServer = Callable[..., EmbeddedPostgres]

SUPERVISE = """
import sys, time
from pathlib import Path
from shunyue.kernel.postgres import EmbeddedPostgres
print(EmbeddedPostgres(Path(sys.argv[1])).start(), flush=True)
time.sleep(60)
"""


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every account may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="shunyue-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def supervise(
    place: Path,
    *,
    python: str = sys.executable,
    account: int | None = None,
    first_path: Path | None = None,
) -> tuple[subprocess.Popen[str], str]:
    """A program of its own that starts the server of `place` and then just lives."""
    paths = ([str(first_path)] if first_path else []) + import_paths()
    supervisor = subprocess.Popen(
        [python, "-c", SUPERVISE, str(place / "postgres")],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": ":".join(paths)},
        cwd="/",
        **({} if account is None else as_account(account)),
    )
    assert supervisor.stdout is not None
    with supervisor.stdout as said:
        return supervisor, said.readline().strip()


def python_for_everybody(account: int) -> str:
    """An interpreter of our version that an ordinary account can run with this checkout."""
    asked = "import sys, psycopg, shunyue.kernel; print(sys.version_info[:2])"
    said = ""
    for python in (sys.executable, "/usr/bin/python3"):
        with suppress(OSError):
            answer = subprocess.run(
                [python, "-c", asked],
                check=False,
                capture_output=True,
                text=True,
                cwd="/",
                env={"PYTHONPATH": ":".join(import_paths())},
                **as_account(account),
            )
            if answer.stdout.strip() == str(sys.version_info[:2]):
                return python
            said = answer.stderr
    pytest.skip(f"no other account can run this checkout: {said[-200:]}")


def import_paths() -> list[str]:
    return [path for path in sys.path if path.endswith(("site-packages", "src"))]


def ask(dsn: str, query: str, *values: object) -> tuple[object, ...] | None:
    with psycopg.connect(dsn) as connection:
        return connection.execute(query, values or None).fetchone()


def tell(dsn: str, statement: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute(statement)


def postmaster_pid(place: Path) -> int:
    lines = (place / "postgres" / "cluster" / "postmaster.pid").read_text().splitlines()
    return int(lines[0])


def is_alive(pid: int) -> bool:
    with suppress(FileNotFoundError):
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())  # empty for a zombie
    return False


def as_account(uid: int) -> dict[str, Any]:
    return {"user": uid, "group": uid, "extra_groups": []} if os.geteuid() == 0 else {}


def eventually(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "never happened"
        time.sleep(0.02)
