"""Loads the demo merchant once, into a database that does not have it yet."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import structlog

from shunyue.booking.api import PlaceTaker
from shunyue.demo.content import demo_content
from shunyue.demo.history import Historian, plan_visits
from shunyue.demo.merchant import furnish, insert_merchant, open_simulated_account
from shunyue.identity.api import merchant_by_slug
from shunyue.kernel import clock
from shunyue.kernel.crypto import Vault
from shunyue.kernel.database import Database, open_pool
from shunyue.kernel.settings import Settings
from shunyue.kernel.tokens import system_actor
from shunyue.payments.api import CALL_TIMEOUT, ProviderDesk, Providers
from shunyue.scheduling.api import extend_slots

log = structlog.get_logger(__name__)


async def load_demo(settings: Settings, dsn: str, *, with_history: bool = True) -> bool:
    """Add the demo merchant and its week; returns False when it is there already.

    Needs the simulator running: its WeChat Pay account is opened there. Development only.
    """
    assert settings.is_development
    paysim_url = f"http://127.0.0.1:{settings.paysim_port}"
    content = demo_content()
    pool = await open_pool(dsn, minimum=1, maximum=4)
    try:
        database = Database(pool, lambda _: None)
        async with database.across_merchants() as connection:
            if await merchant_by_slug(connection, content.merchant["slug"]) is not None:
                return False
            merchant_id = await insert_merchant(connection, content)
        async with database.begin(system_actor(merchant_id)) as tx:
            await furnish(tx, content)
            await open_simulated_account(
                tx,
                Vault(settings.key),
                paysim_url=paysim_url,
                payee=content.merchant["payee_name"],
                public_url=settings.base_url,
            )
        await _make_slots(database, content.merchant["slug"])
        if with_history:
            await _live_history(settings, dsn, database, pool)
        log.info("demo.loaded", merchant=content.merchant["slug"])
        return True
    finally:
        await pool.close()


async def _make_slots(database: Database, slug: str) -> None:
    async with database.across_merchants() as connection:
        merchant = await merchant_by_slug(connection, slug)
    assert merchant is not None
    async with database.begin(system_actor(merchant.merchant_id)) as tx:
        await extend_slots(tx, merchant)


async def _live_history(
    settings: Settings, dsn: str, database: Database, pool: asyncpg.Pool
) -> None:
    content = demo_content()
    paysim_url = f"http://127.0.0.1:{settings.paysim_port}"
    async with database.across_merchants() as connection:
        merchant = await merchant_by_slug(connection, content.merchant["slug"])
    assert merchant is not None
    async with database.begin(system_actor(merchant.merchant_id)) as tx:
        rows = await tx.connection.fetch(
            "SELECT name, id FROM offering WHERE merchant_id = $1"
            " UNION ALL SELECT name, id FROM resource WHERE merchant_id = $1",
            merchant.merchant_id,
        )
    by_name = {row["name"]: row["id"] for row in rows}
    ids = {one.key: by_name[one.name] for one in content.offerings}
    ids |= {one.key: by_name[one.name] for one in content.resources}
    owner = await asyncpg.connect(dsn)
    async with (
        httpx.AsyncClient(timeout=CALL_TIMEOUT) as client,
        httpx.AsyncClient(base_url=paysim_url) as simulator,
    ):

        async def move_clock(instant: datetime | None) -> None:
            seconds = round((instant - datetime.now(UTC)).total_seconds()) if instant else 0
            await clock.move_database(owner, seconds)
            await clock.follow_database(owner)
            answer = await simulator.post("/_sim/clock", json={"offset_seconds": seconds})
            answer.raise_for_status()

        desk = ProviderDesk(Providers(Vault(settings.key), client, settings.base_url))
        historian = Historian(
            database, PlaceTaker(pool, lambda _: None), desk, paysim_url, move_clock
        )
        visits = plan_visits(datetime.now(UTC), ZoneInfo(merchant.time_zone))
        try:
            await historian.live(merchant.merchant_id, content, ids, visits)
        finally:
            await move_clock(None)
            await owner.close()
