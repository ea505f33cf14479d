"""One simulator process for this folder, and a merchant of its own for every test."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.payments.providers.paysim_process import Shop, Simulator, running_simulator


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    with running_simulator() as simulator:
        yield simulator


@pytest_asyncio.fixture
async def shop(simulator: Simulator) -> AsyncIterator[Shop]:
    simulator.inbox.accepts = lambda _: True
    async with Shop.open(simulator) as shop:
        yield shop
