"""SQL scripts of the migrations: a folder each, named as its revision."""

from pathlib import Path

from alembic import op

_FOLDERS = Path(__file__).parent / "sql"


def run_scripts(revision: str) -> None:
    """Run the scripts of a revision in the order of their names."""
    for script in sorted((_FOLDERS / revision).glob("*.sql")):
        op.get_bind().exec_driver_sql(script.read_text(encoding="utf-8").replace("%", "%%"))
