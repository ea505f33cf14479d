"""The schema keeps merchants apart: the first column of everything is whose it is."""

import psycopg
import pytest

from tests.tenancy.conftest import KERNEL_TABLES, NOBODYS_TABLES, tables_with_merchant

# The only names that are unique across merchants: addresses are.
GLOBALLY_UNIQUE = {"merchant_slug_key"}
APP_ROLE = "shunyue_app"
# They find out whose turn it is or what has ended; each answers with ids only.
SEEING_EVERYTHING = {
    "merchants_with_holds_due",
    "merchant_of_payment_channel",
    "logins_ended_since",
}


@pytest.mark.req("MC-08")
class TestKeys:
    def test_every_table_belongs_to_merchants_or_to_nobody(self, owner: psycopg.Connection) -> None:
        rows = owner.execute(
            "SELECT relname FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        ).fetchall()

        assert {name for (name,) in rows} == tables_with_merchant(owner) | NOBODYS_TABLES

    def test_merchant_is_never_unknown(self, owner: psycopg.Connection) -> None:
        rows = owner.execute(
            "SELECT attrelid::regclass::text FROM pg_attribute"
            " JOIN pg_class c ON c.oid = attrelid"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
            " AND attname = 'merchant_id' AND NOT attnotnull"
        ).fetchall()

        assert rows == []

    def test_merchant_comes_first_in_every_key(self, owner: psycopg.Connection) -> None:
        rows = owner.execute(
            "SELECT i.indexrelid::regclass::text, a.attname FROM pg_index i"
            " JOIN pg_class t ON t.oid = i.indrelid"
            " LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
            " WHERE t.relnamespace = 'public'::regnamespace"
            " AND (i.indisunique OR i.indisprimary OR i.indisexclusion)"
            " AND t.relname <> ALL (%s)",
            [list(NOBODYS_TABLES)],
        ).fetchall()
        without = {index for index, first in rows if first != "merchant_id"}

        assert len(rows) > 30
        assert without == GLOBALLY_UNIQUE

    def test_every_table_has_a_key(self, owner: psycopg.Connection) -> None:
        rows = owner.execute(
            "SELECT DISTINCT indrelid::regclass::text FROM pg_index WHERE indisprimary"
        ).fetchall()

        assert tables_with_merchant(owner) <= {name for (name,) in rows}

    def test_merchant_comes_first_in_every_reference(self, owner: psycopg.Connection) -> None:
        rows = owner.execute(
            "SELECT c.conname, mine.attname, theirs.attname FROM pg_constraint c"
            " JOIN pg_attribute mine ON mine.attrelid = c.conrelid AND mine.attnum = c.conkey[1]"
            " JOIN pg_attribute theirs"
            " ON theirs.attrelid = c.confrelid AND theirs.attnum = c.confkey[1]"
            " WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace"
        ).fetchall()

        assert len(rows) > 30
        assert [one for one in rows if one[1:] != ("merchant_id", "merchant_id")] == []


@pytest.mark.req("MC-08")
class TestSecondWall:
    def test_rows_are_guarded_in_all_tables_but_the_kernels(
        self, owner: psycopg.Connection
    ) -> None:
        rows = owner.execute(
            "SELECT relname FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relrowsecurity"
        ).fetchall()

        assert {name for (name,) in rows} == tables_with_merchant(owner) - KERNEL_TABLES

    def test_each_guard_is_for_reading_and_writing_and_asks_for_the_merchant(
        self, owner: psycopg.Connection
    ) -> None:
        rows = owner.execute(
            "SELECT tablename, permissive, roles::text[], cmd, qual, with_check FROM pg_policies"
            " WHERE schemaname = 'public'"
        ).fetchall()
        qualities = {row[4] for row in rows}

        assert {row[0] for row in rows} == tables_with_merchant(owner) - KERNEL_TABLES
        assert {(row[1], *row[2], row[3], row[5]) for row in rows} == {
            ("PERMISSIVE", APP_ROLE, "ALL", None)
        }
        asked = "NULLIF(current_setting('app.merchant_id'::text, true), ''::text)"
        assert qualities == {f"(merchant_id = ({asked})::uuid)"}

    def test_role_of_the_product_has_no_way_around(self, owner: psycopg.Connection) -> None:
        role = owner.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin, oid"
            " FROM pg_roles WHERE rolname = %s",
            [APP_ROLE],
        ).fetchone()
        assert role is not None
        *rights, oid = role

        memberships = owner.execute("SELECT 1 FROM pg_auth_members WHERE member = %s", [oid])

        assert rights == [False] * 5
        assert memberships.fetchall() == []

    @pytest.mark.parametrize(
        ("catalog", "owner_column"),
        [
            ("pg_class", "relowner"),
            ("pg_proc", "proowner"),
            ("pg_type", "typowner"),
            ("pg_namespace", "nspowner"),
            ("pg_database", "datdba"),
        ],
    )
    def test_role_of_the_product_owns_nothing(
        self, owner: psycopg.Connection, catalog: str, owner_column: str
    ) -> None:
        found = owner.execute(
            f"SELECT count(*) FROM {catalog} WHERE {owner_column} = %s::regrole", [APP_ROLE]
        ).fetchone()

        assert found == (0,)

    def test_only_three_functions_look_across_merchants_and_trust_no_search_path(
        self, owner: psycopg.Connection
    ) -> None:
        rows = owner.execute(
            "SELECT proname, proconfig FROM pg_proc"
            " WHERE pronamespace = 'public'::regnamespace AND prosecdef"
        ).fetchall()

        assert {name for name, _ in rows} == SEEING_EVERYTHING
        assert all(config == ["search_path=public"] for _, config in rows)

    @pytest.mark.parametrize(
        "table",
        ["ledger_entry", "ledger_transaction", "order_fact", "audit_entry", "offering_rules"],
    )
    def test_history_can_only_be_added_to(self, owner: psycopg.Connection, table: str) -> None:
        found = owner.execute(
            "SELECT has_table_privilege(%(role)s, %(table)s, 'UPDATE')"
            " OR has_table_privilege(%(role)s, %(table)s, 'DELETE')"
            " OR has_table_privilege(%(role)s, %(table)s, 'TRUNCATE')",
            {"role": APP_ROLE, "table": table},
        ).fetchone()

        assert found == (False,)
