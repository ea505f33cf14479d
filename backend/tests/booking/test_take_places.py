"""Taking places: the one guarded function that everything goes through."""

import asyncio

import asyncpg
import pytest

from shunyue.booking.api import PlaceTaker, Wish
from shunyue.identity.api import Merchant
from shunyue.kernel.database import Database
from shunyue.kernel.ids import new_id
from tests.builders.supply import make_customer, make_offering, make_slot


@pytest.mark.req("BK-08")
class TestCapacity:
    async def test_last_place_is_given_once(
        self, database: Database, pool: asyncpg.Pool, merchant: Merchant
    ) -> None:
        offering = await make_offering(database, merchant.merchant_id)
        slot = await make_slot(database, merchant.merchant_id, offering, capacity=1)
        rivals = [await make_customer(database, merchant.merchant_id) for _ in range(20)]
        places = PlaceTaker(pool, lambda _: None)

        placements = await asyncio.gather(
            *(
                places.hold(merchant.merchant_id, Wish(slot, 1, rival.id or new_id(), new_id()))
                for rival in rivals
            )
        )

        assert [one.outcome for one in placements].count("held") == 1
        assert {one.outcome for one in placements} == {"held", "full"}
