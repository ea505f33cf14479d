"""A failing seed can be lived again: the same seed tells the same story, step by step."""

import asyncpg
import pytest
import structlog

from shunyue.kernel.database import Database, open_pool
from shunyue.payments.api import WechatConfig
from tests.builders.visits import open_shop
from tests.conftest import add_merchant
from tests.simulation.world import World


async def live(dsn: str, account: WechatConfig, seed: int) -> list[str]:
    """Live a seed's story in a database of its own; returns what happened."""
    pool = await open_pool(dsn, minimum=1, maximum=5)
    merchant = await add_merchant(Database(pool, lambda _: None), "qihe")
    async with open_shop(dsn, pool, merchant.merchant_id, account) as shop:
        world = World(shop, seed)
        await world.furnish()
        with structlog.testing.capture_logs():
            await world.live(60)
    await pool.close()
    return world.trace


@pytest.mark.parametrize("seed", [3, 8])
async def test_same_seed_tells_the_same_story(
    postgres: str, account: WechatConfig, seed: int
) -> None:
    administration = await asyncpg.connect(postgres.replace("/shunyue?", "/postgres?"))
    stories = []
    for name in ("story_once", "story_again"):
        await administration.execute(f"CREATE DATABASE {name} TEMPLATE shunyue")
        stories.append(await live(postgres.replace("/shunyue?", f"/{name}?"), account, seed))
        await administration.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await administration.close()

    assert stories[0] == stories[1]
