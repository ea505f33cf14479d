"""The calendar over HTTP: what it shows, who may change it, and how customers follow."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from shunyue.backoffice.calendar import CalendarFilter, calendar
from shunyue.identity.api import Merchant
from shunyue.kernel.database import Database
from shunyue.kernel.ids import new_id
from shunyue.kernel.outbox import Relay
from shunyue.kernel.tokens import Actor, system_actor
from shunyue.realtime.projection import project
from tests.builders.callers import Front, open_front, problem, staff_actor
from tests.builders.supply import make_customer, make_resource, make_slot
from tests.conftest import add_merchant

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
async def front(dsn: str, merchant: Merchant) -> AsyncIterator[Front]:
    """The whole application."""
    async with open_front(dsn, slug=merchant.slug) as front:
        yield front


@pytest.fixture
async def owner(merchant: Merchant) -> Actor:
    """Who runs the shop."""
    return staff_actor(merchant.merchant_id)


@pytest.fixture
async def teacher(database: Database, merchant: Merchant) -> UUID:
    """Somebody who gives lessons."""
    return await make_resource(database, merchant.merchant_id)


@pytest.fixture
async def lesson(database: Database, merchant: Merchant, offering: UUID, teacher: UUID) -> UUID:
    """A lesson of tomorrow."""
    async with database.begin(system_actor(merchant.merchant_id)) as tx:
        await tx.connection.execute(
            "INSERT INTO offering_resource (merchant_id, offering_id, resource_id)"
            " VALUES ($1, $2, $3)",
            tx.merchant_id,
            offering,
            teacher,
        )
    return await make_slot(database, merchant.merchant_id, offering, resource_id=teacher)


async def _calendar(front: Front, actor: Actor, **query: Any) -> dict[str, Any]:
    answer = await front.get("/console/v1/calendar", actor, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _blocks(front: Front, actor: Actor, **query: Any) -> list[dict[str, Any]]:
    view = await _calendar(front, actor, **query)
    return [block for lane in view["lanes"] for block in lane["blocks"]]


async def _close(front: Front, actor: Actor, slot: UUID, reason: str = "培训") -> Any:
    return await front.post(f"/console/v1/slots/{slot}/closure", actor, {"reason": reason})


async def _hold(front: Front, database: Database, merchant: Merchant, slot: UUID) -> Actor:
    customer = await make_customer(database, merchant.merchant_id)
    answer = await front.post(f"slots/{slot}/holds", customer, {"party_size": 1})
    assert answer.status_code == 201, answer.text
    return customer


async def _look(front: Front, offering: UUID, slot: UUID) -> tuple[str, str | None]:
    """How the customer's page shows a slot."""
    answer = await front.get(f"offerings/{offering}/availability", params={"days": 7})
    looks = [one for day in answer.json()["days"] for one in day["slots"]]
    [found] = [one for one in looks if one["id"] == str(slot)]
    return found["state"], found["reason_text"]


