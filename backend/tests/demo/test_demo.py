"""The demo merchant: a week whose figures agree everywhere, loaded once, never in production."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.product import DEMO_PASSWORD, RunningProduct

_TALK_PLACES, _TALK_SOLD = 50, 43
_TABLES = ("merchant", "customer", "offering", "slot", "customer_order", "review", "ledger_entry")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProduct]:
    """A product that was started for the first time and that nobody has used."""
    running = RunningProduct(tmp_path_factory.mktemp("demo"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProduct]:
    """The product as customers would meet it, started for the first time."""
    running = RunningProduct(
        tmp_path_factory.mktemp("production"),
        environment={
            "SHUNYUE_ENVIRONMENT": "production",
            "SHUNYUE_SECRET_KEY": secrets.token_hex(32),
            "SHUNYUE_PUBLIC_URL": "https://shop.example",
        },
    )
    running.start()
    yield running
    running.stop()


def rows_of(product: RunningProduct) -> dict[str, int]:
    """Count what was loaded."""
    return {name: product.sql(f"SELECT count(*) FROM {name}")[0][0] for name in _TABLES}


def ledger_fen(product: RunningProduct) -> int:
    """Return what the merchant holds, by its own books."""
    query = "SELECT sum(amount_fen)::bigint FROM ledger_entry WHERE account = 'channel_clearing'"
    fen: int = product.sql(query)[0][0]
    return fen


def sign_in(product: RunningProduct) -> httpx.Response:
    """Sign the demo's owner in."""
    return product.client.post(
        "/console/v1/logins",
        json={"merchant": "qihe", "account": "zhouyu", "password": DEMO_PASSWORD},
        headers={"Idempotency-Key": str(uuid4())},
    )


@pytest.mark.req("MC-03")
class TestMoney:
    def test_is_the_same_in_ledger_and_at_the_provider(self, fresh: RunningProduct) -> None:
        journal: list[dict[str, Any]] = httpx.get(f"{fresh.paysim_url}/_sim/journal").json()

        moved = sum(
            one["amount_fen"] if one["kind"] == "charge" else -one["amount_fen"] for one in journal
        )

        assert len(journal) > 50
        assert moved == ledger_fen(fresh) > 0

    def test_on_the_board_is_the_ledgers_day_by_day(self, fresh: RunningProduct) -> None:
        token = sign_in(fresh).json()["access_token"]
        days = fresh.sql(
            "SELECT DISTINCT (posted_at AT TIME ZONE 'Asia/Shanghai')::date FROM ledger_transaction"
        )

        received = 0
        for (day,) in days:
            answer = fresh.client.get(
                f"/console/v1/today?date={day}", headers={"Authorization": f"Bearer {token}"}
            )
            figures = answer.json()["figures"]
            received += figures["received_fen"]
            assert sum(one["count"] for one in figures["methods"]) == figures["payments"]

        assert received == ledger_fen(fresh)

    def test_of_every_posting_sums_to_nothing(self, fresh: RunningProduct) -> None:
        unbalanced = fresh.sql(
            "SELECT transaction_id FROM ledger_entry GROUP BY transaction_id"
            " HAVING sum(amount_fen) <> 0"
        )

        assert unbalanced == []

    def test_of_every_confirmed_order_is_its_price(self, fresh: RunningProduct) -> None:
        wrong = fresh.sql(
            "SELECT o.number FROM customer_order o LEFT JOIN payment_attempt a"
            " ON a.order_id = o.id AND a.state = 'paid' WHERE o.state = 'confirmed'"
            " AND a.amount_fen IS DISTINCT FROM o.payable_fen"
        )

        assert wrong == []


class TestPlaces:
    def test_of_the_talk_are_nearly_sold_out(self, fresh: RunningProduct) -> None:
        sold = fresh.sql(
            "SELECT s.places_taken, s.capacity FROM slot s JOIN offering o ON o.id = s.offering_id"
            " WHERE o.kind = 'event' AND s.places_taken > 0"
        )
        booked = fresh.sql(
            "SELECT sum(b.party_size)::int FROM booking b JOIN slot s ON s.id = b.slot_id"
            " JOIN offering o ON o.id = s.offering_id WHERE o.kind = 'event'"
        )

        assert sold == [(_TALK_SOLD, _TALK_PLACES)]
        assert booked == [(_TALK_SOLD,)]

    def test_taken_are_those_of_open_holds_in_every_slot(self, fresh: RunningProduct) -> None:
        wrong = fresh.sql(
            "SELECT s.id FROM slot s LEFT JOIN hold h ON h.slot_id = s.id"
            " AND h.state IN ('active', 'confirmed') GROUP BY s.id, s.places_taken"
            " HAVING s.places_taken <> coalesce(sum(h.party_size), 0)"
        )

        assert wrong == []


