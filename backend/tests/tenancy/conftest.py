"""What the tests of the walls between merchants share: the owner's connection and the tables."""

from collections.abc import Iterator

import psycopg
import pytest

# Read across merchants by workers, which then act as the merchant of the row that they found.
KERNEL_TABLES = frozenset({"merchant", "outbox", "outbox_delivery", "timer", "topic"}) | {
    "topic_message"
}
# Not of any merchant: days that the state decides, and the schema's own version.
NOBODYS_TABLES = frozenset({"statutory_day", "alembic_version"})


@pytest.fixture
def owner(dsn: str) -> Iterator[psycopg.Connection]:
    """A connection of the schema's owner, whom no wall stops."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


def tables_with_merchant(owner: psycopg.Connection) -> set[str]:
    """List all tables that hold something of a merchant's."""
    rows = owner.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND a.attname = 'merchant_id' AND NOT a.attisdropped"
    ).fetchall()
    return {name for (name,) in rows}
