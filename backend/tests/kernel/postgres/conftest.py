"""Folders and supervisors for the tests of the embedded PostgreSQL."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from shunyue.kernel.postgres import EmbeddedPostgres
from tests.kernel.postgres.servers import MakeServer, open_folder


@pytest.fixture(scope="module")
def used_data() -> Iterator[Path]:
    """A data directory that has been started and stopped once."""
    with open_folder() as folder:
        server = EmbeddedPostgres(folder / "postgres")
        server.start()
        server.stop()
        yield folder / "postgres"


@pytest.fixture
def empty_place() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


@pytest.fixture
def place(empty_place: Path, used_data: Path) -> Path:
    """A folder with a stopped server's data in `postgres`."""
    subprocess.run(["cp", "-a", used_data, empty_place], check=True)
    return empty_place


@pytest.fixture
def make_server(empty_place: Path) -> Iterator[MakeServer]:
    """Supervisors of `postgres` in the test's folder (or elsewhere), destroyed at the end."""
    made: list[EmbeddedPostgres] = []

    def make(data_dir: Path = empty_place / "postgres", **options: object) -> EmbeddedPostgres:
        made.append(EmbeddedPostgres(data_dir, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for server in made:
        server.destroy()
