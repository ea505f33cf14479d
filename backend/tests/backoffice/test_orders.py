"""Orders in the console: found by whatever is known of them, and their money is the ledger's."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.backoffice.conftest import Console
from tests.product import RunningProduct, SignedInCustomer


@pytest.fixture(scope="module")
def customer(product: RunningProduct) -> SignedInCustomer:
    """A customer who paid for a talk."""
    customer = product.customer()
    number = customer.place_order(customer.free_slots("event")[0]["id"])
    customer.register(number)
    customer.pay_at_cashier(customer.start_payment(number))
    customer.wait_for_state(number, "confirmed")
    return customer


@pytest.fixture(scope="module")
def number(customer: SignedInCustomer) -> str:
    """The number of the customer's order."""
    found: str = customer.get("orders")["items"][0]["number"]
    return found


@pytest.fixture(scope="module")
def neighbours_order(product: RunningProduct) -> Iterator[str]:
    """An order of another merchant on the same install; only its existence matters."""
    number, merchant_id = "991231000001", uuid4()
    with psycopg.connect(product.dsn, autocommit=True) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            "INSERT INTO merchant (merchant_id, slug, name, payee_name, time_zone)"
            " VALUES (%s, 'linju', '邻居', '邻居', 'Asia/Shanghai')",
            [merchant_id],
        )
        owner.execute(
            "INSERT INTO customer_order SELECT (jsonb_populate_record(o, jsonb_build_object("
            "'merchant_id', %s::text, 'number', %s::text))).* FROM customer_order o LIMIT 1",
            [str(merchant_id), number],
        )
        yield number
        owner.execute("DELETE FROM customer_order WHERE merchant_id = %s", [merchant_id])
        owner.execute("DELETE FROM merchant WHERE merchant_id = %s", [merchant_id])


def all_of(console: Console, **filters: Any) -> list[dict[str, Any]]:
    """Read all pages of the table."""
    rows: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = console.get("orders", cursor=cursor, **filters)
        rows += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return rows


@pytest.mark.req("MC-01")
class TestFilters:
    def test_by_state(self, product: RunningProduct, owner_console: Console) -> None:
        states = dict(
            product.sql(
                "SELECT state, count(*) FROM customer_order JOIN merchant USING (merchant_id)"
                " WHERE slug = 'qihe' GROUP BY state"
            )
        )

        for state, count in states.items():
            page = owner_console.get("orders", state=state, limit=200)

            assert {one["state"] for one in page["items"]} == {state}
            assert page["total"] == count

    def test_by_offering(self, owner_console: Console, number: str) -> None:
        talk = next(
            one for one in owner_console.get("offerings")["items"] if one["kind"] == "event"
        )

        rows = all_of(owner_console, offering_id=talk["id"])

        assert {one["offering_name"] for one in rows} == {talk["name"]}
        assert number in {one["number"] for one in rows}

    def test_by_days_of_the_slot_in_the_merchants_time(
        self, product: RunningProduct, owner_console: Console, number: str
    ) -> None:
        day: date = product.sql(
            "SELECT (slot_starts_at AT TIME ZONE 'Asia/Shanghai')::date FROM customer_order"
            " WHERE number = %s",
            number,
        )[0][0]

        on_the_day = all_of(owner_console, **{"from": day.isoformat(), "to": day.isoformat()})
        before = all_of(owner_console, to=(day - timedelta(days=1)).isoformat())

        assert number in {one["number"] for one in on_the_day}
        assert number not in {one["number"] for one in before}
        assert len(before) < len(all_of(owner_console))

    def test_that_find_nothing_say_so(self, owner_console: Console) -> None:
        page = owner_console.get("orders", q="不存在的人")

        assert page == {"items": [], "next_cursor": None, "total": 0}


@pytest.mark.req("MC-01")
class TestPages:
    def test_together_hold_every_order_once_newest_first(
        self, product: RunningProduct, owner_console: Console, number: str
    ) -> None:
        expected = [
            row[0]
            for row in product.sql(
                "SELECT number FROM customer_order JOIN merchant USING (merchant_id)"
                " WHERE slug = 'qihe' ORDER BY placed_at DESC, id DESC"
            )
        ]

        rows = all_of(owner_console, limit=7)

        assert [one["number"] for one in rows] == expected

    def test_are_not_moved_by_an_order_that_comes_in_between(
        self, product: RunningProduct, owner_console: Console, number: str
    ) -> None:
        first = owner_console.get("orders", limit=3)
        other = product.customer()
        other.place_order(other.free_slots("event")[0]["id"])

        second = owner_console.get("orders", limit=3, cursor=first["next_cursor"])

        shown = [one["number"] for one in first["items"] + second["items"]]
        assert len(set(shown)) == 6


