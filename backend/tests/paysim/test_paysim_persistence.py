"""What survives a restart, wanted or not."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.paysim.merchant_client import MerchantClient, new_number
from tests.paysim.notice_receiver import NoticeReceiver
from tests.paysim.simulator_process import SimulatorProcess, free_port

pytestmark = pytest.mark.req("PY-01")


@pytest.fixture
def state_file(tmp_path: Path) -> Path:
    return tmp_path / "paysim.json"


@pytest.fixture
def receiver() -> Iterator[NoticeReceiver]:
    receiver = NoticeReceiver()
    yield receiver
    receiver.close()


class TestKilled:
    def test_nothing_acknowledged_is_lost(self, state_file: Path, receiver: NoticeReceiver) -> None:
        simulator = SimulatorProcess(free_port(), state_file)
        merchant = MerchantClient(simulator, "1900000001", receiver.url)
        simulator.post("settings", refund_delay_seconds=3600)
        paid, unpaid, refund_no = merchant.paid_trade(), new_number(), new_number()
        merchant.create(out_trade_no=unpaid)
        merchant.refund(paid, 5000, out_refund_no=refund_no)
        simulator.add_fault("error_before", route="close")
        simulator.post("clock", offset_seconds=600)
        journal = simulator.get("journal")

        simulator.kill()
        merchant.simulator = SimulatorProcess(free_port(), state_file)

        assert (merchant.state(paid), merchant.state(unpaid)) == ("REFUND", "NOTPAY")
        assert merchant.query_refund(refund_no).json()["status"] == "PROCESSING"
        assert merchant.simulator.get("journal") == journal
        assert merchant.simulator.get("clock")["offset_seconds"] == 600
        assert merchant.close(unpaid).status_code == 500
        merchant.simulator.advance(3600)
        assert merchant.query_refund(refund_no).json()["status"] == "SUCCESS"
        merchant.simulator.stop()

    def test_nothing_acknowledged_under_load_is_lost(
        self, state_file: Path, receiver: NoticeReceiver
    ) -> None:
        simulator = SimulatorProcess(free_port(), state_file)
        merchant = MerchantClient(simulator, "1900000001", receiver.url)
        numbers = [new_number() for _ in range(60)]

        with ThreadPoolExecutor(8) as pool:
            pool.map(lambda number: merchant.create(out_trade_no=number), numbers)
        simulator.kill()
        restarted = SimulatorProcess(free_port(), state_file)
        kept = {each["out_trade_no"] for each in restarted.get("trades")}
        restarted.stop()

        assert kept == set(numbers)

    def test_a_queued_notice_is_delivered_after_the_restart(
        self, state_file: Path, receiver: NoticeReceiver
    ) -> None:
        receiver.answers = [500]
        simulator = SimulatorProcess(free_port(), state_file)
        merchant = MerchantClient(simulator, "1900000001", receiver.url)
        merchant.paid_trade()
        simulator.settle()

        simulator.kill()
        merchant.simulator = SimulatorProcess(free_port(), state_file)
        merchant.simulator.advance(15)

        assert [merchant.open(each)["event_type"] for each in receiver.received] == [
            "TRANSACTION.SUCCESS"
        ] * 2
        merchant.simulator.stop()


class TestStopped:
    def test_it_ends_quickly_and_cleanly(self, state_file: Path, receiver: NoticeReceiver) -> None:
        simulator = SimulatorProcess(free_port(), state_file)
        MerchantClient(simulator, "1900000001", receiver.url)

        assert simulator.stop() in (0, -15)
        assert state_file.stat().st_mode & 0o077 == 0
        assert list(state_file.parent.iterdir()) == [state_file]


class TestStateFile:
    @pytest.mark.parametrize("content", ["", '{"faults": 1}', '{"version": 99}'])
    def test_what_is_no_state_file_is_not_overwritten(self, state_file: Path, content: str) -> None:
        state_file.write_text(content)

        process = subprocess.run(
            [sys.executable, "-m", "paysim", "--state-file", str(state_file)],
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )

        assert process.returncode == 1
        assert process.stderr.startswith("paysim: ")
        assert len(process.stderr.splitlines()) == 1
        assert state_file.read_text() == content
