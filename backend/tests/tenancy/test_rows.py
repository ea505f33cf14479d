"""Rows of one merchant do not exist for another, whatever a statement forgets."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from tests.tenancy.conftest import KERNEL_TABLES, tables_with_merchant

# What the columns' checks ask for; everything else is filled in by type.
_SAMPLES: dict[tuple[str, str], Any] = {
    ("customer", "phone"): "+8613800000000",
    ("staff_member", "role"): "owner",
    ("login", "actor_kind"): "customer",
    ("offering", "kind"): "personal",
    ("offering", "location_mode"): "on_site",
    ("resource", "kind"): "staff",
    ("form", "kind"): "personal",
    ("customer_order", "number"): "261123042178",
    ("customer_order", "state"): "awaiting_registration",
    ("order_fact", "actor_kind"): "customer",
    ("payment_channel", "channel"): "wechat",
    ("payment_attempt", "out_trade_no"): "2611230421780000000001",
    ("payment_attempt", "state"): "pending",
    ("refund", "state"): "intended",
    ("ledger_entry", "account"): "revenue",
    ("working_hours", "ends"): "12:00",
    ("slot", "ends_at"): "2031-01-01T11:00Z",
    ("slot", "occupied_until"): "2031-01-01T11:00Z",
    ("occupancy", "ends_at"): "2031-01-01T11:00Z",
}
_BY_TYPE: dict[str, Any] = {
    "text": "x",
    "integer": 1,
    "bigint": 1,
    "boolean": False,
    "date": "2031-01-01",
    "time without time zone": "10:00",
    "timestamp with time zone": "2031-01-01T10:00Z",
    "bytea": b"x",
    "jsonb": "{}",
    "ARRAY": [],
}
_APPEND_ONLY = {"ledger_entry", "ledger_transaction", "order_fact", "audit_entry", "offering_rules"}


@pytest.fixture
def tables(owner: psycopg.Connection) -> list[str]:
    """All guarded tables, each with one row of merchant `mine` (see `rows_of`)."""
    return sorted(tables_with_merchant(owner) - KERNEL_TABLES)


@pytest.fixture
def mine(owner: psycopg.Connection, tables: list[str]) -> str:
    """A merchant with one row in each guarded table."""
    merchant_id = str(uuid4())
    # References and triggers rest: what lies in a row does not matter here, only whose it is.
    owner.execute("SET session_replication_role = replica")
    for table in tables:
        columns = owner.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s AND is_nullable = 'NO'"
            " AND column_default IS NULL AND is_identity = 'NO'",
            [table],
        ).fetchall()
        values = {
            name: merchant_id
            if name == "merchant_id"
            else _SAMPLES.get((table, name), uuid4() if kind == "uuid" else _BY_TYPE.get(kind))
            for name, kind in columns
        }
        owner.execute(
            sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                sql.Identifier(table),
                sql.SQL(", ").join(map(sql.Identifier, values)),
                sql.SQL(", ").join(sql.Placeholder() * len(values)),
            ),
            list(values.values()),
        )
    owner.execute("SET session_replication_role = DEFAULT")
    return merchant_id


def act_as(connection: psycopg.Connection, merchant_id: str) -> None:
    """Let a connection act as the product does for a merchant."""
    connection.execute("SET ROLE shunyue_app")
    connection.execute("SELECT set_config('app.merchant_id', %s, false)", [merchant_id])


def counted(connection: psycopg.Connection, table: str) -> int:
    """Count the rows that a connection sees."""
    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
    found = connection.execute(query).fetchone()
    assert found is not None
    return int(found[0])


@pytest.mark.req("MC-08")
class TestReading:
    def test_own_rows_are_seen(
        self, owner: psycopg.Connection, tables: list[str], mine: str
    ) -> None:
        act_as(owner, mine)

        assert len(tables) > 25
        assert [table for table in tables if counted(owner, table) != 1] == []

    @pytest.mark.parametrize("acting", ["another merchant", "nobody"])
    def test_rows_of_others_are_not_seen(
        self, owner: psycopg.Connection, tables: list[str], mine: str, acting: str
    ) -> None:
        act_as(owner, str(uuid4()) if acting == "another merchant" else "")

        assert [table for table in tables if counted(owner, table)] == []

    def test_connection_that_was_never_told_sees_nothing(
        self, dsn: str, tables: list[str], mine: str
    ) -> None:
        with psycopg.connect(dsn, autocommit=True) as fresh:
            fresh.execute("SET ROLE shunyue_app")

            assert [table for table in tables if counted(fresh, table)] == []


@pytest.mark.req("MC-08")
class TestWriting:
    @pytest.mark.parametrize("acting", ["another merchant", "nobody"])
    def test_rows_cannot_be_added_for_others(
        self, owner: psycopg.Connection, tables: list[str], mine: str, acting: str
    ) -> None:
        rows = {table: self._row_of(owner, table) for table in tables}
        act_as(owner, str(uuid4()) if acting == "another merchant" else "")

        for table, row in rows.items():
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
                owner.execute(
                    sql.SQL("INSERT INTO {0} SELECT * FROM jsonb_populate_record(NULL::{0}, %s)")
                    .format(sql.Identifier(table)),
                    [row],
                )  # fmt: skip

    @pytest.mark.parametrize("acting", ["another merchant", "nobody"])
    def test_rows_of_others_are_neither_changed_nor_deleted(
        self, owner: psycopg.Connection, tables: list[str], mine: str, acting: str
    ) -> None:
        act_as(owner, str(uuid4()) if acting == "another merchant" else "")

        for table in (one for one in tables if one not in _APPEND_ONLY):
            name = sql.Identifier(table)
            changed = owner.execute(sql.SQL("UPDATE {} SET merchant_id = merchant_id").format(name))
            deleted = owner.execute(sql.SQL("DELETE FROM {}").format(name))

            assert (table, changed.rowcount, deleted.rowcount) == (table, 0, 0)

        owner.execute("RESET ROLE")
        assert [table for table in tables if counted(owner, table) != 1] == []

    def test_own_row_cannot_be_given_to_another_merchant(
        self, owner: psycopg.Connection, tables: list[str], mine: str
    ) -> None:
        act_as(owner, mine)

        for table in (one for one in tables if one not in _APPEND_ONLY):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
                owner.execute(
                    sql.SQL("UPDATE {} SET merchant_id = gen_random_uuid()").format(
                        sql.Identifier(table)
                    )
                )

    def _row_of(self, owner: psycopg.Connection, table: str) -> Any:
        with owner.cursor(row_factory=dict_row) as cursor:
            query = sql.SQL("SELECT to_jsonb(t)::text AS row FROM {} t").format(
                sql.Identifier(table)
            )
            found = cursor.execute(query).fetchone()
        assert found is not None
        return found["row"]
