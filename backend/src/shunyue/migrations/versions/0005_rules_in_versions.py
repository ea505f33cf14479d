"""Rules of an offering come in versions, and limit how many bookings a customer has open."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"

SCRIPTS = Path(__file__).parents[1] / "sql" / "0005"


def upgrade() -> None:
    """Run the scripts in the order of their names."""
    for script in sorted(SCRIPTS.glob("*.sql")):
        op.get_bind().exec_driver_sql(script.read_text(encoding="utf-8").replace("%", "%%"))
