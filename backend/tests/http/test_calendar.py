"""Bookings in the customer's own calendar: signed addresses, and what calendars read there."""

import base64
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

import pytest
from icalendar import Calendar

from shunyue.identity.api import Merchant
from shunyue.kernel.database import Database
from shunyue.kernel.tokens import Actor
from tests.builders.callers import OURS, Front, problem
from tests.builders.supply import make_customer, make_offering, make_slot

pytestmark = pytest.mark.req("BK-15")

_ANSWERS = {"name": "许知行", "phone": "13805712468", "experience": "first_time"}


async def book(front: Front, database: Database, merchant: Merchant, customer: Actor) -> str:
    """Book a free lesson; returns the order number."""
    offering = await make_offering(database, merchant.merchant_id, price_fen=0)
    slot = await make_slot(database, merchant.merchant_id, offering, starts_in=timedelta(days=2))
    hold = await front.post(f"slots/{slot}/holds", customer, {"party_size": 1})
    order = await front.post(f"holds/{hold.json()['id']}/confirmation", customer)
    number: str = order.json()["number"]
    done = await front.post(f"orders/{number}/registration", customer, {"answers": _ANSWERS})
    assert done.json()["state"] == "confirmed", done.text
    return number


@pytest.fixture
async def booked(front: Front, database: Database, merchant: Merchant, customer: Actor) -> str:
    """The number of an order that is booked."""
    return await book(front, database, merchant, customer)


async def address(front: Front, customer: Actor, order: str | None = None) -> str:
    """Ask for a calendar's address; returns its path."""
    answer = await front.get(f"calendar-link{f'?order={order}' if order else ''}", customer)
    assert answer.status_code == 200, answer.text
    url: str = answer.json()["url"]
    assert url.startswith(f"{OURS}/calendar/")
    return url.removeprefix(OURS)


async def events(front: Front, path: str) -> list[dict[str, Any]]:
    """Read a calendar as a calendar program does."""
    answer = await front.client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return [dict(one) for one in Calendar.from_ical(answer.content).walk("VEVENT")]


class TestFileOfABooking:
    async def test_names_time_offering_and_number(
        self, front: Front, customer: Actor, booked: str, merchant: Merchant
    ) -> None:
        [event] = await events(front, await address(front, customer, booked))

        order = (await front.get(f"orders/{booked}", customer)).json()
        starts_at = event["DTSTART"].dt.astimezone(UTC)
        assert starts_at.isoformat().replace("+00:00", "Z") == order["slot"]["starts_at"]
        assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(hours=1)
        assert event["UID"] == f"{booked}@{merchant.slug}"
        assert (event["SUMMARY"], event["STATUS"]) == ("私教", "CONFIRMED")
        assert f"{booked[:4]} {booked[4:8]} {booked[8:]}" in event["DESCRIPTION"]

    async def test_is_there_only_once_it_is_booked(
        self, front: Front, customer: Actor, number: str
    ) -> None:
        answer = await front.get(f"calendar-link?order={number}", customer)

        assert (answer.status_code, problem(answer)["code"]) == (409, "order_not_booked")

    async def test_of_somebody_else_is_not_found(
        self, front: Front, database: Database, merchant: Merchant, booked: str
    ) -> None:
        other = await make_customer(database, merchant.merchant_id)

        asked = await front.get(f"calendar-link?order={booked}", other)
        mine = (await address(front, other)).removesuffix(".ics")
        guessed = await front.client.get(f"{mine}/{booked}.ics")

        assert (asked.status_code, problem(asked)["code"]) == (404, "order_not_found")
        assert (guessed.status_code, problem(guessed)["code"]) == (404, "calendar_not_found")


class TestFollowedCalendar:
    async def test_lists_every_booking_of_its_customer_alone(
        self, front: Front, database: Database, merchant: Merchant, customer: Actor, booked: str
    ) -> None:
        other = await make_customer(database, merchant.merchant_id)
        await book(front, database, merchant, other)
        second = await book(front, database, merchant, customer)

        found = await events(front, await address(front, customer))

        assert {one["UID"].split("@")[0] for one in found} == {booked, second}

    async def test_tells_devices_of_a_cancelled_booking(
        self, front: Front, customer: Actor, booked: str
    ) -> None:
        cancelled = await front.post(f"orders/{booked}/cancellation", customer, {"fee_fen": 0})
        assert cancelled.status_code == 200, cancelled.text

        [event] = await events(front, await address(front, customer))

        assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)

    async def test_ends_when_its_customer_ends_it(
        self, front: Front, customer: Actor, booked: str
    ) -> None:
        before = await address(front, customer)
        await front.ask("DELETE", "calendar-link", customer)
        after = await address(front, customer)

        ended = await front.client.get(before)

        assert (ended.status_code, problem(ended)["code"]) == (404, "calendar_not_found")
        assert len(await events(front, after)) == 1

    async def test_address_can_not_be_made_up(
        self, front: Front, customer: Actor, merchant: Merchant, booked: str
    ) -> None:
        path = await address(front, customer)
        token = path.removeprefix("/calendar/").removesuffix(".ics")
        content = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        forged = [bytearray(content) for _ in content]
        for place, one in enumerate(forged):
            one[place] ^= 1
        made_up = [base64.urlsafe_b64encode(bytes(one)).rstrip(b"=").decode() for one in forged]

        answers = [
            (await front.client.get(f"/calendar/{one}.ics")).status_code
            for one in [*made_up, "a", "AAAA", UUID(int=0).hex]
        ]

        assert set(answers) == {404}
