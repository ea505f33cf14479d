"""The doctor: looks at settings and surroundings and says in words what is wrong."""

import asyncio
import shutil
import socket
from collections.abc import Callable

import asyncpg

from shunyue.kernel.clock import UNMOVED_CLOCK
from shunyue.kernel.postgres import EmbeddedPostgres, PostgresUnavailable
from shunyue.kernel.settings import Settings
from shunyue.static import built

_LEAST_FREE_BYTES = 1_000_000_000
_OLDEST_POSTGRES = 15


def examine(settings: Settings) -> int:
    """Print every finding; returns 1 when something has to change."""
    checks: list[tuple[str, Callable[[Settings], str | None]]] = [
        ("data directory", _data_dir),
        ("database", _database),
        ("ports", _ports),
        ("built apps", _apps),
        ("environment", _environment),
    ]
    failed = 0
    for name, check in checks:
        problem = check(settings)
        failed += problem is not None
        print(f"{'wrong' if problem else '   ok'}  {name}{': ' + problem if problem else ''}")
    return 1 if failed else 0


def _data_dir(settings: Settings) -> str | None:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        probe = settings.data_dir / ".doctor"
        probe.touch()
        probe.unlink()
    except OSError as error:
        return f"{settings.data_dir} can't be written ({error.strerror})"
    free = shutil.disk_usage(settings.data_dir).free
    if free < _LEAST_FREE_BYTES:
        return f"only {free // 1_000_000} MB left on the disk of {settings.data_dir}"
    return None


def _database(settings: Settings) -> str | None:
    if settings.database_url:
        return asyncio.run(_ask_database(settings.database_url))
    postgres = EmbeddedPostgres(settings.data_dir / "postgres")
    try:
        postgres.programs()
    except PostgresUnavailable as error:
        return str(error)
    return None


async def _ask_database(dsn: str) -> str | None:
    try:
        connection = await asyncpg.connect(dsn, timeout=5)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        return f"can't be reached ({error}); check SHUNYUE_DATABASE_URL"
    try:
        if connection.get_server_version().major < _OLDEST_POSTGRES:
            return "PostgreSQL 15 or newer is needed"
        moved = await connection.fetchval(
            "SELECT coalesce((SELECT prosrc <> $1 FROM pg_proc WHERE proname = 'app_now'), false)",
            UNMOVED_CLOCK,
        )
    finally:
        await connection.close()
    return "its clock was moved for a test; set it back before serving customers" if moved else None


def _ports(settings: Settings) -> str | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            return f"{where} can't be bound ({error.strerror}); set SHUNYUE_PORT"
    return None


def _apps(settings: Settings) -> str | None:
    parts = {name: built(settings, name) / "index.html" for name in ("customer", "console")}
    missing = [str(page) for page in parts.values() if not page.exists()]
    return f"{' and '.join(missing)} missing (make run builds them)" if missing else None


def _environment(settings: Settings) -> str | None:
    if settings.is_development:
        return None
    if settings.host == "127.0.0.1":
        return None
    return None if settings.public_url else "SHUNYUE_PUBLIC_URL is not set"
