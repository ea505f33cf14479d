"""Slots are closed and added by hand: nobody is ever in a closed slot."""

from pathlib import Path

from alembic import op

revision = "0006"
down_revision = "0005"

SCRIPTS = Path(__file__).parents[1] / "sql" / "0006"


def upgrade() -> None:
    """Run the scripts in the order of their names."""
    for script in sorted(SCRIPTS.glob("*.sql")):
        op.get_bind().exec_driver_sql(script.read_text(encoding="utf-8").replace("%", "%%"))
