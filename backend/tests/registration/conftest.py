"""A studio with an order that waits for its registration."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from shunyue.booking.api import confirm_hold
from shunyue.identity.api import Merchant
from shunyue.kernel.database import Database
from shunyue.kernel.tokens import Actor
from shunyue.ordering.api import Order
from tests.builders.studio import Studio


@pytest.fixture
async def owner(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """The schema's owner, who may move the clock."""
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


@pytest.fixture
async def studio(database: Database, owner: asyncpg.Connection, merchant: Merchant) -> Studio:
    """A merchant with the default forms."""
    return Studio(database, owner, merchant.merchant_id)


@pytest.fixture
async def customer(studio: Studio) -> Actor:
    """Somebody who registers."""
    return await studio.customer()


@pytest.fixture
async def order(studio: Studio, customer: Actor) -> Order:
    """Their order of a personal service."""
    hold = await studio.hold(await studio.slot(), by=customer)
    async with studio.database.begin(customer) as tx:
        return await confirm_hold(tx, hold_id=hold.hold_id)
