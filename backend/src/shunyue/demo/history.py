"""The demo's past: customers who booked, registered and paid, through the real commands.

The clock is moved to when each thing happened, for database and simulator together, so that
ledger, journal, board and order pages all tell the same story.
"""

import random
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import msgspec

from shunyue.booking.api import PlaceTaker, Wish, confirm_hold
from shunyue.demo.content import DemoContent
from shunyue.journey.api import intend_payment, settle_order, submit_registration
from shunyue.kernel.database import Database
from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import Actor, system_actor
from shunyue.payments.api import PaymentSettled, ProviderDesk, store_prompt

MoveClock = Callable[[datetime], Awaitable[None]]

_SEED = 588
_TALK_SOLD = 43

SATURDAY = 6


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """One customer's order: when they chose, for which slot, and how far they got."""

    at: datetime
    person: int
    offering: str
    resource: str | None
    slot_at: datetime
    party_size: int = 1
    reached: str = "paid"


class Scene(msgspec.Struct, frozen=True):
    """What all visits share: the merchant, its content, and everything's ids."""

    merchant_id: UUID
    content: DemoContent
    ids: dict[str, UUID]
    people: list[UUID]


class Historian:
    """Lives visits through, first ones first."""

    def __init__(
        self,
        database: Database,
        places: PlaceTaker,
        desk: ProviderDesk,
        paysim_url: str,
        move_clock: MoveClock,
    ) -> None:
        self._database = database
        self._places = places
        self._desk = desk
        self._paysim_url = paysim_url
        self._move_clock = move_clock

    async def live(
        self, merchant_id: UUID, content: DemoContent, ids: dict[str, UUID], visits: list[Visit]
    ) -> None:
        """Add the customers and live their visits through."""
        scene = Scene(merchant_id, content, ids, await self._add_people(merchant_id, content))
        async with httpx.AsyncClient(timeout=10) as simulator:
            for visit in sorted(visits, key=lambda one: one.at):
                await self._live_one(scene, visit, simulator)

    async def _add_people(self, merchant_id: UUID, content: DemoContent) -> list[UUID]:
        people = [new_id() for _ in content.people]
        async with self._database.begin(system_actor(merchant_id)) as tx:
            await tx.connection.executemany(
                "INSERT INTO customer (merchant_id, id, phone, name) VALUES ($1, $2, $3, $4)",
                [
                    (merchant_id, people[n], _phone(n), name)
                    for n, name in enumerate(content.people)
                ],
            )
        return people

    async def _live_one(self, scene: Scene, visit: Visit, simulator: httpx.AsyncClient) -> None:
        await self._move_clock(visit.at)
        person = scene.people[visit.person]
        actor = Actor("customer", scene.merchant_id, person)
        slot_id = await self._slot(actor, scene.ids, visit)
        if slot_id is None:
            return
        wish = Wish(slot_id, visit.party_size, person, new_id())
        placement = await self._places.hold(scene.merchant_id, wish)
        if placement.outcome != "held" or visit.reached == "held":
            return
        async with self._database.begin(actor) as tx:
            number = (await confirm_hold(tx, hold_id=placement.hold_id)).number
        if visit.reached == "placed":
            return
        await self._move_clock(visit.at + timedelta(minutes=2))
        async with self._database.begin(actor) as tx:
            answers = _answers(scene.content, visit)
            await submit_registration(tx, number=number, answers=answers)
        if visit.reached == "registered":
            return
        await self._pay(actor, number, visit, simulator)

    async def _slot(self, actor: Actor, ids: dict[str, UUID], visit: Visit) -> UUID | None:
        async with self._database.begin(actor) as tx:
            found: UUID | None = await tx.connection.fetchval(
                "SELECT id FROM slot WHERE merchant_id = $1 AND offering_id = $2 AND starts_at = $3"
                " AND state = 'open' AND resource_id IS NOT DISTINCT FROM $4",
                actor.merchant_id,
                ids[visit.offering],
                visit.slot_at,
                ids[visit.resource] if visit.resource else None,
            )
        return found

    async def _pay(
        self, actor: Actor, number: str, visit: Visit, simulator: httpx.AsyncClient
    ) -> None:
        async with self._database.begin(actor) as tx:
            attempt, channel = await intend_payment(
                tx,
                number=number,
                channel="wechat",
                scene="native",
                return_url=None,
                client_ip="127.0.0.1",
            )
        prompt = await self._desk.announce(self._database, actor, attempt, channel)
        async with self._database.begin(actor) as tx:
            await store_prompt(tx, attempt.id, prompt)
        await self._move_clock(visit.at + timedelta(minutes=3))
        paid = await simulator.post(
            f"{self._paysim_url}/_sim/pay", json={"out_trade_no": attempt.out_trade_no}
        )
        paid.raise_for_status()
        await self._desk.ask(self._database, actor.merchant_id, attempt.id)
        async with self._database.begin(system_actor(actor.merchant_id)) as tx:
            settled = await tx.connection.fetchval(
                "SELECT payload FROM outbox WHERE merchant_id = $1 AND name = $2"
                " AND payload->>'attempt_id' = $3",
                actor.merchant_id,
                PaymentSettled.name,
                str(attempt.id),
            )
            await settle_order(tx, msgspec.convert(settled, PaymentSettled))
        await self._forget_events(actor.merchant_id)

    async def _forget_events(self, merchant_id: UUID) -> None:
        """The past needs no pushes, and its handlers have been played here."""
        async with self._database.across_merchants() as connection:
            await connection.execute(
                "UPDATE outbox SET relayed_at = app_now()"
                " WHERE merchant_id = $1 AND relayed_at IS NULL",
                merchant_id,
            )


