"""A world of its own for every seed, and a simulator for all of them."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

from shunyue.identity.api import Merchant
from shunyue.payments.api import WechatConfig
from tests.builders.money import make_account
from tests.builders.visits import Shop, open_shop
from tests.paysim.simulator_process import SimulatorProcess, free_port


@pytest.fixture(scope="session")
def account() -> Iterator[WechatConfig]:
    """An account at a simulator of its own."""
    simulator = SimulatorProcess(free_port())
    yield make_account(simulator)
    simulator.stop()
    assert simulator.complaints == ""


@pytest.fixture
async def shop(
    dsn: str, pool: asyncpg.Pool, merchant: Merchant, account: WechatConfig
) -> AsyncIterator[Shop]:
    """The merchant's shop."""
    async with open_shop(dsn, pool, merchant.merchant_id, account) as shop:
        yield shop
