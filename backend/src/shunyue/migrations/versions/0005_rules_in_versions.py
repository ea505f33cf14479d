"""Rules of an offering come in versions, and limit how many bookings a customer has open."""

from shunyue.migrations.scripts import run_scripts

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Run the scripts of this version."""
    run_scripts(revision)
