"""One simulator process, one merchant and one notify address for all tests of the simulator."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Whatever folder the tests are started from, `tests` is found beside `src`.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.paysim.merchant_client import MerchantClient
from tests.paysim.notice_receiver import NoticeReceiver
from tests.paysim.simulator_process import SimulatorProcess, free_port


@pytest.fixture(scope="session")
def running_simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorProcess]:
    process = SimulatorProcess(free_port(), tmp_path_factory.mktemp("paysim") / "state.json")
    yield process
    process.stop()
    assert process.complaints == "", "the simulator failed inside, see its complaints"


@pytest.fixture(scope="session")
def running_receiver() -> Iterator[NoticeReceiver]:
    receiver = NoticeReceiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="session")
def registered_merchant(
    running_simulator: SimulatorProcess, running_receiver: NoticeReceiver
) -> MerchantClient:
    return MerchantClient(running_simulator, "1900000001", running_receiver.url)


@pytest.fixture
def simulator(running_simulator: SimulatorProcess) -> SimulatorProcess:
    running_simulator.post("reset")
    running_simulator.settle()
    return running_simulator


@pytest.fixture
def receiver(simulator: SimulatorProcess, running_receiver: NoticeReceiver) -> NoticeReceiver:
    running_receiver.forget()
    return running_receiver


@pytest.fixture
def merchant(receiver: NoticeReceiver, registered_merchant: MerchantClient) -> MerchantClient:
    return registered_merchant
