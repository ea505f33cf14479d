"""Settings: every variable that can't work is named before anything starts."""

from pathlib import Path

import pytest

from shunyue.kernel.settings import Settings, SettingsInvalid, load_settings
from tests.builders.callers import framework

_KEY = "ab" * 32


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment without any of our variables, in an empty folder."""
    for name in Settings.__struct_fields__:
        monkeypatch.delenv(f"SHUNYUE_{name.upper()}", raising=False)
    for name in ("DATABASE_URL", "SHUNYUE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


def problems() -> list[str]:
    """Load, and list what is wrong."""
    with pytest.raises(SettingsInvalid) as refusal:
        load_settings()
    return refusal.value.problems


class TestDefaults:
    def test_laptop_needs_no_settings(self, variables: pytest.MonkeyPatch) -> None:
        settings = load_settings()

        assert settings.is_development
        assert settings.base_url == "http://127.0.0.1:8000"
        assert len(settings.key) == 32

    def test_development_keeps_the_key_it_made(self, variables: pytest.MonkeyPatch) -> None:
        first, second = load_settings(), load_settings()

        assert first.secret_key == second.secret_key
        assert (Path("var/secret_key").stat().st_mode & 0o777) == 0o600

    def test_environment_wins_over_the_file(
        self, variables: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        file = tmp_path / "shunyue.toml"
        file.write_text('port = 9000\nhost = "0.0.0.0"\n', encoding="utf-8")
        variables.setenv("SHUNYUE_PORT", "9001")

        settings = load_settings()

        assert (settings.port, settings.host) == (9001, "0.0.0.0")  # noqa: S104  # only read

    def test_usual_name_of_the_database_is_understood(self, variables: pytest.MonkeyPatch) -> None:
        variables.setenv("DATABASE_URL", "postgresql://db/shunyue")

        assert load_settings().database_url == "postgresql://db/shunyue"


class TestProblems:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("SHUNYUE_PORT", "eighty"),
            ("SHUNYUE_PROCESSES", "0"),
            ("SHUNYUE_PROCESSES", "many"),
            ("SHUNYUE_ENVIRONMENT", "staging"),
            ("SHUNYUE_LOG_LEVEL", "loud"),
            ("SHUNYUE_LOG_FORMAT", "xml"),
            ("SHUNYUE_SECRET_KEY", "short"),
            ("SHUNYUE_SECRET_KEY", "ab" * 31),
            ("SHUNYUE_SECRET_KEY", "zz" * 32),
            ("SHUNYUE_DATABASE_URL", "mysql://db"),
            ("SHUNYUE_PAYSIM_PORT", "8000"),
        ],
    )
    def test_wrong_variable_is_named(
        self, variables: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        variables.setenv(name, value)

        [problem] = problems()

        assert name in problem

    def test_unknown_setting_in_the_file_is_named(
        self, variables: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "shunyue.toml").write_text("prot = 9000\n", encoding="utf-8")

        [problem] = problems()

        assert "'prot'" in problem

    def test_all_problems_are_named_at_once(self, variables: pytest.MonkeyPatch) -> None:
        variables.setenv("SHUNYUE_ENVIRONMENT", "production")
        variables.setenv("SHUNYUE_PROCESSES", "0")

        found = " ".join(problems())

        for name in ("SHUNYUE_SECRET_KEY", "SHUNYUE_PUBLIC_URL", "SHUNYUE_PROCESSES"):
            assert name in found

    @pytest.mark.parametrize("url", ["", "http://shop.test", "shop.test"])
    def test_production_wants_a_safe_address(self, variables: pytest.MonkeyPatch, url: str) -> None:
        variables.setenv("SHUNYUE_ENVIRONMENT", "production")
        variables.setenv("SHUNYUE_SECRET_KEY", _KEY)
        variables.setenv("SHUNYUE_PUBLIC_URL", url)

        [problem] = problems()

        assert "SHUNYUE_PUBLIC_URL" in problem

    def test_production_never_makes_its_own_key(self, variables: pytest.MonkeyPatch) -> None:
        variables.setenv("SHUNYUE_ENVIRONMENT", "production")
        variables.setenv("SHUNYUE_PUBLIC_URL", "https://shop.test")

        [problem] = problems()

        assert "SHUNYUE_SECRET_KEY" in problem
        assert not Path("var/secret_key").exists()


class TestProduction:
    def _paths(self, settings: Settings) -> set[str]:
        return {route.path for route in framework(settings).routes}

    def test_clock_and_mailbox_exist_in_development_only(self) -> None:
        at_home = Settings(secret_key=_KEY)
        outside = Settings(
            environment="production", secret_key=_KEY, public_url="https://shop.test"
        )

        development = {path for path in self._paths(at_home) if path.startswith("/dev")}
        production = {path for path in self._paths(outside) if path.startswith("/dev")}

        assert development == {"/dev/clock", "/dev/mailbox", "/dev/mailbox.json"}
        assert production == set()
