"""New rules take effect on coming slots and on nothing that was promised."""

import asyncio
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shunyue.booking.api import confirm_hold
from shunyue.booking.commands import refuse_placement
from shunyue.booking.errors import SlotTooEarly, SlotTooLate, TooManyOpenBookings
from shunyue.catalog.api import (
    InvalidRules,
    RulesChangedMeanwhile,
    RuleSet,
    change_rules,
    offering_by_id,
    rules_versions,
)
from shunyue.identity.api import Merchant
from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import Actor, system_actor
from shunyue.scheduling.availability import availability
from shunyue.scheduling.commands import extend_slots, follow_rules
from tests.builders.studio import Studio
from tests.builders.timetable import add_plan

_RULES = RuleSet(
    max_open=3,
    max_party=1,
    notice_minutes=30,
    horizon_days=7,
    free_until_hours=24,
    fee_percent=20,
)


class Desk:
    """A manager who changes the rules of one offering, whose slots are made from a plan."""

    def __init__(
        self, studio: Studio, merchant: Merchant, offering: UUID, shopkeeper: Actor
    ) -> None:
        self.studio, self.merchant = studio, merchant
        self.offering, self.shopkeeper = offering, shopkeeper

    async def change(self, seen_version: int = 1, **values: Any) -> int:
        """Set rules that differ from the usual ones in `values`."""
        rules = RuleSet(**{**_values(_RULES), **values})
        async with self.studio.database.begin(self.shopkeeper) as tx:
            version = await change_rules(
                tx, offering_id=self.offering, seen_version=seen_version, rules=rules
            )
            await follow_rules(tx, self.merchant, self.offering)
        return version

    async def slots(self) -> list[asyncpg.Record]:
        """Read the offering's slots in the order of time."""
        async with self.studio.database.begin(system_actor(self.studio.merchant_id)) as tx:
            return await tx.connection.fetch(
                "SELECT * FROM slot WHERE merchant_id = $1 AND offering_id = $2 ORDER BY starts_at",
                self.studio.merchant_id,
                self.offering,
            )

    async def hold(self, slot: UUID, by: Actor) -> UUID:
        """Hold a place, or raise why not."""
        placement = await self.studio.hold(slot, by=by)
        refuse_placement(placement)
        return placement.hold_id


def _values(rules: RuleSet) -> dict[str, Any]:
    return {name: getattr(rules, name) for name in rules.__struct_fields__}


@pytest.fixture
async def desk(studio: Studio, merchant: Merchant) -> Desk:
    """An offering with a week of slots and rules that make sense."""
    offering, teacher = await studio.offering(), await studio.resource()
    await add_plan(
        studio.database,
        studio.merchant_id,
        offering,
        starts=[time(9), time(11)],
        resources=[teacher],
    )
    await studio.change(
        "UPDATE offering SET max_party = 1 WHERE merchant_id = $1 AND id = $2", offering
    )
    async with studio.database.begin(system_actor(studio.merchant_id)) as tx:
        await extend_slots(tx, merchant)
        await tx.connection.execute(
            "INSERT INTO staff_member (merchant_id, id, account, password_hash, name, role)"
            " VALUES ($1, $2, 'zhou', '', '周屿', 'manager')",
            tx.merchant_id,
            shopkeeper := new_id(),
        )
    actor = Actor("staff", studio.merchant_id, shopkeeper, new_id(), "manager")
    return Desk(studio, merchant, offering, actor)


