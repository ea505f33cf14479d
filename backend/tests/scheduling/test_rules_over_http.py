"""Rules of an offering over HTTP: who may change them, and what bad input is told."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import Actor
from tests.builders.callers import Front, open_front, problem, staff_actor
from tests.builders.studio import Studio

_RULES = {
    "max_open": 3,
    "max_party": 10,
    "notice_minutes": 30,
    "horizon_days": 30,
    "free_until_hours": 24,
    "fee_percent": 20,
}


@pytest.fixture
async def front(studio: Studio, dsn: str) -> AsyncIterator[Front]:
    """The application of the studio's merchant."""
    async with open_front(dsn) as front:
        yield front


@pytest.fixture
async def shopkeeper(studio: Studio) -> Actor:
    """Somebody who may change rules."""
    await studio.change(
        "INSERT INTO staff_member (merchant_id, id, account, password_hash, name, role)"
        " VALUES ($1, $2, 'zhou', '', '周屿', 'manager')",
        shopkeeper := new_id(),
    )
    return Actor("staff", studio.merchant_id, shopkeeper, new_id(), "manager")


@pytest.fixture
async def offering(studio: Studio) -> UUID:
    """Something to book."""
    return await studio.offering()


def _path(offering: UUID) -> str:
    return f"/console/v1/offerings/{offering}/rules"


def _new(seen_version: int = 1, **values: Any) -> dict[str, Any]:
    return _RULES | {"seen_version": seen_version} | values


@pytest.mark.req("BK-11", "MC-01")
class TestChanging:
    async def test_answer_shows_the_new_rules_in_numbers_words_and_history(
        self, front: Front, shopkeeper: Actor, offering: UUID
    ) -> None:
        answer = await front.post(_path(offering), shopkeeper, _new(fee_percent=30))

        view = answer.json()
        assert answer.status_code == 201
        assert view["version"] == 2
        assert view["rules"]["fee_percent"] == 30
        assert "开始 24 小时前免费取消；之后收取服务费的 30%" in view["preview"]["sentences"]
        assert view["history"][0]["changes"] == ["取消费：20% → 30%"]
        assert view["history"][0]["changed_by"] == "周屿"
        assert view["history"][1]["changes"] == []
        assert view == (await front.get(_path(offering), shopkeeper)).json()

    async def test_repeat_under_the_same_key_adds_no_version(
        self, front: Front, shopkeeper: Actor, offering: UUID
    ) -> None:
        key = {"headers": {"Idempotency-Key": str(uuid4())}}
        first = await front.post(_path(offering), shopkeeper, _new(fee_percent=30), **key)
        again = await front.post(_path(offering), shopkeeper, _new(fee_percent=30), **key)

        assert first.json() == again.json()
        assert again.json()["version"] == 2

    async def test_rules_changed_meanwhile_are_said_with_their_version(
        self, front: Front, shopkeeper: Actor, offering: UUID
    ) -> None:
        await front.post(_path(offering), shopkeeper, _new(fee_percent=30))

        answer = await front.post(_path(offering), shopkeeper, _new(fee_percent=40))

        refusal = problem(answer)
        assert (answer.status_code, refusal["code"]) == (409, "rules_changed_meanwhile")
        assert "第 2 版" in refusal["message"]

    async def test_all_wrong_numbers_are_named_at_once(
        self, front: Front, shopkeeper: Actor, offering: UUID
    ) -> None:
        answer = await front.post(_path(offering), shopkeeper, _new(fee_percent=101, max_open=0))

        assert answer.status_code == 422
        assert {one["path"] for one in problem(answer)["fields"]} == {"fee_percent", "max_open"}

    async def test_number_larger_than_the_database_keeps_is_a_wrong_number(
        self, front: Front, shopkeeper: Actor, offering: UUID
    ) -> None:
        answer = await front.post(_path(offering), shopkeeper, _new(notice_minutes=10**30))

        assert answer.status_code == 422

    async def test_text_instead_of_a_number_names_its_field(
        self, front: Front, shopkeeper: Actor, offering: UUID
    ) -> None:
        answer = await front.post(_path(offering), shopkeeper, _new(horizon_days="30 天"))

        assert answer.status_code == 422
        assert [one["path"] for one in problem(answer)["fields"]] == ["horizon_days"]


@pytest.mark.req("BK-11")
class TestWhoMay:
    async def test_front_desk_reads_and_does_not_change(
        self, front: Front, offering: UUID, studio: Studio
    ) -> None:
        clerk = staff_actor(studio.merchant_id, "front_desk")

        read = await front.get(_path(offering), clerk)
        changed = await front.post(_path(offering), clerk, _new(fee_percent=0))

        assert read.status_code == 200
        assert (changed.status_code, problem(changed)["code"]) == (403, "forbidden")
        assert (await front.get(_path(offering), clerk)).json()["version"] == 1


@pytest.mark.req("BK-11", "BK-01")
class TestPreview:
    async def test_unsaved_rules_are_worded_and_warned_of(
        self, front: Front, shopkeeper: Actor
    ) -> None:
        asked = _RULES | {"notice_minutes": 4320, "horizon_days": 2, "fee_percent": 0}
        answer = await front.get("/console/v1/rules-preview", shopkeeper, params=asked)

        view = answer.json()
        assert "开始前随时免费取消" in view["sentences"]
        assert "没有一个时段能约" in view["warnings"][0]

    async def test_without_a_limit_any_number_may_be_open(
        self, front: Front, shopkeeper: Actor
    ) -> None:
        asked = {name: value for name, value in _RULES.items() if name != "max_open"}
        answer = await front.get("/console/v1/rules-preview", shopkeeper, params=asked)

        assert "每位客户的预约个数不限" in answer.json()["sentences"]

    async def test_wrong_numbers_are_named(self, front: Front, shopkeeper: Actor) -> None:
        asked = _RULES | {"max_party": 0, "free_until_hours": -1}
        answer = await front.get("/console/v1/rules-preview", shopkeeper, params=asked)

        assert answer.status_code == 422
        assert {one["path"] for one in problem(answer)["fields"]} == {
            "max_party",
            "free_until_hours",
        }


@pytest.mark.req("BK-11")
class TestOpenBookingsOverHttp:
    async def test_customer_at_the_limit_is_told_both_numbers(
        self, front: Front, studio: Studio
    ) -> None:
        customer = await studio.customer()
        for _ in range(2):
            slot = await _limited_slot(studio)
            held = await front.post(f"slots/{slot}/holds", customer, {"party_size": 1})
            await front.post(f"holds/{held.json()['id']}/confirmation", customer)

        answer = await front.post(
            f"slots/{await _limited_slot(studio)}/holds", customer, {"party_size": 1}
        )

        refusal = problem(answer)
        assert (answer.status_code, refusal["code"]) == (409, "too_many_open_bookings")
        assert refusal["params"] == {"count": 2, "limit": 2}


async def _limited_slot(studio: Studio) -> UUID:
    slot = await studio.slot()
    await studio.change("UPDATE slot SET max_open = 2 WHERE merchant_id = $1 AND id = $2", slot)
    return slot
