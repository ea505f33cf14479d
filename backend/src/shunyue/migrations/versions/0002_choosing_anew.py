"""A refused new choice keeps the earlier one; notices, forms and logins get what they lacked."""

from shunyue.migrations.scripts import run_scripts

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Run the scripts of this version."""
    run_scripts(revision)
