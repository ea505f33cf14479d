"""A shop in one event loop: the product's parts run by hand, and customers who visit it."""

import asyncio
import contextlib
import socket
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import httpx
import uvicorn
from litestar import Litestar

from shunyue.booking.api import Wish, confirm_hold
from shunyue.journey import commands as journey
from shunyue.kernel import clock
from shunyue.kernel.database import Database
from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import Actor
from shunyue.ordering.api import (
    CancellationCost,
    Order,
    cost_of_cancelling,
    facts_of,
    order_by_number,
)
from shunyue.payments import api as payments
from shunyue.payments.notices import receive_notice
from tests.builders.callers import staff_actor
from tests.builders.money import make_channel
from tests.simulation.parts import Parts

ANSWERS = {"name": "许知行", "phone": "13805712468", "experience": "first_time"}


class Shop(Parts):
    """What a customer can do with the product, one command each."""

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
            attempt, _ = await journey.intend_payment(
                tx,
                number=number,
                channel="wechat",
                scene=scene,
                return_url=None,
                client_ip="203.0.113.9",
            )
        return attempt

    async def start_payment(
        self, customer: Actor, number: str, scene: payments.SceneName = "native"
    ) -> payments.Attempt:
        """Start paying."""
        attempt = await self.intend(customer, number, scene)
        async with self.database.begin(customer) as tx:
            channel = await payments.channel_by_id(tx, attempt.channel_id)
        prompt = await self.desk.announce(self.database, customer, attempt, channel)
        async with self.database.begin(customer) as tx:
            return await payments.store_prompt(tx, attempt.id, prompt)

    async def pay(self, attempt: payments.Attempt) -> None:
        """Pay at the provider; we don't know yet."""
        await self.ask_simulator("pay", out_trade_no=attempt.out_trade_no)

    async def ask(self, attempt: payments.Attempt) -> str:
        """Ask the provider what became of an attempt."""
        return await self.desk.ask(self.database, self.merchant_id, attempt.id)

    async def book(self, customer: Actor, slot_id: UUID, party_size: int = 1) -> str:
        """Go the whole way; returns the number of a paid order."""
        number = await self.place_and_register(customer, slot_id, party_size)
        attempt = await self.start_payment(customer, number)
        await self.pay(attempt)
        await self.ask(attempt)
        await self.catch_up()
        assert (await self.order(number)).state == "confirmed"
        return number

    async def cancel(self, customer: Actor, number: str, fee_fen: int = 0) -> Order:
        """Cancel for the fee that was shown."""
        async with self.database.begin(customer) as tx:
            return await journey.cancel_order(tx, number=number, shown_fee_fen=fee_fen)

    async def cancel_for_merchant(
        self, number: str, fee_fen: int = 0, note: str = "老师生病"
    ) -> Order:
        """Have the merchant's staff cancel."""
        async with self.database.begin(staff_actor(self.merchant_id)) as tx:
            return await journey.cancel_for_merchant(tx, number=number, note=note, fee_fen=fee_fen)

    async def cost(self, number: str) -> CancellationCost | None:
        """Read what an order's page says that cancelling costs now."""
        order = await self.order(number)
        async with self.database.begin(self.system) as tx:
            return cost_of_cancelling(order, tx.now)

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

    async def places_taken(self, slot_id: UUID) -> int:
        """Count the places of a slot that are not free."""
        taken: int = await self.value("SELECT places_taken FROM slot WHERE id = $1", slot_id)
        return taken

    async def bookings(self, number: str) -> int:
        """Count an order's bookings that stand."""
        order = await self.order(number)
        count: int = await self.value(
            "SELECT count(*) FROM booking WHERE order_id = $1 AND cancelled_at IS NULL", order.id
        )
        return count

    async def balances(self) -> dict[str, int]:
        """Return every account that isn't empty."""
        async with self.database.begin(self.system) as tx:
            return {name: fen for name, fen in (await payments.balances(tx)).items() if fen}

    async def told(self, number: str) -> list[str]:
        """List what the inbox says about an order."""
        kinds: list[str] = await self.value(
            "SELECT coalesce(array_agg(kind ORDER BY created_at, id), '{}') FROM inbox_message"
            " WHERE order_number = $1",
            number,
        )
        return kinds


class _QuietServer(uvicorn.Server):
    """A web server that leaves the signals to the test run."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


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
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            app = Litestar([receive_notice], logging_config=None, openapi_config=None)
        app.state.database, app.state.providers = shop.database, shop.providers
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
