"""A refused new choice keeps the earlier one; notices, forms and logins get what they lacked."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"

SCRIPTS = Path(__file__).parents[1] / "sql" / "0002"


def upgrade() -> None:
    """Run the scripts in the order of their names."""
    for script in sorted(SCRIPTS.glob("*.sql")):
        op.get_bind().exec_driver_sql(script.read_text(encoding="utf-8").replace("%", "%%"))