def plan_visits(now: datetime, zone: ZoneInfo) -> list[Visit]:
    """Plan a believable week around `now`: full evenings, a talk that is nearly sold out."""
    pick = random.Random(_SEED)  # The same story every time, not a secret.
    today = now.astimezone(zone).date()
    visits = [
        *_lessons(pick, now, zone, today),
        *_talk(pick, now, zone, today),
        *_cleaning(now, zone, today),
    ]
    return [one for one in visits if one.at < now and one.slot_at > one.at + timedelta(minutes=40)]


def _lessons(pick: random.Random, now: datetime, zone: ZoneInfo, today: date) -> list[Visit]:
    times = [
        "09:00",
        "10:00",
        "11:00",
        "14:00",
        "15:00",
        "16:00",
        "17:00",
        "18:30",
        "19:30",
        "20:30",
    ]
    share = {0: 0.7, 1: 0.45, 2: 0.4, 3: 0.4, 4: 0.55, 5: 0.6, 6: 0.4}
    return [
        Visit(
            at=_chosen_at(pick, now, slot_at),
            person=pick.randrange(25),
            offering="pilates",
            resource=teacher,
            slot_at=slot_at,
        )
        for days, busy in share.items()
        for teacher in ("lin", "zhou", "shen")
        for slot_at in (_at(zone, today + timedelta(days=days), one) for one in times)
        if pick.random() < busy
    ]


def _talk(pick: random.Random, now: datetime, zone: ZoneInfo, today: date) -> list[Visit]:
    soon = (today + timedelta(days=n) for n in range(8))
    weekend = (_at(zone, day, "14:00") for day in soon if day.isoweekday() >= SATURDAY)
    slot_at = next(one for one in weekend if one > now + timedelta(hours=2))
    parties = [1, 2, 2, 3, 1, 2, 4, 2, 1, 3, 2, 2, 1, 4, 3, 2, 1, 2, 3, 2]
    assert sum(parties) == _TALK_SOLD
    return [
        Visit(
            at=now - timedelta(minutes=pick.randrange(30, 4000)),
            person=n,
            offering="talk",
            resource=None,
            slot_at=slot_at,
            party_size=size,
        )
        for n, size in enumerate(parties)
    ]


def _cleaning(now: datetime, zone: ZoneInfo, today: date) -> list[Visit]:
    plan = [
        (0, "08:30", "team1"),
        (0, "13:30", "team2"),
        (1, "13:30", "team1"),
        (2, "08:30", "team2"),
    ]
    return [
        Visit(
            at=now - timedelta(days=2, minutes=7 * n),
            person=n,
            offering="cleaning",
            resource=team,
            slot_at=_at(zone, today + timedelta(days=days), start),
        )
        for n, (days, start, team) in enumerate(plan)
    ]


def _chosen_at(pick: random.Random, now: datetime, slot_at: datetime) -> datetime:
    """People choose hours or days before; nobody has chosen in the future yet."""
    chosen = slot_at - timedelta(minutes=pick.randrange(90, 3000))
    return min(chosen, now - timedelta(minutes=pick.randrange(20, 600)))


def _at(zone: ZoneInfo, day: date, start: str) -> datetime:
    hour, minute = map(int, start.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)


def _phone(person: int) -> str:
    return f"+861380571{1200 + person:04d}"


def _answers(content: DemoContent, visit: Visit) -> dict[str, Any]:
    name, phone = content.people[visit.person], _phone(visit.person).removeprefix("+86")
    if visit.offering == "cleaning":
        company = content.companies[visit.person % len(content.companies)]
        return {"name": name, "phone": phone, **company}
    if visit.offering == "talk":
        industry = ("internet", "education", "finance", "other")[visit.person % 4]
        return {"name": name, "phone": phone, "industry": industry}
    experience = ("first_time", "some", "regular")[visit.person % 3]
    return {"name": name, "phone": phone, "experience": experience}
