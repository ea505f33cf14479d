"""The product's parts in one event loop with the clock stopped, run by hand, beside a simulator."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from shunyue.booking.api import PlaceTaker, expire_holds
from shunyue.journey.jobs import TIMERS
from shunyue.kernel import clock
from shunyue.kernel.database import Database, Transaction
from shunyue.kernel.outbox import Deliverer, Relay, Subscription
from shunyue.kernel.timers import TimerHandler, TimerRunner
from shunyue.kernel.tokens import system_actor
from shunyue.payments import api as payments
from shunyue.payments.commands import record_trade
from shunyue.payments.providers.port import PaymentProvider, TradeState
from shunyue.realtime.projection import project
from shunyue.worker import SUBSCRIPTIONS
from tests.builders.money import VAULT


class Parts:
    """One merchant's product: nothing happens unless a test lets it."""

    def __init__(
        self, database: Database, owner: asyncpg.Connection, merchant_id: UUID, url: str
    ) -> None:
        self.database, self.owner, self.merchant_id = database, owner, merchant_id
        self.system = system_actor(merchant_id)
        self.places = PlaceTaker(database.pool, lambda _: None)
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.subscriptions: Sequence[Subscription] = SUBSCRIPTIONS
        self.url = url

    def open(self, client: httpx.AsyncClient, simulator: httpx.AsyncClient) -> None:
        """Put the parts together."""
        self.client, self.simulator = client, simulator
        self.providers = payments.Providers(VAULT, client, self.url)
        self.desk = payments.ProviderDesk(self.providers)
        self.relay = Relay(self.database, self.subscriptions, project, lambda _: None)
        self.deliverer = Deliverer(self.database, self.subscriptions)
        self.timer_handlers: dict[str, TimerHandler] = {
            **TIMERS,
            payments.NOTICE_TIMER: self.desk.notice_due,
            payments.QUERY_TIMER: self.desk.query_due,
            payments.REFUND_TIMER: self.desk.refund_due,
        }
        self.timers = TimerRunner(self.database, self.timer_handlers)
        self.notice_timers = TimerRunner(
            self.database, {payments.NOTICE_TIMER: self.desk.notice_due}
        )

    async def value(self, query: str, *args: Any) -> Any:
        """Ask the database for one value."""
        async with self.database.begin(self.system) as tx:
            return await tx.connection.fetchval(query, *args)

    async def step(self) -> bool:
        """Do one thing that the worker would do now; returns whether there was any."""
        return bool(
            await self.relay.run_once()
            or await self.deliverer.run_once()
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
        """Act on stored notices before anything else that is due; returns how many there were."""
        count = 0
        while await self.notice_timers.run_once():
            count += 1
        return count

    async def record(self, tx: Transaction, attempt: payments.Attempt, trade: TradeState) -> str:
        """Take in what the provider says about an attempt."""
        return await record_trade(tx, attempt, trade)

    async def provider_of(self, attempt: payments.Attempt) -> PaymentProvider:
        """Return the client that an attempt is made with."""
        async with self.database.begin(self.system) as tx:
            channel = await payments.channel_by_id(tx, attempt.channel_id)
        return self.providers.of(channel)

    async def postpone_delivery(self, event: str, seconds: int) -> None:
        """Have the handlers of an event come late, as after a crash."""
        await self.owner.execute(
            "UPDATE outbox_delivery d SET due_at = app_now() + make_interval(secs => $2)"
            " FROM outbox o WHERE o.merchant_id = d.merchant_id AND o.id = d.event_id"
            " AND d.delivered_at IS NULL AND o.name LIKE '%.' || $1 || '.%'",
            event,
            float(seconds),
        )

    async def break_simulator(self, kind: str, **details: Any) -> None:
        """Ask the simulator for a fault."""
        await self.ask_simulator("faults", kind=kind, **details)

    async def journal(self) -> list[dict[str, Any]]:
        """Read every movement of money at the provider."""
        movements: list[dict[str, Any]] = (await self.simulator.get("/_sim/journal")).json()
        return movements

    async def trades(self) -> list[dict[str, Any]]:
        """Read every trade that the provider knows."""
        trades: list[dict[str, Any]] = (await self.simulator.get("/_sim/trades")).json()
        return trades

    async def ask_simulator(self, path: str, **body: Any) -> Any:
        """Use the simulator's control API."""
        answer = await self.simulator.post(f"/_sim/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()
