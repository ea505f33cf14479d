"""A studio whose customers and staff sign in."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from shunyue.identity.api import Merchant
from shunyue.kernel.crypto import Vault
from shunyue.kernel.database import Database
from tests.builders.studio import NOON, Studio


@pytest.fixture
async def owner(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """The schema's owner, who may move the clock."""
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


@pytest.fixture
async def studio(database: Database, owner: asyncpg.Connection, merchant: Merchant) -> Studio:
    """A merchant at noon."""
    studio = Studio(database, owner, merchant.merchant_id)
    await studio.stop_clock(NOON)
    return studio


@pytest.fixture
def vault() -> Vault:
    """The install's secrets."""
    return Vault(b"a key of this test")
