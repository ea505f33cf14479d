"""The running product against a provider where everything goes wrong that can."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.journey.crowd import Visitor, wait_for_rest
from tests.product import RunningProduct

CALL_FAULTS = ("response_lost", "error_before", "error_after", "timeout_before", "timeout_after")
# The longest a fault holds a call up, in real seconds.
HELD_UP_SECONDS = 1


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProduct]:
    """A product whose clock may be moved; the unfinished visits of the demo have ended."""
    running = RunningProduct(tmp_path_factory.mktemp("faults"))
    running.start()
    wait_for_rest(running)
    yield running
    running.stop()


@pytest.fixture
def visitor(running: RunningProduct) -> Iterator[Visitor]:
    """Somebody who comes while the provider is in trouble."""
    visitor = Visitor(running, running.customer())
    yield visitor
    visitor.close()
    httpx.delete(f"{running.paysim_url}/_sim/faults").raise_for_status()
    wait_for_rest(running)


def add_fault(running: RunningProduct, kind: str, **details: Any) -> None:
    """Ask the simulator for a fault."""
    answer = httpx.post(f"{running.paysim_url}/_sim/faults", json={"kind": kind, **details})
    answer.raise_for_status()


def pick_slot(visitor: Visitor) -> str:
    """Find a free slot."""
    slot_id: str = visitor.customer.free_slots("event")[0]["id"]
    return slot_id


def come_to_the_cashier(visitor: Visitor) -> str:
    """Place and register an order; returns its number."""
    number = visitor.customer.place_order(pick_slot(visitor))
    assert visitor.register(number)
    return number


def start(visitor: Visitor, number: str, scene: str = "native") -> dict[str, Any]:
    """Start paying."""
    attempt = visitor.start_payment(number, scene)
    assert attempt is not None
    return attempt


def state_of(running: RunningProduct, number: str) -> tuple[str, str]:
    """Read how far an order and its money have come."""
    ((state, payment_state),) = running.sql(
        "SELECT state, payment_state FROM customer_order WHERE number = %s", number
    )
    return state, payment_state


@pytest.mark.req("PY-01", "PY-11")
class TestNotices:
    @pytest.mark.parametrize(
        "fault",
        [
            {"kind": "notice_dropped", "count": None},
            {"kind": "notice_duplicated", "times": 5},
            {"kind": "notice_delayed", "seconds": 900},
            {"kind": "notice_reordered", "seconds": 900},
            {"kind": "tampered_body", "count": 2},
            {"kind": "wrong_signature", "count": 2},
            {"kind": "unknown_serial", "count": 2},
            {"kind": "stale_timestamp", "count": 2},
            {"kind": "signtest_probe", "count": 2},
            {"kind": "wrong_apiv3_key", "count": 2},
            {"kind": "missing_signature_type"},
            {"kind": "amount_mismatch"},
            {"kind": "currency_mismatch"},
            {"kind": "mchid_mismatch"},
        ],
        ids=lambda fault: str(fault["kind"]),
    )
    def test_charge_becomes_a_booking_whatever_happens_to_its_notice(
        self, running: RunningProduct, visitor: Visitor, fault: dict[str, Any]
    ) -> None:
        add_fault(running, **fault)
        number = come_to_the_cashier(visitor)

        visitor.pay(start(visitor, number))
        wait_for_rest(running)

        assert state_of(running, number) == ("confirmed", "paid")

    @pytest.mark.parametrize("kind", ["notice_dropped", "notice_reordered", "notice_duplicated"])
    def test_refund_arrives_whatever_happens_to_its_notice(
        self, running: RunningProduct, visitor: Visitor, kind: str
    ) -> None:
        number = come_to_the_cashier(visitor)
        add_fault(running, "close_race")
        add_fault(running, kind, count=2)
        start(visitor, number)

        visitor.post(f"orders/{number}/cancellation", {"fee_fen": 0})
        wait_for_rest(running)

        assert state_of(running, number) == ("cancelled", "refunded")


@pytest.mark.req("PY-11")
class TestCalls:
    @pytest.mark.parametrize("kind", CALL_FAULTS)
    def test_creation_whose_answer_is_lost_is_repeated_under_the_same_number(
        self, running: RunningProduct, visitor: Visitor, kind: str
    ) -> None:
        number = come_to_the_cashier(visitor)
        add_fault(running, kind, route="create", seconds=HELD_UP_SECONDS)

        visitor.pay(start(visitor, number))
        wait_for_rest(running)

        assert state_of(running, number) == ("confirmed", "paid")
        attempts = "SELECT count(*) FROM payment_attempt WHERE out_trade_no LIKE %s"
        assert running.sql(attempts, f"{number}%") == [(1,)]

    @pytest.mark.parametrize("kind", ["response_lost", "error_before"])
    def test_place_goes_back_after_a_close_whose_answer_is_lost(
        self, running: RunningProduct, visitor: Visitor, kind: str
    ) -> None:
        number = come_to_the_cashier(visitor)
        start(visitor, number)
        add_fault(running, kind, route="close", seconds=HELD_UP_SECONDS)

        visitor.post(f"orders/{number}/cancellation", {"fee_fen": 0})
        wait_for_rest(running)

        assert state_of(running, number) == ("cancelled", "none")

    @pytest.mark.parametrize("kind", ["response_lost", "timeout_before", "refund_closed"])
    def test_refund_whose_answer_is_lost_is_paid_once(
        self, running: RunningProduct, visitor: Visitor, kind: str
    ) -> None:
        number = come_to_the_cashier(visitor)
        start(visitor, number)
        add_fault(running, "close_race")
        add_fault(running, kind, route="refund", seconds=HELD_UP_SECONDS)

        visitor.post(f"orders/{number}/cancellation", {"fee_fen": 0})
        wait_for_rest(running)

        assert state_of(running, number) == ("cancelled", "refunded")

    @pytest.mark.parametrize("kind", ["timeout_after", "error_before"])
    def test_lost_answers_to_questions_are_asked_for_again(
        self, running: RunningProduct, visitor: Visitor, kind: str
    ) -> None:
        number = come_to_the_cashier(visitor)
        add_fault(running, "notice_dropped", count=None)
        add_fault(running, kind, route="query", count=3, seconds=HELD_UP_SECONDS)

        visitor.pay(start(visitor, number))
        wait_for_rest(running)

        assert state_of(running, number) == ("confirmed", "paid")


@pytest.mark.req("PY-12")
class TestRaces:
    def test_both_scenes_paid_leaves_one_charge(
        self, running: RunningProduct, visitor: Visitor
    ) -> None:
        number = come_to_the_cashier(visitor)
        add_fault(running, "error_before", route="close", count=3)
        first, second = start(visitor, number, "native"), start(visitor, number, "h5")

        visitor.pay(second)
        visitor.pay(first)
        wait_for_rest(running)

        assert state_of(running, number) == ("confirmed", "paid")
        refunds = "SELECT state FROM refund WHERE out_refund_no LIKE %s"
        assert running.sql(refunds, f"{number}%") == [("succeeded",)]

    def test_payment_that_races_the_end_of_the_window_is_booked_or_refunded(
        self, running: RunningProduct, visitor: Visitor
    ) -> None:
        number = come_to_the_cashier(visitor)
        start(visitor, number)
        add_fault(running, "close_race")

        wait_for_rest(running)

        assert state_of(running, number) == ("confirmed", "paid")

    def test_charge_that_lands_after_the_close_books_the_free_place_again(
        self, running: RunningProduct, visitor: Visitor
    ) -> None:
        number = come_to_the_cashier(visitor)
        start(visitor, number)
        add_fault(running, "close_race", seconds=900)
        running.move_clock(31 * 60)
        visitor.wait_for(lambda: state_of(running, number)[0] == "expired")

        running.move_clock(901)
        visitor.wait_for(lambda: state_of(running, number)[0] == "confirmed")

        wait_for_rest(running)


@pytest.mark.req("PY-01", "PY-11", "PY-12")
class TestEverythingAtOnce:
    def test_crowd_among_random_faults_loses_no_fen_and_no_place(
        self, running: RunningProduct, visitor: Visitor
    ) -> None:
        for seed, kind in enumerate(("response_lost", "error_before", "error_after")):
            add_fault(running, kind, count=None, probability=0.1, seed=seed)
        for seed, kind in enumerate(
            ("notice_dropped", "notice_duplicated", "wrong_signature", "amount_mismatch")
        ):
            add_fault(running, kind, count=None, probability=0.2, seed=seed)
        for seed, kind in enumerate(("close_race", "refund_closed")):
            add_fault(running, kind, count=None, probability=0.3, seed=seed)
        slot_id = pick_slot(visitor)

        with ThreadPoolExecutor(10) as pool:
            numbers = list(pool.map(lambda seed: _go(running, slot_id, seed), range(10)))
        httpx.delete(f"{running.paysim_url}/_sim/faults").raise_for_status()
        wait_for_rest(running)

        assert any(numbers)


def _go(running: RunningProduct, slot_id: str, seed: int) -> str | None:
    visitor = Visitor(running, running.customer())
    pick = random.Random(seed)
    number = visitor.go(slot_id, pick)
    if number is not None and pick.random() < 0.3:
        visitor.post(f"orders/{number}/cancellation", {"fee_fen": 0})
    visitor.close()
    return number
