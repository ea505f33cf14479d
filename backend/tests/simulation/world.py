"""A seeded world: customers, a merchant, a worker and a provider that do random things in turn.

Every choice comes from one seeded source and every instant from a clock that only steps, so the
same seed lives the same story again.
"""

import functools
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from shunyue.booking.api import Wish, confirm_hold, expire_holds
from shunyue.booking.commands import release_hold
from shunyue.kernel.database import Database, Transaction
from shunyue.kernel.errors import DomainError
from shunyue.kernel.ids import new_id
from shunyue.kernel.outbox import Deliverer, Subscription
from shunyue.kernel.timers import Due, TimerHandler, TimerRunner
from shunyue.kernel.tokens import Actor
from shunyue.payments.api import Attempt, ProviderError, SceneName
from tests.builders.supply import make_customer, make_offering, make_resource, make_slot
from tests.builders.visits import Shop
from tests.simulation.checks import Watcher

STEPS = 80
CRASH_PROBABILITY = 0.15
SHORT_JUMPS_SHARE = 0.75
CONFIRMING_SHARE = 0.8
PAYING_SHARE = 0.6
HESITATING_SHARE = 0.2
HESITATION_SECONDS = 1800
# Free to cancel at first, and not any more some hours of a story later.
_CROSSING = timedelta(hours=27)
_SHORT_JUMPS = (1, 4, 5, 10, 15, 30, 60, 61)
_LONG_JUMPS = (119, 300, 600, 840, 899, 900, 1799, 1800)
SCENES: tuple[SceneName, ...] = ("native", "h5")
_CALL_FAULTS = ("response_lost", "error_before", "error_after", "wrong_signature")
_ROUTES = ("create", "query", "close", "refund", "query_refund")
_NOTICE_FAULTS = (
    "notice_duplicated",
    "notice_reordered",
    "notice_delayed",
    "wrong_signature",
    "tampered_body",
)
_LOST_NOTICES = ("notice_dropped", "amount_mismatch", "currency_mismatch", "mchid_mismatch")
_MONEY_FAULTS = ("close_race", "refund_abnormal", "refund_closed", "refund_stuck")


class Crashed(Exception):
    """Whoever was at work is gone; what was not committed never happened."""


