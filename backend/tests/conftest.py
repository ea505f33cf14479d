"""A real PostgreSQL for every test: one server per run, one database per test."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import asyncpg
import psycopg
import pytest

# Whatever folder the tests are started from, `tests` is found beside `src`.
sys.path.insert(0, str(Path(__file__).parents[1]))

from shunyue.identity.api import Merchant, merchant_by_slug
from shunyue.kernel.database import Database, open_pool
from shunyue.kernel.ids import new_id
from shunyue.kernel.migrate import migrate
from shunyue.kernel.postgres import EmbeddedPostgres
from shunyue.kernel.tokens import system_actor
from shunyue.registration.api import add_default_forms
from tests.product import RunningProduct

pytest_plugins = ["tests.shop"]

_FAST = {"fsync": "off", "synchronous_commit": "off", "max_connections": "300"}


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose database `shunyue` is migrated; its DSN. Durability is tested elsewhere."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), conf=_FAST)
    dsn = server.start()
    migrate(dsn)
    yield dsn
    server.stop()


@pytest.fixture
def dsn(postgres: str) -> Iterator[str]:
    """An empty database of this version, for this test alone."""
    name = f"test_{new_id().hex}"
    administration = postgres.replace("/shunyue?", "/postgres?")
    with psycopg.connect(administration, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE shunyue STRATEGY file_copy")
    yield postgres.replace("/shunyue?", f"/{name}?")
    with psycopg.connect(administration, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def pool(dsn: str) -> AsyncIterator[asyncpg.Pool]:
    """Connections as the product opens them: acting as `shunyue_app`, behind both walls."""
    pool = await open_pool(dsn, minimum=1, maximum=20)
    yield pool
    await pool.close()


@pytest.fixture
async def announced() -> list[str]:
    """The keys that transactions of `database` announced."""
    return []


@pytest.fixture
async def database(pool: asyncpg.Pool, announced: list[str]) -> Database:
    """The unit of work over this test's database."""
    return Database(pool, announced.extend)


@pytest.fixture
async def merchant(database: Database) -> Merchant:
    """A merchant in Shanghai with the default forms."""
    return await add_merchant(database, "qihe")


async def add_merchant(database: Database, slug: str, time_zone: str = "Asia/Shanghai") -> Merchant:
    """Add a merchant; tests about tenancy want two."""
    merchant_id: UUID = new_id()
    async with database.across_merchants() as connection:
        await connection.execute(
            "INSERT INTO merchant (merchant_id, slug, name, payee_name, time_zone)"
            " VALUES ($1, $2, $3, $3, $4)",
            merchant_id,
            slug,
            f"商家 {slug}",
            time_zone,
        )
        merchant = await merchant_by_slug(connection, slug)
    assert merchant is not None
    async with database.begin(system_actor(merchant_id)) as tx:
        await add_default_forms(tx)
    return merchant


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProduct]:
    """The whole product as `shunyue up` starts it: two servers, worker, simulator, database."""
    running = RunningProduct(tmp_path_factory.mktemp("product"), processes=2)
    running.start()
    yield running
    running.stop()