@pytest.mark.req("MC-01")
class TestSearch:
    @pytest.mark.parametrize("written", ["{}", " {} ", "groups"])
    def test_by_number(self, owner_console: Console, number: str, written: str) -> None:
        groups = " ".join((number[:4], number[4:8], number[8:]))
        text = groups if written == "groups" else written.format(number)

        rows = all_of(owner_console, q=text)

        assert [one["number"] for one in rows] == [number]

    def test_by_the_beginning_of_a_number(self, owner_console: Console, number: str) -> None:
        rows = all_of(owner_console, q=number[:6])

        assert number in {one["number"] for one in rows}
        assert all(one["number"].startswith(number[:6]) for one in rows)

    def test_by_phone(
        self, owner_console: Console, customer: SignedInCustomer, number: str
    ) -> None:
        rows = all_of(owner_console, q=customer.phone)

        assert [one["number"] for one in rows] == [number]

    def test_by_part_of_a_name(self, owner_console: Console, number: str) -> None:
        rows = all_of(owner_console, q="许知")

        assert number in {one["number"] for one in rows}
        assert all("许知" in one["customer_name"] for one in rows)

    @pytest.mark.parametrize("text", ["%", "_", "'", "\\", "\uff05"])
    def test_takes_signs_for_what_they_are(self, owner_console: Console, text: str) -> None:
        assert all_of(owner_console, q=text) == []


@pytest.mark.req("RG-11")
class TestPhones:
    def test_are_masked_for_the_front_desk(
        self, desk_console: Console, customer: SignedInCustomer, number: str
    ) -> None:
        masked = f"{customer.phone[:3]}****{customer.phone[-4:]}"

        (row,) = all_of(desk_console, q=number)
        detail = desk_console.get(f"orders/{number}")

        assert row["customer_phone"] == masked
        assert detail["customer"]["phone"] == masked
        assert customer.phone not in str(detail)

    def test_are_shown_to_the_owner(
        self, owner_console: Console, customer: SignedInCustomer, number: str
    ) -> None:
        (row,) = all_of(owner_console, q=number)

        assert row["customer_phone"] == customer.phone
        assert owner_console.get(f"orders/{number}")["customer"]["phone"] == customer.phone


@pytest.mark.req("PY-10")
class TestDetail:
    def test_balances_with_the_ledger_in_every_order(
        self, product: RunningProduct, owner_console: Console, number: str
    ) -> None:
        ledger = dict(
            product.sql(
                "SELECT o.number, coalesce(sum(e.amount_fen), 0)::bigint FROM customer_order o"
                " LEFT JOIN ledger_transaction t ON t.order_id = o.id"
                " LEFT JOIN ledger_entry e ON e.transaction_id = t.id"
                " AND e.account = 'channel_clearing' GROUP BY o.number"
            )
        )

        for one in all_of(owner_console, limit=200)[:60]:
            detail = owner_console.get(f"orders/{one['number']}")
            balance = 0
            for step in detail["timeline"]:
                balance += step["change_fen"] or 0
                assert step["balance_fen"] == balance, one["number"]
            assert balance == detail["totals"]["kept_fen"] == ledger[one["number"]], one["number"]

    def test_tells_the_steps_with_who_and_how_much(
        self, owner_console: Console, customer: SignedInCustomer, number: str
    ) -> None:
        detail = owner_console.get(f"orders/{number}")

        payment = detail["order"]["payment"]
        paid = next(one for one in detail["timeline"] if one["kind"] == "paid")
        assert [one["kind"] for one in detail["timeline"]] == [
            "placed", "registered", "paid", "confirmed"
        ]  # fmt: skip
        assert (paid["change_fen"], paid["detail"]) == (
            payment["amount_fen"],
            payment["transaction_id"],
        )
        assert detail["totals"]["received_fen"] == payment["amount_fen"]
        assert {"许知行"} <= {one["value"] for one in detail["answers"]}

    def test_of_another_merchant_does_not_exist(
        self, owner_console: Console, neighbours_order: str
    ) -> None:
        assert owner_console.status_of(f"orders/{neighbours_order}") == 404
        assert all_of(owner_console, q=neighbours_order) == []
