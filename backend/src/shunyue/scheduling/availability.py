"""The day view: which slots can be had, as bytes ready to send."""

import asyncio
import time
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from shunyue.catalog.api import offering_by_id
from shunyue.identity.api import Merchant
from shunyue.kernel.copy import wording
from shunyue.kernel.database import Database, Transaction
from shunyue.kernel.tokens import system_actor
from shunyue.scheduling import queries
from shunyue.scheduling.errors import DateOutOfRange
from shunyue.scheduling.policy import look_of
from shunyue.scheduling.records import CLOSED_BY_RULE, SlotView
from shunyue.scheduling.schemas import AvailabilityView, DayState, DayView, SlotLook

MAX_DAYS = 31
# Nobody asks for days further away; the horizon is a year at most.
_FARTHEST = timedelta(days=400)

# A place never looks free for more than a second after it went, even if no news arrives.
_FRESH_SECONDS = 0.9
# With news it is read again, but not more often than this: a rush must not turn reads into load.
_PAUSE_SECONDS = 0.1
_ANSWERS_AT_MOST = 10_000


def slot_look(slot: SlotView, now: datetime) -> SlotLook:
    """Show one slot."""
    look = look_of(slot, now)
    text = None
    if look.state == "off":
        text = slot.closed_text or wording(f"slot.{look.reason}", {})
    return SlotLook(
        id=slot.id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        resource_id=slot.resource_id,
        state=look.state,
        reason=look.reason,
        reason_text=text,
        places_left=look.places_left,
        capacity=slot.capacity,
    )


async def availability(
    tx: Transaction, merchant: Merchant, offering_id: UUID, first: date | None, days: int
) -> AvailabilityView:
    """Read an offering's days from `first` (default today) on.

    Raises `OfferingNotFound`, and `DateOutOfRange` for more than 31 days or absurd ones.
    """
    if not 1 <= days <= MAX_DAYS:
        raise DateOutOfRange(max_days=MAX_DAYS)
    offering = await offering_by_id(tx, offering_id)
    zone = ZoneInfo(merchant.time_zone)
    today = tx.now.astimezone(zone).date()
    start = first or today
    if abs(start - today) > _FARTHEST:
        raise DateOutOfRange(max_days=MAX_DAYS)
    begins, ends = (_midnight(zone, start + timedelta(days=n)) for n in (0, days))
    looks: dict[date, list[SlotLook]] = {}
    for slot in await queries.slots_between(tx, offering_id, begins, ends):
        looks.setdefault(slot.starts_at.astimezone(zone).date(), []).append(slot_look(slot, tx.now))
    last = today + timedelta(days=offering.rules.horizon_days)
    return AvailabilityView(
        offering_id=offering_id,
        time_zone=merchant.time_zone,
        today=today,
        last_bookable_on=last,
        server_time=tx.now,
        days=[
            _day(day, looks.get(day, []), today, last)
            for day in (start + timedelta(days=n) for n in range(days))
        ],
    )


def _midnight(zone: ZoneInfo, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _day(day: date, slots: list[SlotLook], today: date, last: date) -> DayView:
    if day < today:
        return _day_off(day, "past", [])
    if day > last:
        return _day_off(day, "beyond_horizon", [])
    free = [slot for slot in slots if slot.state == "free"]
    if free:
        return DayView(
            date=day,
            state="open",
            reason=None,
            reason_text=None,
            free_slots=len({slot.starts_at for slot in free}),
            free_places=sum(slot.places_left for slot in free),
            slots=slots,
        )
    if any(slot.state == "full" for slot in slots):
        return DayView(
            date=day,
            state="full",
            reason=None,
            reason_text=None,
            free_slots=0,
            free_places=0,
            slots=slots,
        )
    reasons = {slot.reason for slot in slots} - {"break"}
    if reasons == {"too_late"}:
        return _day_off(day, "too_late", slots)
    if reasons <= {"past", "too_late"} and reasons:
        return _day_off(day, "past", slots)
    named = next((slot for slot in slots if slot.reason in CLOSED_BY_RULE), None)
    if named is not None:
        return _day_off(day, named.reason or "day_off", slots, named.reason_text)
    return _day_off(day, "day_off", slots)


def _day_off(day: date, reason: str, slots: list[SlotLook], text: str | None = None) -> DayView:
    states: dict[str, DayState] = {"past": "past", "beyond_horizon": "beyond"}
    state = states.get(reason, "closed")
    return DayView(
        date=day,
        state=state,
        reason=reason,
        reason_text=text or wording(f"day.{reason}", {}),
        free_slots=0,
        free_places=0,
        slots=slots,
    )


_Key = tuple[UUID, UUID, date | None, int]


class AvailabilityCache:
    """Answers in memory, per process. News about a merchant's slots make them be read again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._answers: dict[_Key, tuple[float, bytes]] = {}
        self._news: dict[UUID, float] = {}
        self._new_rules: dict[UUID, float] = {}
        self._reading: dict[_Key, asyncio.Task[bytes]] = {}

    def heard(self, key: str) -> None:
        """Listen to the bus."""
        if key == "*":
            self._answers.clear()
        elif key.startswith("slots:"):
            self._news[UUID(key.removeprefix("slots:"))] = time.monotonic()
        elif key.startswith("rules:"):
            # Rare, and pages ask again only once: no answer from before may meet them.
            merchant_id = UUID(key.removeprefix("rules:"))
            self._answers = {one: it for one, it in self._answers.items() if one[0] != merchant_id}
            self._new_rules[merchant_id] = time.monotonic()

    def fresh(
        self, merchant_id: UUID, offering_id: UUID, first: date | None, days: int
    ) -> bytes | None:
        """Return the answer if it is still good, without waiting for anything."""
        known = self._answers.get((merchant_id, offering_id, first, days))
        if known is None:
            return None
        read_at, body = known
        age = time.monotonic() - read_at
        is_old = self._news.get(merchant_id, 0.0) >= read_at and age >= _PAUSE_SECONDS
        return None if is_old or age >= _FRESH_SECONDS else body

    async def read(
        self, merchant: Merchant, offering_id: UUID, first: date | None, days: int
    ) -> bytes:
        """Return the answer, reading it once for all who wait for it."""
        body = self.fresh(merchant.merchant_id, offering_id, first, days)
        if body is not None:
            return body
        key = (merchant.merchant_id, offering_id, first, days)
        task = self._reading.get(key)
        if task is None:
            task = asyncio.create_task(self._read(merchant, key))
            self._reading[key] = task
            task.add_done_callback(lambda _: self._reading.pop(key, None))
        return await asyncio.shield(task)

    async def _read(self, merchant: Merchant, key: _Key) -> bytes:
        started = time.monotonic()
        _, offering_id, first, days = key
        async with self._database.begin(system_actor(merchant.merchant_id)) as tx:
            view = await availability(tx, merchant, offering_id, first, days)
        body = msgspec.json.encode(view)
        if self._new_rules.get(key[0], 0.0) >= started:
            return body
        if len(self._answers) > _ANSWERS_AT_MOST:
            self._answers.clear()
        self._answers[key] = (started, body)
        return body
