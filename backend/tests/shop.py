"""Fixtures of a shop with its clock stopped, and of one simulator for all tests that need it."""

from collections.abc import AsyncIterator, Iterator
from uuid import UUID

import asyncpg
import pytest

from shunyue.identity.api import Merchant
from shunyue.kernel.database import Database
from shunyue.kernel.tokens import Actor
from shunyue.payments.api import WechatConfig
from tests.builders.money import make_account
from tests.builders.supply import make_customer, make_offering, make_slot
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


@pytest.fixture
async def customer(database: Database, merchant: Merchant) -> Actor:
    """Somebody who wants the place."""
    return await make_customer(database, merchant.merchant_id)


@pytest.fixture
async def rival(database: Database, merchant: Merchant) -> Actor:
    """Somebody else who wants it too."""
    return await make_customer(database, merchant.merchant_id)


@pytest.fixture
async def offering(database: Database, merchant: Merchant) -> UUID:
    """An offering for 480 yuan a place."""
    return await make_offering(database, merchant.merchant_id, price_fen=48000)


@pytest.fixture
async def slot(database: Database, merchant: Merchant, offering: UUID) -> UUID:
    """A slot with one place."""
    return await make_slot(database, merchant.merchant_id, offering, capacity=1)
