"""The doctor names each problem; settings that can't work are explained, not failed on."""

import secrets
import socket
from pathlib import Path

import psycopg
import pytest

from tests.operations.commands import run
from tests.product import free_port

_KEY = secrets.token_hex(32)
_PRODUCTION = {
    "environment": "production",
    "secret_key": _KEY,
    "public_url": "https://shop.example",
}


@pytest.fixture
def apps(tmp_path: Path) -> Path:
    """A folder with built apps."""
    for name in ("customer", "console"):
        page = tmp_path / "apps" / name / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text("<!doctype html>")
    return tmp_path / "apps"


@pytest.fixture
def healthy(dsn: str, apps: Path) -> dict[str, str]:
    """Settings with which nothing is wrong."""
    return {"database_url": dsn, "static_dir": str(apps), "port": str(free_port())}


class TestDoctor:
    def test_finds_nothing_where_nothing_is_wrong(
        self, tmp_path: Path, healthy: dict[str, str]
    ) -> None:
        done = run(tmp_path, "doctor", **healthy)

        assert (done.returncode, "wrong" in done.stdout) == (0, False), done.stdout
        assert done.stdout.count("   ok") == 5

    def test_names_a_taken_port(self, tmp_path: Path, healthy: dict[str, str]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            done = run(tmp_path, "doctor", **healthy | {"port": str(port)})

        assert done.returncode == 1
        assert f"wrong  ports: 127.0.0.1:{port} can't be bound" in done.stdout
        assert "SHUNYUE_PORT" in done.stdout

    def test_names_a_database_that_is_away(self, tmp_path: Path, healthy: dict[str, str]) -> None:
        away = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"

        done = run(tmp_path, "doctor", **healthy | {"database_url": away})

        assert done.returncode == 1
        assert "wrong  database: can't be reached" in done.stdout
        assert "SHUNYUE_DATABASE_URL" in done.stdout

    def test_names_a_moved_clock(self, tmp_path: Path, healthy: dict[str, str], dsn: str) -> None:
        with psycopg.connect(dsn, autocommit=True) as owner:
            owner.execute(
                "CREATE OR REPLACE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE"
                " PARALLEL SAFE AS $$ SELECT now() + interval '1 hour' $$"
            )

        done = run(tmp_path, "doctor", **healthy)

        assert done.returncode == 1
        assert "wrong  database: its clock was moved" in done.stdout

    def test_names_apps_that_are_not_built(self, tmp_path: Path, healthy: dict[str, str]) -> None:
        done = run(tmp_path, "doctor", **healthy | {"static_dir": str(tmp_path / "empty")})

        assert done.returncode == 1
        assert "wrong  built apps" in done.stdout
        assert "make run builds them" in done.stdout

    def test_names_a_folder_that_cannot_be_written(
        self, tmp_path: Path, healthy: dict[str, str]
    ) -> None:
        (tmp_path / "file").write_text("")
        settings = healthy | _PRODUCTION | {"data_dir": str(tmp_path / "file" / "var")}

        done = run(tmp_path, "doctor", **settings)

        assert done.returncode == 1
        assert "wrong  data directory" in done.stdout
        assert "can't be written" in done.stdout

    def test_names_all_problems_at_once(self, tmp_path: Path, healthy: dict[str, str]) -> None:
        away = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
        settings = healthy | {"database_url": away, "static_dir": str(tmp_path)}

        done = run(tmp_path, "doctor", **settings)

        assert done.stdout.count("wrong") == 2


class TestSettings:
    @pytest.mark.parametrize(
        ("settings", "named", "said"),
        [
            ({"port": "eighty"}, "SHUNYUE_PORT", "int"),
            ({"processes": "0"}, "SHUNYUE_PROCESSES", "at least 1"),
            ({"environment": "staging"}, "SHUNYUE_ENVIRONMENT", "staging"),
            ({"secret_key": "short"}, "SHUNYUE_SECRET_KEY", "hexadecimal"),
            ({"secret_key": "ab"}, "SHUNYUE_SECRET_KEY", "64 hexadecimal digits"),
            ({"database_url": "mysql://x"}, "SHUNYUE_DATABASE_URL", "postgresql://"),
            ({"port": "8010"}, "SHUNYUE_PAYSIM_PORT", "differ"),
            ({"log_level": "loud"}, "SHUNYUE_LOG_LEVEL", "loud"),
            (_PRODUCTION | {"public_url": ""}, "SHUNYUE_PUBLIC_URL", "https://"),
            (_PRODUCTION | {"public_url": "http://x"}, "SHUNYUE_PUBLIC_URL", "https://"),
            (_PRODUCTION | {"secret_key": ""}, "SHUNYUE_SECRET_KEY", "64 hexadecimal digits"),
        ],
        ids=lambda one: " ".join(one) if isinstance(one, dict) else str(one),
    )
    def test_that_cannot_work_are_named_in_a_sentence(
        self, tmp_path: Path, settings: dict[str, str], named: str, said: str
    ) -> None:
        done = run(tmp_path, "doctor", **settings)

        assert done.returncode == 2
        assert done.stderr.startswith("settings: ")
        assert named in done.stderr
        assert said in done.stderr
        assert "Traceback" not in done.stderr

    def test_unknown_in_the_file_are_named(self, tmp_path: Path) -> None:
        (tmp_path / "shunyue.toml").write_text("prot = 80\n", encoding="utf-8")

        done = run(tmp_path, "doctor")

        assert done.returncode == 2
        assert "settings: unknown setting 'prot' in shunyue.toml" in done.stderr

    def test_file_that_is_no_toml_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "shunyue.toml").write_text("port 80\n", encoding="utf-8")

        done = run(tmp_path, "doctor")

        assert done.returncode == 2
        assert "settings: shunyue.toml" in done.stderr
        assert "Traceback" not in done.stderr

    def test_file_named_on_the_command_line_must_exist(self, tmp_path: Path) -> None:
        done = run(tmp_path, "--config", "nowhere.toml", "doctor")

        assert done.returncode == 2
        assert "nowhere.toml" in done.stderr
