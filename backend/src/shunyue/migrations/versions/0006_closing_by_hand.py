"""Slots are closed and added by hand: nobody is ever in a closed slot."""

from shunyue.migrations.scripts import run_scripts

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Run the scripts of this version."""
    run_scripts(revision)
