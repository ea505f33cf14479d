"""`shunyue up`: starts everything, keeps it alive, keeps the data, and leaves nothing behind."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.operations.commands import run
from tests.product import RunningProduct, free_port

_PARTS = ("postgres", "paysim", "server-1", "server-2", "worker")


@pytest.fixture(scope="module")
def own_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProduct]:
    """A product whose parts may be killed."""
    running = RunningProduct(tmp_path_factory.mktemp("supervised"), processes=2)
    running.start()
    yield running
    running.stop()


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended but was not waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait for something that must come."""
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


class TestTakenPort:
    def test_is_explained_and_nothing_is_started(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            done = run(tmp_path, "up", port=str(port), paysim_port=str(free_port()))

        assert done.returncode == 1
        assert f"Port {port} on 127.0.0.1 is taken" in done.stderr
        assert "SHUNYUE_PORT" in done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "var" / "postgres").exists()


class TestKilledPart:
    @pytest.mark.parametrize("part", ["server-1", "server-2", "worker", "paysim", "postgres"])
    def test_is_started_again_and_the_journey_goes_on(
        self, own_product: RunningProduct, part: str
    ) -> None:
        own_product.wait_until_ready()
        before = own_product.pid_of(part)

        own_product.kill(part)

        wait_until(lambda: not is_alive(before))
        wait_until(lambda: _pid(own_product, part) != before)
        wait_until(lambda: is_alive(_pid(own_product, part)))
        own_product.wait_until_ready()
        wait_until(lambda: _is_paid_within_reason(own_product))


class TestStop:
    def test_leaves_nothing_running_and_a_second_start_keeps_the_data(self, tmp_path: Path) -> None:
        product = RunningProduct(tmp_path, processes=2)
        product.start()
        customer = product.customer()
        number = customer.place_order(customer.free_slots("event")[0]["id"])
        first = {part: product.pid_of(part) for part in _PARTS}

        product.stop()
        left = [part for part, pid in first.items() if is_alive(pid)]
        again = RunningProduct(tmp_path, processes=2)
        again.start()
        kept = again.sql("SELECT number FROM customer_order WHERE number = %s", number)
        merchants = again.sql("SELECT count(*) FROM merchant")
        second = {part: again.pid_of(part) for part in _PARTS}
        again.stop()

        assert left == []
        assert kept == [(number,)]
        assert merchants == [(1,)]
        assert [part for part, pid in second.items() if is_alive(pid)] == []

    def test_frees_the_ports(self, tmp_path: Path) -> None:
        product = RunningProduct(tmp_path)
        product.start()

        product.stop()

        for port in (product.port, product.paysim_port):
            with socket.socket() as probe:
                assert probe.connect_ex(("127.0.0.1", port)) != 0


def _pid(product: RunningProduct, part: str) -> int:
    try:
        return product.pid_of(part)
    except (FileNotFoundError, IndexError):
        return os.getpid()


def _is_paid_within_reason(product: RunningProduct) -> bool:
    """Book and pay once; a request that meets a part on its way up is sent again."""
    try:
        customer = product.customer()
        slot = customer.free_slots("event")[0]["id"]
        number = customer.place_order(slot)
        customer.register(number)
        customer.pay_at_cashier(customer.start_payment(number))
        order = customer.wait_for_state(number, "confirmed", 40)
    except (AssertionError, httpx.HTTPError):
        return False
    return bool(order["payment_state"] == "paid")
