"""Parts of the running product die in the middle of journeys: nobody loses money, place or hold."""

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.journey.crowd import Visitor, breaches_of, wait_for_rest, wait_for_simulator
from tests.product import RunningProduct
from tests.simulation.invariants import ALWAYS

CUSTOMERS = 20
PARTS = ("server-1", "worker", "postgres", "paysim")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProduct]:
    """A product of two servers that may be killed; the demo's unfinished visits have ended."""
    running = RunningProduct(tmp_path_factory.mktemp("kills"), processes=2)
    running.start()
    wait_for_rest(running)
    yield running
    running.stop()


@pytest.fixture
def crowd(running: RunningProduct) -> Iterator[list[Visitor]]:
    """Customers who are signed in."""
    crowd = [Visitor(running, running.customer()) for _ in range(CUSTOMERS)]
    yield crowd
    for visitor in crowd:
        visitor.close()


@pytest.mark.req("TE-03", "PY-11", "BK-08")
class TestKilled:
    @pytest.mark.timeout(300)
    @pytest.mark.parametrize("parts", [(one,) for one in PARTS] + [PARTS], ids="+".join)
    def test_every_charge_is_a_booking_or_a_refund(
        self, running: RunningProduct, crowd: list[Visitor], parts: tuple[str, ...]
    ) -> None:
        slots = _few_slots(crowd[0])
        orders_before = running.sql("SELECT count(*) FROM customer_order")[0][0]

        numbers = _go_while_parts_die(running, crowd, slots, parts)
        running.wait_until_ready()
        broken_at_once = breaches_of(running, ALWAYS)
        wait_for_rest(running, seconds=90)

        assert broken_at_once == []
        assert numbers
        held = [hold_id for visitor in crowd for hold_id in visitor.acknowledged_holds]
        found = running.sql("SELECT count(*) FROM hold WHERE id = ANY (%s::uuid[])", held)
        assert found == [(len(held),)]
        orders = running.sql("SELECT count(*) FROM customer_order")[0][0]
        assert orders - orders_before == len(numbers)


def _few_slots(visitor: Visitor) -> list[str]:
    """Choose fewer places than there are customers, and one slot with room for all."""
    lessons = visitor.customer.free_slots("personal")[:8]
    talk = max(visitor.customer.free_slots("event"), key=lambda one: one["places_left"])
    return [slot["id"] for slot in (*lessons, talk)]


def _go_while_parts_die(
    running: RunningProduct, crowd: list[Visitor], slots: list[str], parts: tuple[str, ...]
) -> list[str]:
    """Send everybody off and kill parts until all are through; returns the order numbers."""
    done = threading.Event()
    killer = threading.Thread(target=_kill_until, args=(running, parts, done))
    killer.start()
    try:
        with ThreadPoolExecutor(CUSTOMERS) as pool:
            numbers = list(
                pool.map(
                    lambda seed: crowd[seed].go(slots[seed % len(slots)], random.Random(seed)),
                    range(CUSTOMERS),
                )
            )
    finally:
        done.set()
        killer.join()
    return [number for number in numbers if number is not None]


def _kill_until(running: RunningProduct, parts: tuple[str, ...], done: threading.Event) -> None:
    pick = random.Random(len(parts))
    for _ in range(3):
        if done.wait(pick.uniform(0.2, 1.0)):
            return
        for part in parts:
            running.kill(part)
            time.sleep(pick.uniform(0, 0.3))
        running.wait_until_ready()
        wait_for_simulator(running)
    # A request that died with the database is given up after a minute; then its key works again.
    running.move_clock(90)
