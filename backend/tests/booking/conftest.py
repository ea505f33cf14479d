"""A studio for every test of booking."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from shunyue.identity.api import Merchant
from shunyue.kernel.database import Database, open_pool
from tests.builders.studio import Studio


@pytest.fixture
async def owner(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """The schema's owner, who may rewrite functions and move the clock."""
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


@pytest.fixture
async def studio(database: Database, owner: asyncpg.Connection, merchant: Merchant) -> Studio:
    """A merchant with nothing booked yet."""
    return Studio(database, owner, merchant.merchant_id)


@pytest.fixture
async def other_pool(dsn: str) -> AsyncIterator[asyncpg.Pool]:
    """Connections of a second server."""
    pool = await open_pool(dsn, minimum=1, maximum=20)
    yield pool
    await pool.close()
