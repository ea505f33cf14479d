"""A shop in one event loop: the product's parts run by hand, and customers who visit it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import uvicorn
from litestar import Litestar

from shunyue.booking.api import PlaceTaker, Wish, confirm_hold, expire_holds
from shunyue.journey import commands as journey
from shunyue.journey.jobs import TIMERS
from shunyue.kernel import clock
from shunyue.kernel.database import Database
from shunyue.kernel.ids import new_id
from shunyue.kernel.outbox import Deliverer, Relay, Subscription
from shunyue.kernel.timers import TimerHandler, TimerRunner
from shunyue.kernel.tokens import Actor, system_actor
from shunyue.ordering.api import Order, facts_of, order_by_number
from shunyue.payments import api as payments
from shunyue.payments.notices import receive_notice
from shunyue.realtime.projection import project
from shunyue.worker import SUBSCRIPTIONS
from tests.builders.money import VAULT, make_channel

ANSWERS = {"name": "许知行", "phone": "13805712468", "experience": "first_time"}


class Shop:
    """One merchant's product with its clock stopped: nothing happens unless a test lets it."""

    def __init__(
        self, database: Database, owner: asyncpg.Connection, merchant_id: UUID, url: str
    ) -> None:
        self.database, self.owner, self.merchant_id = database, owner, merchant_id
        self.system = system_actor(merchant_id)
        self.places = PlaceTaker(database.pool, lambda _: None)
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.subscriptions: Sequence[Subscription] = SUBSCRIPTIONS
        self._url = url

    def open(self, client: httpx.AsyncClient, simulator: httpx.AsyncClient) -> None:
        """Put the parts together."""
        self.simulator = simulator
        self.providers = payments.Providers(VAULT, client, self._url)
        self.desk = payments.ProviderDesk(self.providers)
        self.relay = Relay(self.database, self.subscriptions, project, lambda _: None)
        self.deliverer = Deliverer(self.database, self.subscriptions)
        self.timer_handlers: dict[str, TimerHandler] = {
            **TIMERS,
            payments.QUERY_TIMER: self.desk.query_due,
            payments.REFUND_TIMER: self.desk.refund_due,
        }
        self.timers = TimerRunner(self.database, self.timer_handlers)

    async def hold(self, customer: Actor, slot_id: UUID, party_size: int = 1) -> UUID:
        """Choose a slot."""
        wish = Wish(slot_id, party_size, customer.id or new_id(), new_id())
        placement = await self.places.hold(self.merchant_id, wish)
        assert placement.outcome == "held", placement.outcome
        return placement.hold_id

    async def place(self, customer: Actor, slot_id: UUID, party_size: int = 1) -> str:
        """Choose a slot and confirm; returns the order number."""
        hold_id = await self.hold(customer, slot_id, party_size)
        async with self.database.begin(customer) as tx:
            return (await confirm_hold(tx, hold_id=hold_id)).number

    async def register(self, customer: Actor, number: str) -> Order:
        """Hand the registration in."""
        async with self.database.begin(customer) as tx:
            return await journey.submit_registration(tx, number=number, answers=ANSWERS)

    async def place_and_register(self, customer: Actor, slot_id: UUID, party_size: int = 1) -> str:
        """Come as far as the cashier; returns the order number."""
        number = await self.place(customer, slot_id, party_size)
        await self.register(customer, number)
        return number

    async def intend(
        self, customer: Actor, number: str, scene: payments.SceneName = "native"
    ) -> payments.Attempt:
        """Start paying, without the provider having heard of it."""
        async with self.database.begin(customer) as tx:
            return await journey.intend_payment(
                tx,
                number=number,
                channel="wechat",
                scene=scene,
                return_url=None,
                client_ip="203.0.113.9",
            )

    async def start_payment(
        self, customer: Actor, number: str, scene: payments.SceneName = "native"
    ) -> payments.Attempt:
        """Start paying."""
        attempt = await self.intend(customer, number, scene)
        return await self.desk.start(self.database, customer, attempt)

    async def pay(self, attempt: payments.Attempt) -> None:
        """Pay at the provider; we don't know yet."""
        await self.ask_simulator("pay", out_trade_no=attempt.out_trade_no)

    async def ask(self, attempt: payments.Attempt) -> str:
        """Ask the provider what became of an attempt."""
        return await self.desk.ask(self.database, self.merchant_id, attempt.id)

    async def cancel(self, customer: Actor, number: str) -> Order:
        """Give the order up."""
        async with self.database.begin(customer) as tx:
            return await journey.cancel_order(tx, number=number)

    async def order(self, number: str) -> Order:
        """Read an order."""
        async with self.database.begin(self.system) as tx:
            order = await order_by_number(tx, number)
        assert order is not None
        return order

    async def facts(self, number: str) -> list[str]:
        """List what happened to an order."""
        order = await self.order(number)
        async with self.database.begin(self.system) as tx:
            return [fact.kind for fact in await facts_of(tx, order.id)]

    async def attempts(self, number: str) -> list[payments.Attempt]:
        """List the tries to pay an order."""
        order = await self.order(number)
        async with self.database.begin(self.system) as tx:
            return await payments.attempts_of(tx, order.id)

    async def refunds(self, number: str) -> list[payments.Refund]:
        """List the refunds of an order."""
        order = await self.order(number)
        async with self.database.begin(self.system) as tx:
            return await payments.refunds_of(tx, order.id)

    async def balances(self) -> dict[str, int]:
        """Return every account that isn't empty."""
        async with self.database.begin(self.system) as tx:
            return {name: fen for name, fen in (await payments.balances(tx)).items() if fen}

    async def value(self, query: str, *args: Any) -> Any:
        """Ask the database for one value."""
        async with self.database.begin(self.system) as tx:
            return await tx.connection.fetchval(query, *args)

    async def step(self) -> bool:
        """Do one thing that the worker would do now; returns whether there was any."""
        return bool(
            await self.relay.run_once()
            or await self.deliverer.run_once()
            or await self.read_notices()
            or await self.timers.run_once()
            or await expire_holds(self.database)
        )

    async def catch_up(self) -> None:
        """Do everything that is due now."""
        while await self.step():
            pass

    async def move_clock(self, seconds: float) -> None:
        """Let time pass for database, tokens, signing and simulator, without doing anything."""
        self.now += timedelta(seconds=seconds)
        await self.owner.execute(
            "CREATE OR REPLACE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE"
            f" PARALLEL SAFE AS $$ SELECT timestamptz '{self.now.isoformat()}' $$"
        )
        async with self.database.across_merchants() as connection:
            await clock.follow_database(connection)
        ahead = self.now - datetime.now(UTC)
        await self.ask_simulator("clock", offset_seconds=ahead.total_seconds())
        await self.ask_simulator("settle")

    async def live(self, seconds: int, step_seconds: int = 5) -> None:
        """Let time pass with the worker running."""
        await self.catch_up()
        for _ in range(0, seconds, step_seconds):
            await self.move_clock(step_seconds)
            await self.catch_up()

    async def deliver_notices(self) -> None:
        """Have the provider send each notice that waits, once."""
        for _ in await self.notices("queued"):
            await self.ask_simulator("deliver_next")

    async def notices(self, status: str) -> list[Any]:
        """List the provider's notices in a state."""
        answer = (await self.simulator.get("/_sim/notices")).json()
        return [one for one in answer if one["status"] == status]

    async def read_notices(self) -> int:
        """Act on stored notices, as the queue does."""
        async with self.database.across_merchants() as connection:
            jobs = await connection.fetch("SELECT id, payload FROM queue.pgqueuer ORDER BY id")
        for job in jobs:
            merchant_id, notice_id = (UUID(part) for part in job["payload"].decode().split())
            await self.desk.read_notice(self.database, merchant_id, notice_id)
            async with self.database.across_merchants() as connection:
                await connection.execute("DELETE FROM queue.pgqueuer WHERE id = $1", job["id"])
        return len(jobs)

    async def break_simulator(self, kind: str, **details: Any) -> None:
        """Ask the simulator for a fault."""
        await self.ask_simulator("faults", kind=kind, **details)

    async def journal(self) -> list[dict[str, Any]]:
        """Read every movement of money at the provider."""
        movements: list[dict[str, Any]] = (await self.simulator.get("/_sim/journal")).json()
        return movements

    async def ask_simulator(self, path: str, **body: Any) -> Any:
        """Use the simulator's control API."""
        answer = await self.simulator.post(f"/_sim/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()


class _QuietServer(uvicorn.Server):
    """A web server that leaves the signals to the test run."""

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


@asynccontextmanager
async def open_shop(
    dsn: str, pool: asyncpg.Pool, merchant_id: UUID, account: payments.WechatConfig
) -> AsyncIterator[Shop]:
    """Open a shop on an empty database, with an empty simulator that delivers only when told."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    owner = await asyncpg.connect(dsn)
    shop = Shop(Database(pool, lambda _: None), owner, merchant_id, url)
    async with (
        httpx.AsyncClient(timeout=10, trust_env=False) as client,
        httpx.AsyncClient(base_url=account.base_url, timeout=30, trust_env=False) as simulator,
    ):
        shop.open(client, simulator)
        await make_channel(shop.database, merchant_id, account)
        await shop.ask_simulator("reset")
        await shop.ask_simulator("settings", is_delivering=False, refund_delay_seconds=0)
        await shop.move_clock(0)
        app = Litestar([receive_notice], logging_config=None, openapi_config=None)
        app.state.update(vars(SimpleNamespace(database=shop.database, providers=shop.providers)))
        server = _QuietServer(uvicorn.Config(app, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield shop
        finally:
            server.should_exit = True
            await serving
            await clock.move_database(owner, 0)
            await clock.follow_database(owner)
            await owner.close()
