"""What operators watch: alive, ready, and counted."""

import asyncio
import secrets

import psycopg
import pytest
from litestar.routes import HTTPRoute

from shunyue.identity.api import Merchant
from shunyue.kernel.database import Database
from shunyue.kernel.outbox import keep_running
from shunyue.kernel.settings import Settings
from shunyue.realtime.hub import Hub
from tests.builders.callers import SETTINGS, Front, framework, open_front

_PRODUCTION = Settings(
    environment="production",
    secret_key=secrets.token_hex(32),
    public_url="https://shop.example",
)


def paths(settings: Settings) -> set[str]:
    """Return every address that the application knows."""
    return {
        route.path_format for route in framework(settings).routes if isinstance(route, HTTPRoute)
    }


class TestDevelopersPages:
    def test_exist_in_development_only(self) -> None:
        only_here = paths(SETTINGS) - paths(_PRODUCTION)

        assert only_here == {"/dev/mailbox", "/dev/mailbox.json", "/dev/clock"}
        assert not [path for path in paths(_PRODUCTION) if "dev" in path]


class TestReadiness:
    async def test_follows_the_database(self, dsn: str, merchant: Merchant) -> None:
        async with open_front(dsn) as front:
            before = await front.get("/readyz")
            allow_connections(dsn, is_allowed=False)
            away = await front.get("/readyz")
            alive = await front.get("/healthz")
            allow_connections(dsn, is_allowed=True)
            after = await _until_ready(front)

        assert (before.status_code, before.json()) == (200, {"status": "ready"})
        assert (away.status_code, away.json()) == (503, {"status": "database unreachable"})
        assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
        assert after == 200

    async def test_of_requests_while_the_database_is_away_is_told_in_words(
        self, dsn: str, merchant: Merchant
    ) -> None:
        async with open_front(dsn) as front:
            allow_connections(dsn, is_allowed=False)
            answer = await front.get("offerings")
            allow_connections(dsn, is_allowed=True)

        assert (answer.status_code, answer.json()["code"]) == (503, "temporarily_unavailable")
        assert answer.headers["retry-after"] == "3"


class TestMetrics:
    async def test_count_answers_holds_and_events(self, dsn: str, merchant: Merchant) -> None:
        async with open_front(dsn) as front:
            await front.get("/v1/nothing")
            shown = await front.get("/metrics")

        assert shown.headers["content-type"].startswith("text/plain")
        for name in (
            'shunyue_http_requests_total{method="GET",status="404"}',
            "shunyue_http_request_seconds_bucket",
            "shunyue_hold_batch_size_count",
            "shunyue_sockets",
            "shunyue_events_relayed_total",
        ):
            assert name in shown.text


class TestEnd:
    @pytest.mark.parametrize("turns", range(6))
    async def test_of_the_hub_comes_also_together_with_news(
        self, database: Database, turns: int
    ) -> None:
        hub = Hub(database)
        running = asyncio.create_task(hub.run())
        await asyncio.sleep(0.3)

        hub.heard("pushes")

        assert await _ends(running, turns)

    @pytest.mark.parametrize("turns", range(6))
    async def test_of_a_loop_comes_also_together_with_its_wake_up(self, turns: int) -> None:
        async def find_nothing() -> bool:
            return False

        wake = asyncio.Event()
        running = asyncio.create_task(keep_running(find_nothing, wake))
        await asyncio.sleep(0.05)

        wake.set()

        assert await _ends(running, turns)

    async def test_of_the_application_comes_however_short_it_ran(
        self, dsn: str, merchant: Merchant
    ) -> None:
        for _ in range(5):
            async with asyncio.timeout(15), open_front(dsn) as front:
                await front.get("/healthz")


async def _ends(running: asyncio.Task[None], turns: int) -> bool:
    """Cancel a task some turns of the loop from now, once; tell whether it ended."""
    for _ in range(turns):
        await asyncio.sleep(0)
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=5)
    running.cancel()
    return bool(done)


def allow_connections(dsn: str, *, is_allowed: bool) -> None:
    """Take a database away from everybody, or give it back."""
    name = dsn.partition("@/")[2].partition("?")[0]
    with psycopg.connect(dsn.replace(f"/{name}?", "/postgres?"), autocommit=True) as elsewhere:
        elsewhere.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {str(is_allowed).lower()}")
        if not is_allowed:
            elsewhere.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
                [name],
            )


async def _until_ready(front: Front) -> int:
    for _ in range(300):
        if (await front.get("/readyz")).is_success:
            return 200
        await asyncio.sleep(0.1)
    return 0
