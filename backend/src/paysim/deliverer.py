"""Carries notices to the shop in the background; no answer ever waits for it."""

import asyncio
from collections.abc import Callable

import httpx

from paysim.faults import fire, fire_message_flaws
from paysim.notices import plan_delivery, record_delivery
from paysim.records import Delivery, Notice
from paysim.simulation import Simulation

PARALLEL_DELIVERIES = 16
# A setting decides within this, by default the provider's five seconds.
LONGEST_PATIENCE_SECONDS = 60.0

Compose = Callable[[Simulation, Notice, list[str]], tuple[dict[str, str], bytes]]


class Deliverer:
    """Sends what is due; `composers` seal notices, one per provider."""

    def __init__(self, sim: Simulation, composers: dict[str, Compose]) -> None:
        self._sim = sim
        self._composers = composers
        self._client = httpx.AsyncClient(timeout=LONGEST_PATIENCE_SECONDS, trust_env=False)
        self._slots = asyncio.Semaphore(PARALLEL_DELIVERIES)
        self._under_way: dict[int, asyncio.Task[None]] = {}
        sim.agenda.register("notice", self._start_if_due)

    @property
    def is_idle(self) -> bool:
        """Tell whether no notice is on its way."""
        return not self._under_way

    def plan_all(self) -> None:
        """Plan everything queued: after a start, or after deliveries were allowed again."""
        for notice in self._sim.state.notices.values():
            # Attempts missed while nobody was running are one attempt, not all of them at once.
            notice.due_at = max(notice.due_at, self._sim.now())
            plan_delivery(self._sim, notice)

    async def deliver_next(self) -> Notice | None:
        """Deliver the queued notice that is due first, even before its time."""
        queued = [
            notice
            for notice in self._sim.state.notices.values()
            if notice.status == "queued" and notice.number not in self._under_way
        ]
        if not queued:
            return None
        notice = min(queued, key=lambda each: (each.due_at, each.number))
        await self._start(notice)
        return notice

    async def close(self) -> None:
        """Stop; what was under way stays queued."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._client.aclose()

    def _start_if_due(self, key: str) -> None:
        notice = self._sim.state.notices.get(int(key))
        if notice is None or notice.status != "queued" or notice.number in self._under_way:
            return
        if self._sim.state.settings.is_delivering and notice.due_at <= self._sim.now():
            self._start(notice)

    def _start(self, notice: Notice) -> asyncio.Task[None]:
        task = asyncio.create_task(self._deliver(notice))
        self._under_way[notice.number] = task
        task.add_done_callback(lambda _: self._finish(notice))
        return task

    def _finish(self, notice: Notice) -> None:
        del self._under_way[notice.number]
        # A retry that fell due while this attempt was still under way was passed over.
        if self._sim.state.notices.get(notice.number) is notice:
            plan_delivery(self._sim, notice)

    async def _deliver(self, notice: Notice) -> None:
        route = f"notice.{notice.kind}"
        flaws = fire_message_flaws(self._sim, route=route, mchid=notice.account)
        if fire(self._sim, "wrong_apiv3_key", route=route, mchid=notice.account) is not None:
            flaws.append("wrong_apiv3_key")
        async with self._slots:
            attempted_at = self._sim.now()
            headers, body = self._composers[notice.provider](self._sim, notice, flaws)
            outcome, is_accepted = await self._post(notice.url, headers, body)
        if self._sim.state.notices.get(notice.number) is notice:
            delivery = Delivery(
                attempted_at=attempted_at,
                is_accepted=is_accepted,
                outcome=outcome,
                flaws=notice.flaws + flaws,
            )
            record_delivery(self._sim, notice, delivery)
        await self._sim.snapshot.flush()

    async def _post(self, url: str, headers: dict[str, str], body: bytes) -> tuple[str, bool]:
        patience_seconds = self._sim.state.settings.notice_timeout_seconds
        try:
            async with asyncio.timeout(patience_seconds):
                answer = await self._client.post(url, content=body, headers=headers)
        except (TimeoutError, ValueError, httpx.HTTPError, httpx.InvalidURL) as error:
            return type(error).__name__, False
        return str(answer.status_code), answer.status_code in (200, 204)
