"""Bookings in the customer's own calendar."""

from shunyue.migrations.scripts import run_scripts

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Run the scripts of this version."""
    run_scripts(revision)
