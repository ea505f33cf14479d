"""A resource is in one place at a time, across services and buffers."""

from datetime import timedelta

import pytest

from tests.builders.studio import NOON, Studio


@pytest.mark.req("BK-04")
class TestOverlap:
    async def test_two_services_in_one_batch_get_the_teacher_once(self, studio: Studio) -> None:
        teacher = await studio.resource()
        yoga, massage = await studio.lesson(teacher), await studio.lesson(teacher)

        placements = await studio.take(await studio.wish(yoga), await studio.wish(massage))

        assert sorted(one.outcome for one in placements) == ["held", "taken"]
        assert len(await studio.busy(teacher)) == 1

    async def test_two_services_one_after_the_other_get_the_teacher_once(
        self, studio: Studio
    ) -> None:
        teacher = await studio.resource()
        yoga, massage = await studio.lesson(teacher), await studio.lesson(teacher)
        await studio.hold(yoga)

        placement = await studio.hold(massage)

        assert (placement.outcome, placement.places_left) == ("taken", 1)
        assert await studio.places_taken(massage) == 0

    @pytest.mark.parametrize(
        ("minutes_later", "outcome"), [(-60, "held"), (-59, "taken"), (59, "taken"), (60, "held")]
    )
    async def test_only_overlapping_time_is_refused(
        self, studio: Studio, minutes_later: int, outcome: str
    ) -> None:
        teacher = await studio.resource()
        await studio.hold(await studio.lesson(teacher))
        other = await studio.lesson(teacher, starts_at=NOON + timedelta(minutes=minutes_later))

        assert (await studio.hold(other)).outcome == outcome

    @pytest.mark.parametrize(("minutes_later", "outcome"), [(74, "taken"), (75, "held")])
    async def test_buffers_count_as_busy(
        self, studio: Studio, minutes_later: int, outcome: str
    ) -> None:
        teacher = await studio.resource()
        await studio.hold(await studio.lesson(teacher, buffer_minutes=15))
        other = await studio.lesson(teacher, starts_at=NOON + timedelta(minutes=minutes_later))

        assert (await studio.hold(other)).outcome == outcome

    async def test_other_teacher_is_free(self, studio: Studio) -> None:
        await studio.hold(await studio.lesson(await studio.resource()))

        placement = await studio.hold(await studio.lesson(await studio.resource()))

        assert placement.outcome == "held"

    async def test_teacher_is_free_again_when_the_place_is_given_back(self, studio: Studio) -> None:
        teacher, customer = await studio.resource(), await studio.customer()
        first, second = await studio.lesson(teacher), await studio.lesson(teacher)
        await studio.hold(first, by=customer)
        await studio.hold(await studio.slot(), by=customer)

        assert (await studio.hold(second)).outcome == "held"


@pytest.mark.req("BK-04")
class TestGroups:
    async def test_teacher_of_a_group_is_busy_once_for_all(self, studio: Studio) -> None:
        teacher = await studio.resource()
        lesson = await studio.lesson(teacher, capacity=3)

        placements = await studio.take(*[await studio.wish(lesson) for _ in range(2)])
        third = await studio.hold(lesson)

        assert [one.outcome for one in [*placements, third]] == ["held"] * 3
        assert await studio.busy(teacher) == [lesson]

    async def test_teacher_stays_busy_until_the_last_of_a_group_leaves(
        self, studio: Studio
    ) -> None:
        teacher, leaving, staying = (
            await studio.resource(),
            await studio.customer(),
            await studio.customer(),
        )
        lesson, elsewhere = await studio.lesson(teacher, capacity=2), await studio.slot(2)
        await studio.hold(lesson, by=leaving)
        await studio.hold(lesson, by=staying)

        await studio.hold(elsewhere, by=leaving)
        busy_with_one = await studio.busy(teacher)
        await studio.hold(elsewhere, by=staying)

        assert busy_with_one == [lesson]
        assert await studio.busy(teacher) == []


@pytest.mark.req("BK-04")
class TestSeveralResources:
    async def test_slot_needs_all_of_its_resources(self, studio: Studio) -> None:
        teacher, room = await studio.resource(), await studio.resource()
        await studio.hold(await studio.lesson(room))
        both = await studio.lesson(teacher, room)

        placement = await studio.hold(both)

        assert placement.outcome == "taken"

    async def test_refused_slot_leaves_none_of_its_resources_busy(self, studio: Studio) -> None:
        teacher, room = await studio.resource(), await studio.resource()
        await studio.hold(await studio.lesson(room))
        await studio.hold(await studio.lesson(teacher, room))

        assert await studio.busy(teacher) == []
        assert (await studio.hold(await studio.lesson(teacher))).outcome == "held"

    async def test_refused_slot_in_a_batch_is_never_half_busy(self, studio: Studio) -> None:
        teacher, room = await studio.resource(), await studio.resource()
        alone = await studio.lesson(room, starts_at=NOON - timedelta(minutes=30))
        both = await studio.lesson(teacher, room)

        placements = await studio.take(await studio.wish(both), await studio.wish(alone))

        held = [one.slot_id for one in placements if one.outcome == "held"]
        assert len(held) == 1
        assert await studio.busy(room) == held
        assert await studio.busy(teacher) == (held if held == [both] else [])

    async def test_held_slot_keeps_all_of_its_resources_busy(self, studio: Studio) -> None:
        teacher, room = await studio.resource(), await studio.resource()
        both = await studio.lesson(teacher, room)

        await studio.hold(both)

        assert await studio.busy(teacher) == await studio.busy(room) == [both]


@pytest.mark.req("BK-04")
class TestBusyFromTheStart:
    async def test_teacher_of_a_scheduled_talk_is_busy_though_nobody_holds_a_place(
        self, studio: Studio
    ) -> None:
        teacher = await studio.resource()
        talk = await studio.lesson(teacher, capacity=30)
        await studio.change(
            "UPDATE slot SET is_occupying_when_taken = false WHERE merchant_id = $1 AND id = $2",
            talk,
        )
        await studio.change(
            "INSERT INTO occupancy (merchant_id, resource_id, slot_id, starts_at, ends_at)"
            " SELECT $1, $2, id, occupied_from, occupied_until FROM slot"
            " WHERE merchant_id = $1 AND id = $3",
            teacher,
            talk,
        )

        lesson = await studio.hold(await studio.lesson(teacher))
        listener = await studio.hold(talk)

        assert (lesson.outcome, listener.outcome) == ("taken", "held")
        assert await studio.busy(teacher) == [talk]
