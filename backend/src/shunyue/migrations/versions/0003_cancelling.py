"""A booking can be cancelled: when, by whom, with which words, and one refund of what is not kept."""

from shunyue.migrations.scripts import run_scripts

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Run the scripts of this version."""
    run_scripts(revision)
