"""What the product says to the database: always for which merchant, never by another clock."""

import re

import psycopg
import pytest

from tests.tenancy.conftest import KERNEL_TABLES, tables_with_merchant
from tests.tenancy.sql_texts import Statement, python_statements, sql_files

_TABLE_AFTER = r"\b(?:FROM|JOIN|INTO|UPDATE|USING)\s+(?:ONLY\s+)?"
_OTHER_CLOCKS = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\("
    r"|\b(current_timestamp|current_date|current_time|localtime|localtimestamp)\b"
    r"|'now'",
    re.IGNORECASE,
)
# The product's clock is made of the database's, in these places and nowhere else.
_WHERE_THE_CLOCK_IS_MADE = {
    "kernel/clock.py": {"SELECT app_now() - transaction_timestamp()", " SELECT now() "},
    "10_kernel.sql": {"AS $$ SELECT now() $$;"},
}


@pytest.fixture
def guarded(owner: psycopg.Connection) -> frozenset[str]:
    """The tables with rows of merchants."""
    return frozenset(tables_with_merchant(owner) - KERNEL_TABLES)


def tables_named(text: str, tables: frozenset[str]) -> set[str]:
    """Return which of `tables` a statement reads or writes."""
    return {name for name in re.findall(_TABLE_AFTER + r"(\w+)", text) if name in tables}


@pytest.mark.req("MC-08")
class TestMerchantIsNamed:
    def test_in_every_statement_about_a_merchants_rows(self, guarded: frozenset[str]) -> None:
        about = [one for one in python_statements() if tables_named(one.text, guarded)]

        forgetful = [
            one
            for one in about
            # The demo writes whole rows from records; whose they are is in the record.
            if "merchant_id" not in one.text and "jsonb_populate_record" not in one.text
        ]

        assert len(about) > 80
        assert forgetful == []

    def test_in_every_join_of_a_merchants_rows(self, guarded: frozenset[str]) -> None:
        def forgetful(one: Statement) -> list[str]:
            joins = re.findall(
                r"\bJOIN\s+(\w+)(.*?)(?=\b(?:LEFT|JOIN|WHERE|GROUP|ORDER|LIMIT)\b|$)",
                one.text,
                re.DOTALL,
            )
            return [
                f"{one.place} {table}"
                for table, condition in joins
                if table in guarded and "merchant_id" not in condition
            ]

        assert [join for one in python_statements() for join in forgetful(one)] == []

    def test_in_every_where_of_a_change(self, guarded: frozenset[str]) -> None:
        changes = [
            one
            for one in python_statements()
            if re.match(r"\s*(UPDATE|DELETE FROM)\b", one.text) and tables_named(one.text, guarded)
        ]

        forgetful = [
            one
            for one in changes
            if not re.search(r"\bWHERE\b.*\bmerchant_id = ", one.text, re.DOTALL)
        ]

        assert len(changes) > 15
        assert forgetful == []

    def test_in_every_statement_of_a_stored_function(self, guarded: frozenset[str]) -> None:
        # Who has work, whose an address is, and which logins have ended: they answer with ids only.
        across = {"merchants_with_holds_due", "merchant_of_payment_channel", "logins_ended_since"}
        bodies = [
            (name, body)
            for text in sql_files().values()
            for name, body in re.findall(
                r"CREATE (?:OR REPLACE )?FUNCTION (\w+)\(.*?\$\$(.*?)\$\$", text, re.DOTALL
            )
            if name not in across
        ]

        forgetful = [
            f"{name}: {statement.strip()[:80]}"
            for name, body in bodies
            for statement in body.split(";")
            if tables_named(statement, guarded) and "merchant_id" not in statement
        ]

        assert len(bodies) >= 5
        assert forgetful == []


class TestOneClock:
    def test_statements_ask_the_products_clock(self) -> None:
        strays = [
            one
            for one in python_statements()
            if _OTHER_CLOCKS.search(one.text)
            and one.text not in _WHERE_THE_CLOCK_IS_MADE.get(one.place.partition(":")[0], set())
            and "FUNCTION app_now()" not in one.text
        ]

        assert strays == []

    def test_scripts_ask_the_products_clock(self) -> None:
        strays = [
            f"{name}: {line.strip()}"
            for name, text in sql_files().items()
            for line in text.splitlines()
            if _OTHER_CLOCKS.search(line)
            and line.strip() not in _WHERE_THE_CLOCK_IS_MADE.get(name, set())
        ]

        assert strays == []


class TestTheSearchItself:
    def test_finds_a_statement_put_together_of_pieces(self) -> None:
        texts = [one.text for one in python_statements() if "scheduling/queries" in one.place]

        assert any(
            "FROM slot s\n" in text and "s.starts_at >= $3 AND s.starts_at < $4" in text
            for text in texts
        )

    @pytest.mark.parametrize(
        "text", ["SELECT now()", "x < CURRENT_TIMESTAMP", "clock_timestamp()", "'now'::timestamptz"]
    )
    def test_knows_the_other_clocks(self, text: str) -> None:
        assert _OTHER_CLOCKS.search(text)

    def test_knows_the_products_clock(self) -> None:
        assert not _OTHER_CLOCKS.search("WHERE expires_at <= app_now() AND is_known_now(x)")
