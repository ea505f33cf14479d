"""A booking can be cancelled: when, by whom, with which words, and one refund of what is not kept."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"

SCRIPTS = Path(__file__).parents[1] / "sql" / "0003"


def upgrade() -> None:
    """Run the scripts in the order of their names."""
    for script in sorted(SCRIPTS.glob("*.sql")):
        op.get_bind().exec_driver_sql(script.read_text(encoding="utf-8").replace("%", "%%"))
