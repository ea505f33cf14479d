"""Closing and opening slots by hand: what is refused, what follows, and the race with customers."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shunyue.kernel.errors import DomainError
from shunyue.kernel.ids import new_id
from shunyue.scheduling.closing import close_slots, open_slot
from tests.builders.callers import staff_actor
from tests.builders.studio import NOON, Studio, rewrite

_RIVALS = 6


async def _close(studio: Studio, *slots: UUID, reason: str = "培训") -> list[str]:
    async with studio.database.begin(staff_actor(studio.merchant_id)) as tx:
        return [one.outcome for one in await close_slots(tx, slots, reason)]


async def _open(studio: Studio, slot: UUID) -> None:
    async with studio.database.begin(staff_actor(studio.merchant_id)) as tx:
        await open_slot(tx, slot)


async def _refusal(studio: Studio, slot: UUID) -> tuple[str, dict[str, Any]]:
    with pytest.raises(DomainError) as refused:
        await _open(studio, slot)
    return refused.value.code, refused.value.params


async def _state(studio: Studio, slot: UUID) -> tuple[str, str | None]:
    row: str = await studio.value(
        "SELECT state || ' ' || coalesce(closed_text, '') FROM slot"
        " WHERE merchant_id = $1 AND id = $2",
        slot,
    )
    state, _, text = row.partition(" ")
    return state, text or None


async def _talk(studio: Studio, *rooms: UUID) -> UUID:
    """Add a slot that keeps its rooms busy from the moment it is scheduled."""
    slot = await studio.lesson(*rooms)
    await studio.change(
        "UPDATE slot SET is_occupying_when_taken = false WHERE merchant_id = $1 AND id = $2", slot
    )
    await studio.change(
        "INSERT INTO occupancy (merchant_id, resource_id, slot_id, starts_at, ends_at)"
        " SELECT merchant_id, resource_id, slot_id, $3, $4 FROM slot_resource"
        " WHERE merchant_id = $1 AND slot_id = $2",
        slot,
        NOON,
        NOON + timedelta(hours=1),
    )
    return slot


@pytest.mark.req("MC-01", "BK-03")
class TestClosing:
    async def test_free_slot_closes_with_the_reason(self, studio: Studio) -> None:
        slot = await studio.slot()

        assert await _close(studio, slot) == ["closed"]

        assert await _state(studio, slot) == ("closed", "培训")
        assert (await studio.hold(slot)).outcome == "closed"

    async def test_each_slot_says_what_came_of_it(self, studio: Studio) -> None:
        free, held, closed, past = [await studio.slot() for _ in range(4)]
        await studio.hold(held)
        await _close(studio, closed)
        await studio.change(
            "UPDATE slot SET starts_at = app_now(), closes_at = app_now()"
            " WHERE merchant_id = $1 AND id = $2",
            past,
        )

        outcomes = await _close(studio, free, held, closed, past, new_id())

        assert outcomes == ["closed", "in_use", "already_closed", "started", "not_found"]
        assert await _state(studio, held) == ("open", None)

    async def test_hold_that_ran_out_stands_in_nobodys_way(self, studio: Studio) -> None:
        slot = await studio.slot()
        await studio.hold(slot)
        await studio.move_clock(15 * 60 + 1)

        assert await _close(studio, slot) == ["closed"]

        assert await studio.places_taken(slot) == 0
        assert await studio.told("hold_expired") == 1

    async def test_one_place_of_many_keeps_a_slot_open(self, studio: Studio) -> None:
        slot = await studio.slot(capacity=10)
        await studio.hold(slot)

        assert await _close(studio, slot) == ["in_use"]

    async def test_slot_of_another_merchant_is_not_found(self, studio: Studio) -> None:
        slot = await studio.slot()
        async with studio.database.begin(staff_actor(new_id())) as tx:
            [closing] = await close_slots(tx, [slot], "")

        assert closing.outcome == "not_found"
        assert await _state(studio, slot) == ("open", None)

    async def test_who_closed_what_and_why_is_kept(self, studio: Studio) -> None:
        slot = await studio.slot()

        await _close(studio, slot, reason="老师请假")
        await _open(studio, slot)

        kept = await studio.value(
            "SELECT array_agg(action || ' ' || coalesce(reason, '') ORDER BY id)"
            " FROM audit_entry WHERE merchant_id = $1 AND subject_id = $2",
            slot,
        )
        assert kept == ["slot.closed 老师请假", "slot.opened "]

    async def test_closed_talk_gives_its_room_back(self, studio: Studio) -> None:
        room = await studio.resource()
        talk = await _talk(studio, room)
        lesson = await studio.lesson(room)

        await _close(studio, talk)

        assert await studio.busy(room) == []
        assert (await studio.hold(lesson)).outcome == "held"

    async def test_neighbours_of_a_closed_talk_are_told_of(self, studio: Studio) -> None:
        room = await studio.resource()
        talk, lesson = await _talk(studio, room), await studio.lesson(room)

        await _close(studio, talk)

        told: list[str] = await studio.value(
            "SELECT payload -> 'slot_ids' FROM outbox WHERE merchant_id = $1"
            " AND name = 'scheduling.slots_edited.v1'"
        )
        assert set(told) == {str(talk), str(lesson)}


@pytest.mark.req("MC-01", "BK-03")
class TestOpening:
    async def test_opened_slot_can_be_had_again(self, studio: Studio) -> None:
        slot = await studio.slot()
        await _close(studio, slot)

        await _open(studio, slot)

        assert (await studio.hold(slot)).outcome == "held"

    @pytest.mark.parametrize("reason", ["holiday", "day_off"])
    async def test_what_a_rule_closed_stays_closed(self, studio: Studio, reason: str) -> None:
        slot = await studio.slot()
        await studio.change(
            "UPDATE slot SET state = 'closed', closed_reason = $3, closed_text = '国庆'"
            " WHERE merchant_id = $1 AND id = $2",
            slot,
            reason,
        )

        assert await _refusal(studio, slot) == ("slot_closed_by_rule", {"rule": "国庆"})

    async def test_what_has_begun_stays_closed(self, studio: Studio) -> None:
        slot = await studio.slot()
        await _close(studio, slot)
        await studio.move_clock(3 * 24 * 3600)

        assert (await _refusal(studio, slot))[0] == "slot_started"

    async def test_slot_whose_teacher_is_busy_elsewhere_stays_closed(self, studio: Studio) -> None:
        teacher = await studio.resource()
        lesson, other = await studio.lesson(teacher), await studio.lesson(teacher)
        await _close(studio, lesson)
        await studio.hold(other)

        code, params = await _refusal(studio, lesson)

        assert (code, params) == ("resource_busy_elsewhere", {"resource": "林见夏"})
        assert (await _state(studio, lesson))[0] == "closed"

    async def test_teacher_whose_other_hold_ran_out_is_free(self, studio: Studio) -> None:
        teacher = await studio.resource()
        lesson, other = await studio.lesson(teacher), await studio.lesson(teacher)
        await _close(studio, lesson)
        await studio.hold(other)
        await studio.move_clock(15 * 60 + 1)

        await _open(studio, lesson)

        assert (await studio.hold(lesson)).outcome == "held"

    async def test_talk_keeps_its_room_busy_again(self, studio: Studio) -> None:
        room = await studio.resource()
        talk = await _talk(studio, room)
        await _close(studio, talk)

        await _open(studio, talk)

        assert await studio.busy(room) == [talk]


async def _think_twice(owner: asyncpg.Connection) -> None:
    """Widen the moment between looking at the slot and taking its place."""
    await rewrite(
        owner,
        "place_wishes",
        "FROM judged j WHERE j.refusal IS NULL) r",
        "FROM judged j, pg_sleep(0.15) WHERE j.refusal IS NULL) r",
    )


async def _without_lock(owner: asyncpg.Connection) -> None:
    await rewrite(
        owner, "take_places", "ORDER BY s.id FOR NO KEY UPDATE) locked", "ORDER BY s.id) locked"
    )


async def _race(studio: Studio) -> bool:
    """Close a slot while somebody takes it; tells whether both got what they wanted."""
    slot = await studio.slot()

    async def close_meanwhile() -> list[str]:
        await asyncio.sleep(0.05)
        return await _close(studio, slot)

    await asyncio.gather(studio.hold(slot), close_meanwhile(), return_exceptions=True)
    is_closed = (await _state(studio, slot))[0] == "closed"
    is_held = await studio.open_holds(slot) > 0
    assert is_closed or is_held
    return is_closed and is_held


@pytest.mark.req("MC-01", "BK-08")
class TestRaceOfClosingAndTaking:
    async def test_lock_alone_lets_one_win(self, studio: Studio) -> None:
        await _think_twice(studio.owner)
        await studio.owner.execute("ALTER TABLE slot DROP CONSTRAINT slot_closed_is_empty")

        assert not any([await _race(studio) for _ in range(_RIVALS)])

    async def test_constraint_alone_lets_one_win(self, studio: Studio) -> None:
        await _think_twice(studio.owner)
        await _without_lock(studio.owner)

        assert not any([await _race(studio) for _ in range(_RIVALS)])

    async def test_without_both_guards_somebody_is_in_a_closed_slot(self, studio: Studio) -> None:
        await _think_twice(studio.owner)
        await _without_lock(studio.owner)
        await studio.owner.execute("ALTER TABLE slot DROP CONSTRAINT slot_closed_is_empty")

        assert any([await _race(studio) for _ in range(_RIVALS)])