@pytest.mark.req("BK-01")
class TestReviews:
    def test_are_as_many_as_the_stars_and_the_count_say(self, fresh: RunningProduct) -> None:
        offerings = fresh.sql(
            "SELECT o.review_count, (SELECT sum(n) FROM unnest(o.rating_stars) n)::int,"
            " o.rating_sum,"
            " count(r.id)::int, coalesce(sum(r.rating), 0)::int FROM offering o"
            " LEFT JOIN review r ON r.offering_id = o.id"
            " GROUP BY o.id, o.review_count, o.rating_stars, o.rating_sum"
        )

        assert len(offerings) == 3
        for count, stars, total, rows, ratings in offerings:
            assert count == stars == rows > 0
            assert total == ratings

    def test_have_the_stars_that_are_shown(self, fresh: RunningProduct) -> None:
        rows = fresh.sql("SELECT id, rating_stars FROM offering")

        for offering, stars in rows:
            counted = dict(
                fresh.sql(
                    "SELECT rating, count(*) FROM review WHERE offering_id = %s GROUP BY rating",
                    offering,
                )
            )
            assert stars == [counted.get(rating, 0) for rating in (5, 4, 3, 2, 1)]


class TestLoading:
    def test_again_does_nothing(self, fresh: RunningProduct) -> None:
        before = rows_of(fresh)

        done = subprocess.run(
            [sys.executable, "-m", "shunyue", "demo"],
            env=os.environ
            | {
                "SHUNYUE_DATABASE_URL": fresh.dsn,
                "SHUNYUE_DATA_DIR": str(fresh.folder / "var"),
                "SHUNYUE_PAYSIM_PORT": str(fresh.paysim_port),
            },
            cwd=fresh.folder,
            capture_output=True,
            text=True,
            check=True,
        )

        assert "was there already" in done.stdout
        assert rows_of(fresh) == before

    def test_leaves_the_clock_at_real_time(self, fresh: RunningProduct) -> None:
        assert fresh.sql("SELECT app_now() = now()") == [(True,)]

    def test_leaves_nothing_to_relay(self, fresh: RunningProduct) -> None:
        due = fresh.sql("SELECT count(*) FROM outbox_delivery WHERE delivered_at IS NULL")

        assert due == [(0,)]


class TestProduction:
    def test_has_nothing_of_the_demo(self, production: RunningProduct) -> None:
        assert set(rows_of(production).values()) == {0}
        assert sign_in(production).status_code == 401
        assert DEMO_PASSWORD not in production.log.read_text()

    def test_has_no_simulator(self, production: RunningProduct) -> None:
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{production.paysim_url}/healthz")

    @pytest.mark.parametrize("path", ["/dev/mailbox", "/dev/mailbox.json", "/dev/clock"])
    def test_has_no_page_for_developers(self, production: RunningProduct, path: str) -> None:
        read = production.client.get(path)
        written = production.client.post(path, json={"advance_seconds": 60})

        assert (read.status_code, written.status_code) == (404, 404)
        assert production.sql("SELECT app_now() = now()") == [(True,)]

    def test_says_what_it_is(self, production: RunningProduct) -> None:
        assert production.client.get("/v1/site").json()["environment"] == "production"

    def test_cannot_be_given_the_demo(self, production: RunningProduct, tmp_path: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "shunyue", "demo"],
            env=os.environ
            | {
                "SHUNYUE_DATABASE_URL": production.dsn,
                "SHUNYUE_ENVIRONMENT": "production",
                "SHUNYUE_SECRET_KEY": secrets.token_hex(32),
                "SHUNYUE_PUBLIC_URL": "https://shop.example",
            },
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )

        assert done.returncode != 0
        assert set(rows_of(production).values()) == {0}
