"""Foundation: every table of the first release."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

SCRIPTS = Path(__file__).parents[1] / "sql" / "0001"


def upgrade() -> None:
    """Run the scripts in the order of their names."""
    for script in sorted(SCRIPTS.glob("*.sql")):
        op.get_bind().exec_driver_sql(script.read_text(encoding="utf-8").replace("%", "%%"))
