"""Settings: environment variables over one TOML file, checked before anything starts."""

import os
import secrets
import tomllib
from pathlib import Path
from typing import Literal

import msgspec

Environment = Literal["development", "production"]

SECRET_KEY_BYTES = 32


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that may differ between two installs. Names are those of `SHUNYUE_…` variables."""

    environment: Environment = "development"
    database_url: str = ""
    """The schema owner's DSN; empty starts the embedded server in `data_dir`."""
    data_dir: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    """Where customers reach us, for return and notify addresses; empty means host and port."""
    secret_key: str = ""
    """Hex, 32 bytes: signs tokens and seals stored secrets. Development makes its own."""
    processes: int = 1
    paysim_port: int = 8010
    default_merchant: str = "qihe"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "text"] = "json"
    static_dir: Path | None = None
    """Built apps (`customer/`, `console/`, `docs/`); empty looks beside the source tree."""

    @property
    def is_development(self) -> bool:
        """Whether clocks may be moved, codes shown and a simulator trusted."""
        return self.environment == "development"

    @property
    def base_url(self) -> str:
        """The public address without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def key(self) -> bytes:
        """The secret key as bytes."""
        return bytes.fromhex(self.secret_key)


class SettingsInvalid(Exception):
    """The settings can't work; `problems` says what to change, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def load_settings(file: Path | None = None) -> Settings:
    """Read settings from `file` (default `$SHUNYUE_CONFIG` or `shunyue.toml`) and the environment.

    Raises `SettingsInvalid`, naming each variable that has to change.
    """
    found: dict[str, object] = {}
    named = file or os.environ.get("SHUNYUE_CONFIG")
    path = Path(named or "shunyue.toml")
    if path.exists():
        found |= _read(path)
    elif named:
        raise SettingsInvalid([f"{path} does not exist"])
    for name in Settings.__struct_fields__:
        if (value := os.environ.get(f"SHUNYUE_{name.upper()}")) is not None:
            found[name] = value
    if "database_url" not in found and "DATABASE_URL" in os.environ:
        found["database_url"] = os.environ["DATABASE_URL"]
    unknown = sorted(found.keys() - set(Settings.__struct_fields__))
    if unknown:
        raise SettingsInvalid([f"unknown setting {name!r} in {path}" for name in unknown])
    try:
        settings = msgspec.convert(found, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `$.")
        raise SettingsInvalid([f"SHUNYUE_{place.rstrip('`').upper()}: {problem}"]) from error
    settings = _with_development_key(settings)
    if problems := _problems(settings):
        raise SettingsInvalid(problems)
    return settings


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsInvalid([f"{path} can't be read ({error})"]) from error


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError(kind)


def _with_development_key(settings: Settings) -> Settings:
    if settings.secret_key or not settings.is_development:
        return settings
    path = settings.data_dir / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(SECRET_KEY_BYTES), encoding="ascii")
    return msgspec.structs.replace(settings, secret_key=path.read_text(encoding="ascii").strip())


def _problems(settings: Settings) -> list[str]:
    problems = []
    try:
        if len(bytes.fromhex(settings.secret_key)) != SECRET_KEY_BYTES:
            problems.append(
                "SHUNYUE_SECRET_KEY must be 64 hexadecimal digits (openssl rand -hex 32)"
            )
    except ValueError:
        problems.append("SHUNYUE_SECRET_KEY is not hexadecimal (openssl rand -hex 32)")
    if not settings.is_development and not settings.public_url.startswith("https://"):
        problems.append("SHUNYUE_PUBLIC_URL must be the https:// address that customers use")
    if settings.database_url and not settings.database_url.startswith(
        ("postgres://", "postgresql://")
    ):
        problems.append("SHUNYUE_DATABASE_URL must start with postgresql://")
    if settings.processes < 1:
        problems.append("SHUNYUE_PROCESSES must be at least 1")
    if settings.port == settings.paysim_port:
        problems.append("SHUNYUE_PORT and SHUNYUE_PAYSIM_PORT must differ")
    return problems
