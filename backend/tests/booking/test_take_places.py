"""Taking places: the one guarded function that everything goes through."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from shunyue.booking.api import PlaceTaker, Wish
from shunyue.identity.api import Merchant
from shunyue.kernel.database import Database
from shunyue.kernel.ids import new_id
from tests.builders.studio import NOON, Studio
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

    async def test_party_takes_as_many_places_as_it_has_people(self, studio: Studio) -> None:
        slot = await studio.slot(capacity=5)

        placement = await studio.hold(slot, 3)

        assert (placement.outcome, placement.party_size) == ("held", 3)
        assert (placement.places_left, placement.capacity) == (2, 5)
        assert await studio.places_taken(slot) == 3

    async def test_party_that_no_longer_fits_learns_what_is_left(self, studio: Studio) -> None:
        slot = await studio.slot(capacity=5)
        await studio.hold(slot, 3)

        placement = await studio.hold(slot, 3)

        assert (placement.outcome, placement.places_left, placement.capacity) == ("full", 2, 5)
        assert await studio.places_taken(slot) == 3

    async def test_first_come_first_served_within_a_statement(self, studio: Studio) -> None:
        slot = await studio.slot(capacity=3)
        wishes = [await studio.wish(slot) for _ in range(5)]

        placements = await studio.take(*wishes)

        assert [one.outcome for one in placements] == ["held"] * 3 + ["full"] * 2

    async def test_one_statement_serves_several_slots(self, studio: Studio) -> None:
        narrow, wide = await studio.slot(1), await studio.slot(2)
        wishes = [await studio.wish(slot) for slot in (narrow, wide, narrow, wide, wide)]

        placements = await studio.take(*wishes)

        outcomes = [one.outcome for one in placements]
        assert outcomes == ["held", "held", "full", "held", "full"]

    async def test_hold_is_announced_with_the_places(self, studio: Studio) -> None:
        placement = await studio.hold(await studio.slot(capacity=2), 2)

        payload = await studio.value(
            "SELECT payload FROM outbox WHERE merchant_id = $1 AND name = 'booking.slot_held.v1'"
        )
        assert payload["hold_id"] == str(placement.hold_id)
        assert payload["party_size"] == 2


class TestRefusals:
    async def test_unknown_slot_is_not_found(self, studio: Studio) -> None:
        placement = await studio.hold(new_id())

        assert placement.outcome == "not_found"

    async def test_slot_of_another_merchant_is_not_found(
        self, studio: Studio, database: Database
    ) -> None:
        slot = await studio.slot()
        stranger = Studio(database, studio.owner, await _other_merchant(database))

        placement = await stranger.hold(slot)

        assert placement.outcome == "not_found"
        assert await studio.places_taken(slot) == 0

    @pytest.mark.req("BK-03")
    async def test_closed_slot_is_refused(self, studio: Studio) -> None:
        slot = await studio.slot()
        await studio.change(
            "UPDATE slot SET state = 'closed', closed_reason = 'closed'"
            " WHERE merchant_id = $1 AND id = $2",
            slot,
        )

        assert (await studio.hold(slot)).outcome == "closed"

    @pytest.mark.req("BK-03")
    async def test_slot_is_past_from_the_instant_it_starts(self, studio: Studio) -> None:
        slot = await studio.lesson(starts_at=NOON)
        await studio.stop_clock(NOON - timedelta(microseconds=1))
        before = await studio.hold(slot)
        await studio.stop_clock(NOON)

        after = await studio.hold(slot)

        assert (before.outcome, after.outcome) == ("held", "past")

    @pytest.mark.req("BK-11")
    async def test_slot_is_too_late_from_the_instant_notice_is_short(self, studio: Studio) -> None:
        slot = await studio.lesson(starts_at=NOON, capacity=2)
        await studio.change(
            "UPDATE slot SET closes_at = starts_at - interval '30 minutes'"
            " WHERE merchant_id = $1 AND id = $2",
            slot,
        )
        await studio.stop_clock(NOON - timedelta(minutes=30, microseconds=1))
        before = await studio.hold(slot)
        await studio.stop_clock(NOON - timedelta(minutes=30))

        after = await studio.hold(slot)

        assert (before.outcome, after.outcome) == ("held", "too_late")

    async def test_late_money_may_still_take_a_slot_that_is_too_late_for_customers(
        self, studio: Studio
    ) -> None:
        slot = await studio.lesson(starts_at=NOON)
        await studio.change(
            "UPDATE slot SET closes_at = starts_at - interval '30 minutes'"
            " WHERE merchant_id = $1 AND id = $2",
            slot,
        )
        await studio.stop_clock(NOON - timedelta(minutes=10))

        [placement] = await studio.take(await studio.wish(slot), minutes=None)

        assert (placement.outcome, placement.expires_at) == ("held", None)

    @pytest.mark.req("BK-08")
    async def test_party_beyond_the_rule_learns_how_many_may_come(self, studio: Studio) -> None:
        slot = await studio.slot(capacity=10, max_party=4)

        placement = await studio.hold(slot, 5)

        assert (placement.outcome, placement.capacity) == ("party_too_large", 4)

    async def test_refused_wish_leaves_nothing_behind(self, studio: Studio) -> None:
        slot = await studio.slot(capacity=1)
        await studio.hold(slot)

        refused = await studio.hold(slot)

        count = await studio.value(
            "SELECT count(*) FROM hold WHERE merchant_id = $1 AND id = $2", refused.hold_id
        )
        assert (refused.outcome, count) == ("full", 0)
        assert await studio.told("slot_held") == 1


@pytest.mark.req("TE-10")
class TestSameKey:
    async def test_retry_finds_the_first_hold(self, studio: Studio) -> None:
        slot = await studio.slot(capacity=5)
        wish = await studio.wish(slot, 2)
        [first] = await studio.take(wish)

        [again] = await studio.take(wish)

        assert (again.outcome, again.hold_id) == ("replayed", first.hold_id)
        assert again.expires_at == first.expires_at
        assert await studio.places_taken(slot) == 2

    async def test_retry_is_answered_when_the_slot_is_full(self, studio: Studio) -> None:
        wish = await studio.wish(await studio.slot(capacity=1))
        await studio.take(wish)

        [again] = await studio.take(wish)

        assert again.outcome == "replayed"

    async def test_key_with_another_party_is_refused(self, studio: Studio) -> None:
        slot = await studio.slot(capacity=5)
        wish = await studio.wish(slot, 2)
        await studio.take(wish)

        [again] = await studio.take(Wish(slot, 3, wish.customer_id, wish.key))

        assert again.outcome == "key_reused"
        assert await studio.places_taken(slot) == 2

    async def test_key_with_another_slot_is_refused(self, studio: Studio) -> None:
        wish = await studio.wish(await studio.slot())
        other = await studio.slot()
        await studio.take(wish)

        [again] = await studio.take(Wish(other, 1, wish.customer_id, wish.key))

        assert again.outcome == "key_reused"
        assert await studio.places_taken(other) == 0

    async def test_same_key_of_another_customer_is_another_wish(self, studio: Studio) -> None:
        slot = await studio.slot(capacity=2)
        wish, other = await studio.wish(slot), await studio.customer()
        assert other.id is not None

        placements = await studio.take(wish, Wish(slot, 1, other.id, wish.key))

        assert [one.outcome for one in placements] == ["held", "held"]


async def _other_merchant(database: Database) -> UUID:
    merchant_id = new_id()
    async with database.across_merchants() as connection:
        await connection.execute(
            "INSERT INTO merchant (merchant_id, slug, name, payee_name, time_zone)"
            " VALUES ($1, 'other', '别家', '别家', 'Asia/Shanghai')",
            merchant_id,
        )
    return merchant_id