@pytest.mark.req("BK-11", "MC-01")
class TestVersions:
    async def test_each_change_adds_one_with_who_and_when(self, desk: Desk) -> None:
        await desk.change(notice_minutes=60)
        await desk.change(2, notice_minutes=90)

        async with desk.studio.database.begin(desk.shopkeeper) as tx:
            versions = await rules_versions(tx, desk.offering, 10)

        assert [(one.version, one.rules.notice_minutes) for one in versions][:2] == [
            (3, 90),
            (2, 60),
        ]
        assert [one.changed_by for one in versions] == ["周屿", "周屿", None]

    async def test_rules_that_change_nothing_add_none(self, desk: Desk) -> None:
        assert await desk.change() == 1

    async def test_change_of_rules_that_others_changed_is_refused(self, desk: Desk) -> None:
        await desk.change(fee_percent=30)

        with pytest.raises(RulesChangedMeanwhile) as refusal:
            await desk.change(1, fee_percent=40)

        assert refusal.value.params == {"version": 2}

    async def test_of_two_changes_at_once_one_is_refused(self, desk: Desk) -> None:
        outcomes = await asyncio.gather(
            *(desk.change(1, fee_percent=percent) for percent in (30, 40)), return_exceptions=True
        )

        assert sorted(type(one).__name__ for one in outcomes) == ["RulesChangedMeanwhile", "int"]

    async def test_every_wrong_number_is_named(self, desk: Desk) -> None:
        with pytest.raises(InvalidRules) as refusal:
            await desk.change(fee_percent=101, horizon_days=0)

        assert {one.path for one in refusal.value.fields} == {"fee_percent", "horizon_days"}

    async def test_version_that_was_set_can_not_be_rewritten(self, desk: Desk) -> None:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await desk.studio.change(
                "UPDATE offering_rules SET fee_percent = 0 WHERE merchant_id = $1"
            )

    async def test_change_is_written_into_the_audit_log_and_told(self, desk: Desk) -> None:
        await desk.change(fee_percent=30)

        details = await desk.studio.value(
            "SELECT details FROM audit_entry WHERE merchant_id = $1 AND action = 'rules.changed'"
        )
        assert details == {"version": 2, "changes": ["取消费：20% → 30%"]}
        assert await desk.studio.told("rules_changed") == 1


@pytest.mark.req("BK-11", "MC-01")
class TestEffects:
    async def test_notice_moves_the_end_of_booking_of_coming_slots(self, desk: Desk) -> None:
        await desk.change(notice_minutes=180)

        for slot in await desk.slots():
            if slot["starts_at"] > datetime.now(slot["starts_at"].tzinfo):
                assert slot["starts_at"] - slot["closes_at"] == timedelta(hours=3)

    async def test_slot_within_a_longer_notice_is_refused(self, desk: Desk) -> None:
        customer = await desk.studio.customer()
        await desk.change(notice_minutes=3 * 24 * 60)
        tomorrow = next(one for one in await desk.slots() if _is_in_days(one, 1))

        with pytest.raises(SlotTooLate):
            await desk.hold(tomorrow["id"], customer)

    async def test_days_within_a_longer_notice_say_that_booking_has_ended(self, desk: Desk) -> None:
        await desk.change(notice_minutes=5 * 24 * 60)

        async with desk.studio.database.begin(desk.shopkeeper) as tx:
            view = await availability(tx, desk.merchant, desk.offering, None, 4)
        assert {(one.reason, one.reason_text) for one in view.days[1:]} == {("too_late", "已停约")}

    async def test_longer_horizon_makes_more_slots(self, desk: Desk) -> None:
        before = len(await desk.slots())

        await desk.change(horizon_days=10)

        assert len(await desk.slots()) == before + 3 * 2

    async def test_day_beyond_a_shorter_horizon_is_not_open_and_its_slots_are_refused(
        self, desk: Desk
    ) -> None:
        customer = await desk.studio.customer()
        await desk.change(horizon_days=2)

        async with desk.studio.database.begin(desk.shopkeeper) as tx:
            view = await availability(tx, desk.merchant, desk.offering, None, 7)
        assert [one.state for one in view.days[3:]] == ["beyond"] * 4
        last = (await desk.slots())[-1]
        with pytest.raises(SlotTooEarly):
            await desk.hold(last["id"], customer)

    async def test_slot_opens_at_midnight_of_the_day_that_reaches_it(self, desk: Desk) -> None:
        made = {one["id"]: one["opens_at"] for one in await desk.slots()}

        await desk.change(horizon_days=7, fee_percent=30)

        coming = [one for one in await desk.slots() if _is_in_days(one, 1)]
        assert coming
        assert all(made[one["id"]] == one["opens_at"] for one in coming)

    async def test_limit_of_open_bookings_and_party_size_reach_the_slots(self, desk: Desk) -> None:
        await desk.change(max_open=1, max_party=4)

        coming = [one for one in await desk.slots() if _is_in_days(one, 1)]
        assert {(one["max_open"], one["max_party"]) for one in coming} == {(1, 4)}

    async def test_slots_made_later_carry_the_new_rules(self, desk: Desk) -> None:
        await desk.change(horizon_days=9, max_open=2, notice_minutes=45)

        last = (await desk.slots())[-1]
        assert last["max_open"] == 2
        assert last["starts_at"] - last["closes_at"] == timedelta(minutes=45)

    async def test_customer_at_the_new_limit_is_refused(self, desk: Desk) -> None:
        customer = await desk.studio.customer()
        first, second = [one["id"] for one in await desk.slots() if _is_in_days(one, 1)][:2]
        hold = await desk.hold(first, customer)
        async with desk.studio.database.begin(customer) as tx:
            await confirm_hold(tx, hold_id=hold)

        await desk.change(max_open=1)

        with pytest.raises(TooManyOpenBookings):
            await desk.hold(second, customer)


