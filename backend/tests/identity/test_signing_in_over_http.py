"""Signing in over HTTP: lost answers, strangers' tokens, and guessed passwords."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shunyue.identity.api import Merchant
from shunyue.kernel import clock
from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import Actor
from tests.builders.callers import PASSWORD, Front, make_staff, open_front, problem
from tests.builders.studio import Studio

_PHONE = "13805711246"


@pytest.fixture
async def front(studio: Studio, dsn: str) -> AsyncIterator[Front]:
    """The running application, in real time."""
    await studio.move_clock(0)
    async with open_front(dsn) as front:
        yield front
    await studio.move_clock(0)
    await clock.follow_database(studio.owner)


async def ask_for_code(front: Front) -> str:
    """Ask for a code and read it."""
    assert (await front.post("login-codes", body={"phone": _PHONE})).status_code == 202
    messages = (await front.get("/dev/mailbox.json")).json()["items"]
    code: str = messages[0]["code"]
    return code


async def knock(
    front: Front, account: str, password: str, key: str | None = None
) -> httpx.Response:
    """Try to sign in to the console."""
    return await front.post(
        "/console/v1/logins",
        body={"merchant": "qihe", "account": account, "password": password},
        headers={"Idempotency-Key": key or str(uuid4())},
    )


class TestCustomers:
    async def test_retry_of_a_lost_sign_in_continues_the_same_login(self, front: Front) -> None:
        body = {"phone": _PHONE, "code": await ask_for_code(front)}
        headers = {"Idempotency-Key": str(uuid4())}

        first = await front.post("logins", body=body, headers=headers)
        again = await front.post("logins", body=body, headers=headers)

        assert (first.status_code, again.status_code) == (201, 201)
        assert _login_of(first) == _login_of(again)

    async def test_used_code_under_another_key_is_refused(self, front: Front) -> None:
        body = {"phone": _PHONE, "code": await ask_for_code(front)}
        await front.post("logins", body=body)

        answer = await front.post("logins", body=body)

        assert (answer.status_code, problem(answer)["code"]) == (410, "code_expired")

    async def test_wrong_code_counts_though_it_is_refused(self, front: Front) -> None:
        code = await ask_for_code(front)
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"

        answers = [
            await front.post("logins", body={"phone": _PHONE, "code": wrong}) for _ in range(6)
        ]

        assert [one.status_code for one in answers] == [422] * 5 + [410]
        assert [one.json()["params"].get("attempts_left") for one in answers[:5]] == [4, 3, 2, 1, 0]

    async def test_signed_out_token_dies_at_once(self, front: Front) -> None:
        login = await _signed_in(front)

        left = await front.ask("DELETE", "logins/current", headers=login)

        assert left.status_code == 204
        assert (await front.get("me", headers=login)).status_code == 401

    async def test_token_runs_out_with_the_moved_clock(self, studio: Studio, front: Front) -> None:
        login = await _signed_in(front)
        await studio.move_clock(601)
        await clock.follow_database(studio.owner)

        answer = await front.get("me", headers=login)

        assert (answer.status_code, problem(answer)["code"]) == (401, "unauthenticated")

    @pytest.mark.req("MC-08")
    async def test_token_of_another_merchant_is_refused(
        self, merchant: Merchant, front: Front
    ) -> None:
        stranger = Actor("customer", new_id(), new_id(), new_id())
        staff = Actor("staff", merchant.merchant_id, new_id(), new_id(), "owner")

        for actor in (stranger, staff):
            for path in ("me", "orders", "inbox"):
                assert (await front.get(path, actor)).status_code == 401

    async def test_customer_can_not_enter_the_console(
        self, merchant: Merchant, front: Front
    ) -> None:
        customer = Actor("customer", merchant.merchant_id, new_id(), new_id(), "owner")

        assert (await front.get("/console/v1/orders", customer)).status_code == 401


@pytest.mark.req("MC-08")
class TestStaff:
    async def test_right_password_signs_in_and_tells_what_one_may(
        self, studio: Studio, front: Front
    ) -> None:
        account = await make_staff(studio.database, studio.merchant_id, role="front_desk")

        answer = await knock(front, account, PASSWORD)

        assert answer.status_code == 201
        assert answer.json()["staff"]["permissions"] == [
            "calendar.read",
            "logins.manage",
            "orders.read",
            "rules.read",
            "today.read",
        ]
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie

    async def test_wrong_account_and_wrong_password_look_the_same(
        self, studio: Studio, front: Front
    ) -> None:
        account = await make_staff(studio.database, studio.merchant_id)

        answers = [await knock(front, account, "no"), await knock(front, "nobody", "no")]

        assert [one.status_code for one in answers] == [401, 401]
        said = [problem(one) | {"request_id": ""} for one in answers]
        assert said[0] == said[1]

    async def test_ninth_guess_within_a_quarter_is_refused_even_if_right(
        self, studio: Studio, front: Front
    ) -> None:
        account = await make_staff(studio.database, studio.merchant_id)
        guesses = [(await knock(front, account, "guess")).status_code for _ in range(8)]

        answer = await knock(front, account, PASSWORD)

        assert guesses == [401] * 8
        assert (answer.status_code, problem(answer)["code"]) == (429, "too_many_requests")
        assert int(answer.headers["retry-after"]) <= 900

    async def test_guesses_at_nobody_are_counted_too(self, front: Front) -> None:
        guesses = [(await knock(front, "nobody", "guess")).status_code for _ in range(9)]

        assert guesses == [401] * 8 + [429]

    async def test_right_password_starts_the_count_anew(self, studio: Studio, front: Front) -> None:
        account = await make_staff(studio.database, studio.merchant_id)
        for _ in range(7):
            await knock(front, account, "guess")

        signed_in = await knock(front, account, PASSWORD)
        guess = await knock(front, account, "guess")

        assert (signed_in.status_code, guess.status_code) == (201, 401)

    async def test_dismissed_staff_is_refused_and_not_renewed(
        self, studio: Studio, front: Front
    ) -> None:
        account = await make_staff(studio.database, studio.merchant_id)
        await knock(front, account, PASSWORD)
        await studio.change("UPDATE staff_member SET is_active = false WHERE merchant_id = $1")

        renewed = await front.post("/console/v1/logins/refresh")
        signed_in = await knock(front, account, PASSWORD)

        assert (renewed.status_code, problem(renewed)["code"]) == (401, "login_ended")
        assert signed_in.status_code == 401

    async def test_revoked_device_is_out_at_once(self, studio: Studio, front: Front) -> None:
        account = await make_staff(studio.database, studio.merchant_id)
        old, new = [_bearer(await knock(front, account, PASSWORD)) for _ in range(2)]
        devices = (await front.get("/console/v1/logins", headers=new)).json()["items"]
        other = next(one["id"] for one in devices if not one["is_current"])

        await front.ask("DELETE", f"/console/v1/logins/{other}", headers=new)

        assert (await front.get("/console/v1/logins", headers=old)).status_code == 401
        assert (await front.get("/console/v1/logins", headers=new)).status_code == 200

    async def test_revoked_device_is_out_at_a_server_that_started_later(
        self, studio: Studio, front: Front, dsn: str
    ) -> None:
        account = await make_staff(studio.database, studio.merchant_id)
        old, new = [_bearer(await knock(front, account, PASSWORD)) for _ in range(2)]
        devices = (await front.get("/console/v1/logins", headers=new)).json()["items"]
        other = next(one["id"] for one in devices if not one["is_current"])
        await front.ask("DELETE", f"/console/v1/logins/{other}", headers=new)

        async with open_front(dsn) as later:
            assert await _comes_to(later, old, 401)
            assert (await later.get("/console/v1/logins", headers=new)).status_code == 200


async def _comes_to(front: Front, headers: dict[str, Any], status: int) -> bool:
    """Tell whether a server that has just started comes to answer like that."""
    for _ in range(100):
        if (await front.get("/console/v1/logins", headers=headers)).status_code == status:
            return True
        await asyncio.sleep(0.05)
    return False


async def _signed_in(front: Front) -> dict[str, Any]:
    answer = await front.post("logins", body={"phone": _PHONE, "code": await ask_for_code(front)})
    return _bearer(answer)


def _bearer(answer: httpx.Response) -> dict[str, Any]:
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def _login_of(answer: httpx.Response) -> str:
    secret: str = answer.json()["refresh_token"]
    return secret.partition(".")[0]
