"""A studio, and the owner of its scratch database."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from shunyue.identity.api import Merchant
from shunyue.kernel.database import Database
from tests.builders.studio import Studio


@pytest.fixture
async def owner(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """The schema's owner, who may move the clock."""
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


@pytest.fixture
async def studio(database: Database, owner: asyncpg.Connection, merchant: Merchant) -> Studio:
    """A merchant and a clock."""
    return Studio(database, owner, merchant.merchant_id)