class World:
    """What there is, and everything that can happen to it."""

    def __init__(self, shop: Shop, seed: int) -> None:
        self.shop = shop
        self.pick = random.Random(seed)
        self.trace: list[str] = []
        self.watcher = Watcher(shop)
        self.is_calm = False
        # A charge after the close whose notice never says the truth is found in the bill only:
        # a world has late charges, or notices that are lost for good, not both.
        self.has_late_charges = self.pick.random() < 0.5
        self.customers: list[Actor] = []
        self.slots: list[UUID] = []
        self.holds: list[tuple[Actor, UUID]] = []
        self.orders: list[tuple[Actor, str]] = []
        self.shown: list[tuple[Actor, str, Attempt]] = []

    async def furnish(self) -> None:
        """Give the merchant slots that are soon fought for, and the worker its weaknesses."""
        shop, merchant_id = self.shop, self.shop.merchant_id
        lesson = await make_offering(shop.database, merchant_id, kind="personal", price_fen=48000)
        other = await make_offering(shop.database, merchant_id, kind="personal", price_fen=30000)
        await self._set_fee(lesson, 33)
        await self._set_fee(other, 100)
        teacher = await make_resource(shop.database, merchant_id)
        self.offerings = [lesson, other]
        self.slots = [
            await make_slot(shop.database, merchant_id, lesson, resource_id=teacher),
            await make_slot(shop.database, merchant_id, other, resource_id=teacher),
            await make_slot(shop.database, merchant_id, other, starts_in=_CROSSING),
            await make_slot(shop.database, merchant_id, lesson, capacity=4, starts_in=_CROSSING),
        ]
        self.customers = [await make_customer(shop.database, merchant_id) for _ in range(6)]
        subscriptions = [
            Subscription(one.event, self._crashing(one.handle)) for one in shop.subscriptions
        ]
        shop.deliverer = Deliverer(shop.database, subscriptions)
        timers = {kind: self._crashing_timer(one) for kind, one in shop.timer_handlers.items()}
        shop.timers = TimerRunner(shop.database, timers)

    async def live(self, steps: int) -> None:
        """Let so many random things happen, and look at everything after each."""
        actions = {name: getattr(self, f"do_{name}") for name in _WEIGHTS}
        for _ in range(steps):
            (name,) = self.pick.choices(list(_WEIGHTS), list(_WEIGHTS.values()))
            await self._do(name, actions[name])
            await self.watcher.look()

    async def come_to_rest(self) -> None:
        """End all trouble and let time pass until nothing is left to do; then all must be well."""
        shop = self.shop
        self.is_calm = True
        await shop.simulator.delete("/_sim/faults")
        for _ in range(4):
            await shop.deliver_notices()
            await shop.live(1000, 500)
            await self._mend_refunds()
            await self.watcher.look()
        await shop.live(3600, 1200)
        await shop.deliver_notices()
        await shop.catch_up()
        await self.watcher.look_at_rest()

    async def do_hold(self) -> str:
        customer, slot_id = self.pick.choice(self.customers), self.pick.choice(self.slots)
        size = self.pick.choice((1, 1, 1, 1, 2))
        assert customer.id is not None
        wish = Wish(slot_id, size, customer.id, new_id())
        placement = await self.shop.places.hold(self.shop.merchant_id, wish)
        if placement.outcome == "held":
            self.holds.append((customer, placement.hold_id))
            if self.pick.random() < CONFIRMING_SHARE:
                await self.do_confirm()
        return placement.outcome

    async def do_confirm(self) -> str:
        if not self.holds:
            return "nobody"
        customer, hold_id = self.holds[-1]
        async with self.shop.database.begin(customer) as tx:
            number = (await confirm_hold(tx, hold_id=hold_id)).number
        if all(number != known for _, known in self.orders):
            self.orders.append((customer, number))
        return "placed"

    async def do_release(self) -> str:
        if not self.holds:
            return "nobody"
        customer, hold_id = self.pick.choice(self.holds)
        async with self.shop.database.begin(customer) as tx:
            await release_hold(tx, hold_id=hold_id)
        return "released"

    async def do_go_on(self) -> str:
        """Do what an order's page invites to."""
        states = {number: (await self.shop.order(number)).state for _, number in self.orders}
        is_open = [one for one in self.orders if states[one[1]].startswith("awaiting")]
        if not is_open:
            return await self.do_hold()
        customer, number = self.pick.choice(is_open)
        if states[number] == "awaiting_registration":
            return (await self.shop.register(customer, number)).state
        shown = [attempt for _, of, attempt in self.shown if of == number]
        if shown and self.pick.random() < PAYING_SHARE:
            return await self._pay(self.pick.choice(shown))
        return await self._start_payment(customer, number)

    async def do_register(self) -> str:
        customer, number = self._some_order()
        return (await self.shop.register(customer, number)).state

    async def do_start_payment(self) -> str:
        return await self._start_payment(*self._some_order())

    async def do_pay(self) -> str:
        if not self.shown:
            return "nobody"
        return await self._pay(self.pick.choice(self.shown)[2])

    async def do_come_back(self) -> str:
        if not self.shown:
            return "nobody"
        _, _, attempt = self.pick.choice(self.shown)
        return await self.shop.ask(attempt)

    async def do_cancel(self) -> str:
        customer, number = self._some_order()
        cost = await self.shop.cost(number)
        await self._hesitate()
        return (await self.shop.cancel(customer, number, cost.fee_fen if cost else 0)).state

    async def do_merchant_cancel(self) -> str:
        _, number = self._some_order()
        cost = await self.shop.cost(number)
        await self._hesitate()
        fee_fen = self.pick.choice((0, cost.fee_fen if cost else 0))
        return (await self.shop.cancel_for_merchant(number, fee_fen)).state

    async def do_work(self) -> str:
        step = self.pick.choice(("relay", "deliver", "deliver", "ring", "sweep", "read"))
        works: dict[str, Callable[[], Awaitable[object]]] = {
            "relay": self.shop.relay.run_once,
            "deliver": self.shop.deliverer.run_once,
            "ring": self.shop.timers.run_once,
            "sweep": functools.partial(expire_holds, self.shop.database),
            "read": self.shop.read_notices,
        }
        return f"{step} {await works[step]()}"

    async def do_catch_up(self) -> str:
        await self.shop.catch_up()
        return "done"

    async def do_notice(self) -> str:
        answer = await self.shop.simulator.post("/_sim/deliver_next", json={})
        notice = answer.json()["notice"]
        return notice["status"] if notice else "none"

    async def do_read_again(self) -> str:
        notices = await self.shop.owner.fetch("SELECT id FROM provider_notice ORDER BY received_at")
        if not notices:
            return "none"
        notice_id = self.pick.choice(notices)["id"]
        again = Due(self.shop.merchant_id, notice_id, 1)
        await self.shop.desk.notice_due(self.shop.database, again)
        return "read"

    async def do_jump(self) -> str:
        is_short = self.pick.random() < SHORT_JUMPS_SHARE
        seconds = self.pick.choice(_SHORT_JUMPS if is_short else _LONG_JUMPS)
        await self.shop.move_clock(seconds)
        return str(seconds)

    async def do_abandon(self) -> str:
        """Let a payment window run out, while others want the place and money may still land."""
        if self.has_late_charges:
            await self.shop.break_simulator("close_race", seconds=600)
        await self.shop.move_clock(1800)
        await self.shop.catch_up()
        outcomes = [await self.do_hold() for _ in range(self.pick.randint(0, 3))]
        await self.shop.move_clock(601)
        return ", ".join(outcomes)

    async def do_fault(self) -> str:
        notice_faults = _NOTICE_FAULTS + (() if self.has_late_charges else _LOST_NOTICES)
        kind = self.pick.choice((*_CALL_FAULTS, *notice_faults, *_MONEY_FAULTS, "close_race"))
        details: dict[str, Any] = {"count": self.pick.randint(1, 2)}
        if kind in _CALL_FAULTS:
            details["route"] = self.pick.choice(_ROUTES)
        elif kind == "notice_duplicated":
            details["times"] = self.pick.randint(1, 3)
        elif kind == "notice_delayed":
            details["seconds"] = self.pick.choice((10, 600))
        elif kind == "close_race" and self.has_late_charges:
            details["seconds"] = self.pick.choice((0, 30, 900))
        await self.shop.break_simulator(kind, **details)
        return f"{kind} {details}"

    async def do_price_change(self) -> str:
        price_fen = self.pick.choice((100, 30000, 48000, 99900))
        offering_id = self.pick.choice(self.offerings)
        await self.shop.value(
            "UPDATE offering SET price_fen = $2 WHERE id = $1", offering_id, price_fen
        )
        return str(price_fen)

    async def _do(self, name: str, action: Callable[[], Awaitable[str]]) -> None:
        try:
            outcome = await action()
        except (DomainError, ProviderError) as refusal:
            outcome = refusal.code
        except (Crashed, httpx.TransportError) as trouble:
            outcome = type(trouble).__name__
        self.trace.append(f"{name}: {outcome}")

    async def _set_fee(self, offering_id: UUID, percent: int) -> None:
        await self.shop.value(
            "UPDATE offering SET fee_percent = $2 WHERE id = $1", offering_id, percent
        )

    async def _hesitate(self) -> None:
        """Read what cancelling costs; the free time may pass meanwhile."""
        if self.pick.random() < HESITATING_SHARE:
            await self.shop.move_clock(HESITATION_SECONDS)

    async def _start_payment(self, customer: Actor, number: str) -> str:
        scene = self.pick.choice(SCENES)
        attempt = await self.shop.start_payment(customer, number, scene)
        self.shown.append((customer, number, attempt))
        return attempt.state

    async def _pay(self, attempt: Attempt) -> str:
        body = {"out_trade_no": attempt.out_trade_no}
        return str((await self.shop.simulator.post("/_sim/pay", json=body)).status_code)

    def _some_order(self) -> tuple[Actor, str]:
        if not self.orders:
            raise Crashed
        return self.pick.choice(self.orders[-6:])

    def _crashing(self, handle: Callable[[Transaction, Any], Awaitable[None]]) -> Any:
        @functools.wraps(handle)
        async def crashing(tx: Transaction, event: Any) -> None:
            await handle(tx, event)
            self._crash_sometimes()

        return crashing

    def _crashing_timer(self, ring: TimerHandler) -> TimerHandler:
        async def crashing(database: Database, due: Due) -> None:
            self._crash_sometimes()
            await ring(database, due)
            self._crash_sometimes()

        return crashing

    def _crash_sometimes(self) -> None:
        if not self.is_calm and self.pick.random() < CRASH_PROBABILITY:
            raise Crashed

    async def _mend_refunds(self) -> None:
        """People at the provider carry out what it could not."""
        rows = await self.shop.owner.fetch(
            "SELECT out_refund_no FROM refund WHERE state IN ('processing', 'abnormal') ORDER BY id"
        )
        for row in rows:
            body = {"out_refund_no": row["out_refund_no"], "status": "SUCCESS"}
            await self.shop.simulator.post("/_sim/end_refund", json=body)


_WEIGHTS = {
    "hold": 8,
    "go_on": 26,
    "confirm": 2,
    "release": 1,
    "register": 1,
    "start_payment": 1,
    "pay": 3,
    "come_back": 4,
    "cancel": 4,
    "merchant_cancel": 2,
    "work": 12,
    "catch_up": 8,
    "notice": 8,
    "read_again": 1,
    "jump": 9,
    "fault": 8,
    "abandon": 3,
    "price_change": 1,
}
