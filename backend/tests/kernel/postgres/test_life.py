"""The embedded server starts, is shared, and ends with whoever started it."""

import fcntl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from shunyue.kernel.postgres import EmbeddedPostgres, PostgresUnavailable
from tests.kernel.postgres.servers import (
    MakeServer,
    ask,
    eventually,
    is_alive,
    postmaster_pid,
    supervise,
    tell,
)


class TestFirstStart:
    def test_it_creates_the_database(self, make_server: MakeServer) -> None:
        dsn = make_server(database="first").start()

        found = ask(
            dsn,
            "SELECT datname, pg_encoding_to_char(encoding), datlocale FROM pg_database"
            " WHERE datname = current_database()",
        )
        assert found == ("first", "UTF8", "C.UTF-8")

    def test_settings_are_safe_by_default(self, make_server: MakeServer) -> None:
        dsn = make_server().start()

        names = ["fsync", "synchronous_commit", "data_checksums", "wal_level", "listen_addresses"]
        values = [ask(dsn, f"SHOW {name}") for name in names]
        assert values == [("on",), ("on",), ("on",), ("replica",), ("",)]

    def test_interrupted_creation_is_done_again(
        self, make_server: MakeServer, empty_place: Path
    ) -> None:
        half_made = empty_place / "postgres" / "cluster.new" / "base"
        half_made.mkdir(parents=True)

        assert ask(make_server().start(), "SELECT 1") == (1,)


@pytest.mark.usefixtures("place")
class TestStart:
    def test_settings_can_be_changed(self, make_server: MakeServer) -> None:
        dsn = make_server(conf={"max_connections": "17"}).start()

        assert ask(dsn, "SHOW max_connections") == ("17",)
        assert ask(dsn, "SHOW shared_buffers") == ("256MB",)

    def test_second_call_finds_the_running_server(self, make_server: MakeServer) -> None:
        server = make_server()

        assert server.start() == server.start()
        assert server.is_running()

    def test_data_is_kept_and_found_within_a_second(self, make_server: MakeServer) -> None:
        server = make_server()
        tell(server.start(), "CREATE TABLE kept AS SELECT 42 AS answer")
        server.stop()

        began = time.monotonic()
        dsn = server.start()

        assert time.monotonic() - began < 1
        assert ask(dsn, "SELECT answer FROM kept") == (42,)

    def test_server_outlives_the_thread_that_started_it(self, make_server: MakeServer) -> None:
        server = make_server()

        with ThreadPoolExecutor(1) as pool:
            dsn = pool.submit(server.start).result()
        time.sleep(0.3)

        assert ask(dsn, "SELECT 1") == (1,)

    def test_long_path_gets_a_short_socket(self, make_server: MakeServer, place: Path) -> None:
        dsn = make_server(place / ("long" * 20) / "postgres").start()

        assert ask(dsn, "SELECT 1") == (1,)

    def test_only_its_account_enters_the_socket_folder(self, make_server: MakeServer) -> None:
        dsn = make_server().start()

        folder = Path(dsn.partition("host=")[2].partition("&")[0])
        assert folder.stat().st_mode & 0o777 == 0o700

    def test_large_log_is_put_aside(self, make_server: MakeServer, place: Path) -> None:
        with (place / "postgres" / "server.log").open("wb") as log:
            log.truncate(11 * 1024 * 1024)

        make_server().start()

        assert (place / "postgres" / "server.log.1").stat().st_size == 11 * 1024 * 1024
        assert 0 < (place / "postgres" / "server.log").stat().st_size < 100_000


@pytest.mark.usefixtures("place")
class TestStop:
    def test_nothing_runs_afterwards(self, make_server: MakeServer, place: Path) -> None:
        server = make_server()
        server.start()
        pid = postmaster_pid(place)

        server.stop()
        server.stop()

        assert not server.is_running()
        assert not is_alive(pid)

    def test_open_connections_do_not_delay_it(self, make_server: MakeServer) -> None:
        server = make_server()

        connection = psycopg.connect(server.start())
        began = time.monotonic()
        server.stop()
        connection.close()

        assert time.monotonic() - began < 5

    def test_killed_supervisor_leaves_no_server(self, place: Path) -> None:
        supervisor, _ = supervise(place)
        pid = postmaster_pid(place)

        supervisor.kill()
        supervisor.wait()

        eventually(lambda: not is_alive(pid))


@pytest.mark.usefixtures("place")
class TestSharing:
    def test_second_supervisor_attaches(self, make_server: MakeServer, place: Path) -> None:
        owner, guest = make_server(), make_server()
        dsn = owner.start()
        pid = postmaster_pid(place)

        assert guest.start() == dsn
        guest.stop()

        assert postmaster_pid(place) == pid
        assert owner.is_running()

    def test_supervisors_starting_together_share_one_server(self, make_server: MakeServer) -> None:
        servers = [make_server() for _ in range(4)]
        together = threading.Barrier(len(servers))

        def start(server: EmbeddedPostgres) -> str:
            together.wait()
            return server.start()

        with ThreadPoolExecutor(len(servers)) as pool:
            dsns = set(pool.map(start, servers))

        assert len(dsns) == 1
        assert ask(dsns.pop(), "SELECT 1") == (1,)

    def test_another_programs_server_is_shared(self, make_server: MakeServer, place: Path) -> None:
        supervisor, dsn = supervise(place)
        try:
            assert make_server().start() == dsn
        finally:
            supervisor.kill()
            supervisor.wait()

    def test_killed_owner_is_followed(self, make_server: MakeServer, place: Path) -> None:
        supervisor, dsn = supervise(place)
        tell(dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
        supervisor.kill()
        supervisor.wait()

        dsn = make_server().start()

        time.sleep(0.3)  # the dying server would be gone by now
        assert ask(dsn, "SELECT answer FROM kept") == (42,)

    def test_data_used_by_an_unseen_server_is_not_touched(
        self, make_server: MakeServer, place: Path
    ) -> None:
        """All that shows of a server in another container is the lock it holds."""
        with (place / "postgres" / "server.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)

            with pytest.raises(PostgresUnavailable, match="server that cannot be seen from here"):
                make_server().start()