@pytest.mark.req("BK-11")
class TestWhatWasPromised:
    async def test_order_placed_before_keeps_policy_and_version(self, desk: Desk) -> None:
        customer = await desk.studio.customer()
        slot = next(one for one in await desk.slots() if _is_in_days(one, 2))
        hold = await desk.hold(slot["id"], customer)
        async with desk.studio.database.begin(customer) as tx:
            order = await confirm_hold(tx, hold_id=hold)

        await desk.change(free_until_hours=48, fee_percent=50)

        terms = await desk.studio.value(
            "SELECT terms FROM customer_order WHERE merchant_id = $1 AND id = $2", order.id
        )
        assert terms["policy"] == {"free_until_hours": 24, "fee_percent": 20}
        assert terms["rules_version"] == 1

    async def test_order_placed_after_has_the_new_ones(self, desk: Desk) -> None:
        customer = await desk.studio.customer()
        await desk.change(free_until_hours=48, fee_percent=50)
        slot = next(one for one in await desk.slots() if _is_in_days(one, 2))
        hold = await desk.hold(slot["id"], customer)

        async with desk.studio.database.begin(customer) as tx:
            order = await confirm_hold(tx, hold_id=hold)

        assert order.terms.policy.fee_percent == 50
        assert order.terms.rules_version == 2

    async def test_hold_outlives_rules_that_would_refuse_it(self, desk: Desk) -> None:
        customer = await desk.studio.customer()
        slot = next(one for one in await desk.slots() if _is_in_days(one, 5))
        hold = await desk.hold(slot["id"], customer)

        await desk.change(horizon_days=1)

        async with desk.studio.database.begin(customer) as tx:
            order = await confirm_hold(tx, hold_id=hold)
            offering = await offering_by_id(tx, desk.offering)
        assert order.slot_id == slot["id"]
        assert offering.rules.horizon_days == 1


@pytest.mark.req("BK-11")
class TestNightlyWorkMeanwhile:
    async def test_slots_made_while_rules_change_carry_the_new_rules(self, desk: Desk) -> None:
        """The night's work begins before the change is committed and must not use the old rules."""
        studio = desk.studio
        async with studio.database.begin(desk.shopkeeper) as tx:
            rules = RuleSet(**{**_values(_RULES), "max_open": 1, "horizon_days": 12})
            await change_rules(tx, offering_id=desk.offering, seen_version=1, rules=rules)
            night = asyncio.create_task(_extend(desk))
            await asyncio.sleep(0.3)
            assert not night.done()
        await night

        assert (await desk.slots())[-1]["max_open"] == 1


async def _extend(desk: Desk) -> None:
    async with desk.studio.database.begin(system_actor(desk.studio.merchant_id)) as tx:
        await extend_slots(tx, desk.merchant)


def _is_in_days(slot: asyncpg.Record, days: int) -> bool:
    """Tell whether a slot is on a day so many days from now, or later."""
    starts_at: datetime = slot["starts_at"]
    return starts_at > datetime.now(starts_at.tzinfo) + timedelta(days=days)