@pytest.mark.req("MC-01")
class TestCalendar:
    async def test_shows_each_lane_and_what_may_be_done(
        self, front: Front, owner: Actor, lesson: UUID
    ) -> None:
        view = await _calendar(front, owner)

        [lane] = view["lanes"]
        [block] = lane["blocks"]
        assert lane["resource"]["name"] == "林见夏"
        assert (block["block"]["slot_id"], block["block"]["kind"]) == (str(lesson), "free")
        assert (block["can_close"], block["can_open"], block["holders"]) == (True, False, [])
        assert [one["name"] for one in view["offerings"]] == ["私教"]
        assert view["time_zone"] == "Asia/Shanghai"

    async def test_slots_without_a_resource_have_a_lane_of_their_own(
        self, front: Front, owner: Actor, slot: UUID, teacher: UUID
    ) -> None:
        view = await _calendar(front, owner)

        assert [lane["resource"] and lane["resource"]["id"] for lane in view["lanes"]] == [
            str(teacher),
            None,
        ]
        assert view["lanes"][1]["blocks"][0]["block"]["slot_id"] == str(slot)

    async def test_days_on_which_somebody_never_works_are_off(
        self, front: Front, owner: Actor, database: Database, merchant: Merchant, lesson: UUID
    ) -> None:
        local = datetime.now(SHANGHAI).date()
        async with database.begin(system_actor(merchant.merchant_id)) as tx:
            await tx.connection.execute(
                "INSERT INTO working_hours (merchant_id, resource_id, weekday, starts, ends)"
                " SELECT $1, id, $2, '08:00', '18:00' FROM resource WHERE merchant_id = $1",
                tx.merchant_id,
                (local + timedelta(days=2)).isoweekday(),
            )

        view = await _calendar(front, owner)

        [lane] = view["lanes"]
        [block] = lane["blocks"]
        lesson_day = datetime.fromisoformat(block["block"]["starts_at"]).astimezone(SHANGHAI)
        works = {lesson_day.date().isoformat(), (local + timedelta(days=2)).isoformat()}
        off = {one["date"]: one["text"] for one in lane["days_off"]}
        assert set(off) == {day["date"] for day in view["days"]} - works
        assert set(off.values()) == {"休息"}

    async def test_may_be_of_one_resource_or_one_offering(
        self, front: Front, owner: Actor, lesson: UUID, teacher: UUID, offering: UUID
    ) -> None:
        assert len(await _blocks(front, owner, resource_id=str(teacher))) == 1
        assert len(await _blocks(front, owner, offering_id=str(offering))) == 1
        assert await _blocks(front, owner, resource_id=str(new_id())) == []
        assert await _blocks(front, owner, offering_id=str(new_id())) == []

    async def test_who_is_in_a_slot_is_shown_without_the_whole_number(
        self, front: Front, owner: Actor, database: Database, merchant: Merchant, lesson: UUID
    ) -> None:
        await _hold(front, database, merchant, lesson)

        [block] = await _blocks(front, owner)

        assert block["holders"][0]["name"].startswith("138****")
        assert (block["can_close"], block["block"]["kind"]) == (False, "held")

    async def test_days_too_far_are_refused(self, front: Front, owner: Actor) -> None:
        answer = await front.get("/console/v1/calendar", owner, params={"from": "9999-12-31"})

        assert (answer.status_code, problem(answer)["code"]) == (422, "date_out_of_range")

    @pytest.mark.parametrize(("change", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
    async def test_days_of_another_length_begin_and_end_at_midnight(
        self, database: Database, change: str, hours: int
    ) -> None:
        berlin = await add_merchant(database, "berlin", "Europe/Berlin")
        async with database.begin(system_actor(berlin.merchant_id)) as tx:
            view = await calendar(
                tx, berlin, CalendarFilter(first=date.fromisoformat(change), days=2)
            )

        day, following = view.days
        assert day.ends_at == following.begins_at
        length = day.ends_at.astimezone(UTC) - day.begins_at.astimezone(UTC)
        assert length == timedelta(hours=hours)


@pytest.mark.req("MC-01", "BK-03")
class TestClosingOverHttp:
    async def test_customers_read_the_reason_and_get_the_slot_back(
        self, front: Front, owner: Actor, lesson: UUID, offering: UUID
    ) -> None:
        assert await _look(front, offering, lesson) == ("free", None)

        answer = await _close(front, owner, lesson, "老师培训")

        assert (answer.status_code, answer.json()["message"]) == (201, "已关闭")
        [block] = await _blocks(front, owner)
        assert (block["reason_text"], block["can_open"]) == ("老师培训", True)
        await _eventually_shown(front, offering, lesson, ("off", "老师培训"))
        opened = await front.ask("DELETE", f"/console/v1/slots/{lesson}/closure", owner)
        assert opened.status_code == 204
        await _eventually_shown(front, offering, lesson, ("free", None))

    async def test_slot_in_use_says_who_is_in_it(
        self, front: Front, owner: Actor, database: Database, merchant: Merchant, lesson: UUID
    ) -> None:
        await _hold(front, database, merchant, lesson)

        answer = await _close(front, owner, lesson)

        refusal = problem(answer)
        assert (answer.status_code, refusal["code"]) == (409, "slot_in_use")
        [holder] = refusal["params"]["holders"]
        assert holder["name"].startswith("138****")
        assert holder["name"] in refusal["message"]

    @pytest.mark.parametrize("again", ["closed", "unknown"])
    async def test_what_cannot_close_says_why(
        self, front: Front, owner: Actor, lesson: UUID, again: str
    ) -> None:
        await _close(front, owner, lesson)

        answer = await _close(front, owner, lesson if again == "closed" else new_id())

        code = "slot_closed_already" if again == "closed" else "slot_not_found"
        assert problem(answer)["code"] == code

    async def test_many_at_once_each_say_what_came_of_it(
        self,
        front: Front,
        owner: Actor,
        database: Database,
        merchant: Merchant,
        *,
        lesson: UUID,
        slot: UUID,
    ) -> None:
        await _hold(front, database, merchant, lesson)

        answer = await front.post(
            "/console/v1/slot-closures",
            owner,
            {"slot_ids": [str(lesson), str(slot)], "reason": "停电"},
        )

        first, second = answer.json()["items"]
        assert (first["outcome"], second["outcome"]) == ("in_use", "closed")
        assert first["holders"][0]["name"] in first["message"]

    async def test_reason_too_long_names_the_field(
        self, front: Front, owner: Actor, lesson: UUID
    ) -> None:
        answer = await _close(front, owner, lesson, "很" * 21)

        [field] = problem(answer)["fields"]
        assert (answer.status_code, field["path"]) == (422, "reason")

    async def test_front_desk_looks_but_does_not_touch(
        self, front: Front, merchant: Merchant, lesson: UUID
    ) -> None:
        desk = staff_actor(merchant.merchant_id, "front_desk")

        assert len(await _blocks(front, desk)) == 1
        answer = await _close(front, desk, lesson)

        assert (answer.status_code, problem(answer)["code"]) == (403, "forbidden")


@pytest.mark.req("MC-01")
class TestAddingOverHttp:
    async def test_customers_see_the_added_slot(
        self, front: Front, owner: Actor, lesson: UUID, offering: UUID, teacher: UUID
    ) -> None:
        tomorrow = datetime.now(SHANGHAI).date() + timedelta(days=1)
        wanted = {
            "offering_id": str(offering),
            "on_date": tomorrow.isoformat(),
            "starts": "07:15",
            "resource_ids": [str(teacher)],
        }

        answer = await front.post("/console/v1/slots", owner, wanted)

        assert answer.status_code == 201, answer.text
        await _eventually_shown(front, offering, UUID(answer.json()["id"]), ("free", None))

    async def test_wrong_field_is_named_in_words(
        self, front: Front, owner: Actor, lesson: UUID, offering: UUID
    ) -> None:
        wanted = {"offering_id": str(offering), "on_date": "2020-01-01", "starts": "07:15"}

        answer = await front.post("/console/v1/slots", owner, wanted)

        refusal = problem(answer)
        assert (answer.status_code, refusal["code"]) == (422, "slot_not_possible")
        assert refusal["fields"][0]["path"] == "on_date"


@pytest.mark.req("MC-01", "TE-01")
async def test_open_pages_are_told_of_a_closed_slot_with_its_reason(
    front: Front,
    owner: Actor,
    database: Database,
    dsn: str,
    *,
    lesson: UUID,
    offering: UUID,
) -> None:
    await _close(front, owner, lesson, "老师培训")

    await Relay(database, (), project, lambda _: None).run_once()

    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(
        "SELECT topic, payload -> 'slots' -> 0 ->> 'reason_text' AS reason FROM topic_message"
        " WHERE name = 'slots_changed'"
    )
    await connection.close()
    assert {(row["topic"], row["reason"]) for row in rows} == {
        (f"offering:{offering}", "老师培训"),
        ("board", "老师培训"),
    }


async def _eventually_shown(
    front: Front, offering: UUID, slot: UUID, wanted: tuple[str, str | None]
) -> None:
    """Availability answers from memory for less than a second."""
    for _ in range(30):
        try:
            if await _look(front, offering, slot) == wanted:
                return
        except ValueError:
            pass
        await asyncio.sleep(0.1)
    assert await _look(front, offering, slot) == wanted
