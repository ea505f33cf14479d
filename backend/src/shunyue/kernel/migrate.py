"""Bringing a database to this version of the schema."""

import re
import subprocess
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


def schema_text(dsn: str, postgres_dir: Path) -> str:
    """Return the schema as SQL, without what differs between two equal databases."""
    dump = EmbeddedPostgres(postgres_dir).programs().bin_dir / "pg_dump"
    result = subprocess.run(
        [str(dump), "--schema-only", "--no-owner", f"--dbname={dsn}"],
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
