"""Foundation: every table of the first release."""

from shunyue.migrations.scripts import run_scripts

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the scripts of this version."""
    run_scripts(revision)
