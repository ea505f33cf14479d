"""Bringing a database to this version of the schema."""

import re
import subprocess
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

from shunyue.kernel.postgres import EmbeddedPostgres

_MIGRATIONS = Path(__file__).parents[1] / "migrations"


def migrate(dsn: str) -> None:
    """Run the migrations that the database has not seen, as the schema's owner."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    url = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", dsn)
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, "head")


def schema_of_this_version() -> str:
    """Return the schema as SQL, made anew in a scratch server, without what varies by chance."""
    with tempfile.TemporaryDirectory(prefix="shunyue-schema-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        try:
            dsn = server.start()
            migrate(dsn)
            return _dumped(dsn, server.programs().bin_dir / "pg_dump")
        finally:
            server.destroy()


def _dumped(dsn: str, pg_dump: Path) -> str:
    result = subprocess.run(
        [str(pg_dump), "--schema-only", "--no-owner", f"--dbname={dsn}"],
        check=True,
        capture_output=True,
        text=True,
    )
    lines = [
        line
        for line in result.stdout.splitlines()
        if not re.match(r"^(--|\\(un)?restrict|SET |SELECT pg_catalog.set_config)", line)
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
