"""The web server's composition: wires domains together and decides nothing."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import structlog
from litestar import Litestar, MediaType, Response, Router, get
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.types import ASGIApp
from litestar.types import Method as HttpMethodName
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shunyue import development, static
from shunyue.backoffice import calendar_console
from shunyue.backoffice import console as backoffice_console
from shunyue.booking import routes as booking_routes
from shunyue.booking.api import PlaceTaker
from shunyue.booking.fast_path import FastPath
from shunyue.identity import console as identity_console
from shunyue.identity import routes as identity_routes
from shunyue.identity.access import (
    Gate,
    permission_guard,
    provide_customer,
    provide_merchant,
    provide_staff,
    provide_visitor,
)
from shunyue.identity.api import (
    LOGIN_ENDED,
    MailboxSender,
    Merchants,
    NoSender,
    logins_ended_since,
)
from shunyue.journey import calendar_routes
from shunyue.journey import console as journey_console
from shunyue.journey import routes as journey_routes
from shunyue.journey.calendar import CalendarSigner
from shunyue.kernel import clock
from shunyue.kernel.bus import Bus
from shunyue.kernel.crypto import Vault
from shunyue.kernel.database import Database, is_outage, open_pool
from shunyue.kernel.edge import Edge
from shunyue.kernel.errors import DomainError
from shunyue.kernel.http import fail, refuse, refuse_shape
from shunyue.kernel.settings import Settings
from shunyue.kernel.tokens import ACCESS_SECONDS, TokenSigner
from shunyue.notifications import routes as notification_routes
from shunyue.payments.api import CALL_TIMEOUT, ProviderDesk, Providers, receive_notice
from shunyue.realtime import routes as realtime_routes
from shunyue.realtime.hub import Hub
from shunyue.realtime.socket import serve_socket
from shunyue.scheduling import console as scheduling_console
from shunyue.scheduling import routes as scheduling_routes
from shunyue.scheduling.api import AvailabilityCache

log = structlog.get_logger(__name__)

LARGEST_BODY = 1_000_000


def create_app(settings: Settings, dsn: str) -> ASGIApp:
    """Return the whole application as one ASGI callable."""
    app = create_litestar(settings, dsn)
    return FastPath(Edge(app), app.state)


def create_litestar(settings: Settings, dsn: str) -> Litestar:
    """Return the framework's application, with all routes."""
    handlers: list[Any] = [
        _customer_api(),
        _console_api(),
        identity_routes.read_site,
        receive_notice,
        calendar_routes.read_calendar,
        serve_socket,
        healthz,
        readyz,
        metrics,
        *static.handlers(settings),
    ]
    if settings.is_development:
        handlers += development.HANDLERS
    app = Litestar(
        route_handlers=handlers,
        lifespan=[_running(settings, dsn)],
        exception_handlers={
            DomainError: refuse,
            HTTPException: refuse_shape,
            Exception: fail,
        },
        request_max_body_size=LARGEST_BODY,
        compression_config=CompressionConfig(
            backend="gzip", minimum_size=1024, gzip_compress_level=4
        ),
        openapi_config=OpenAPIConfig(
            title="Shunyue",
            version="1",
            path="/docs",
            render_plugins=static.openapi_plugins(),
            use_handler_docstrings=True,
            operation_id_creator=_operation_id,
        ),
        logging_config=None,
        debug=False,
    )
    app.state.settings = settings
    app.state.signer = TokenSigner(settings.key)
    app.state.vault = Vault(settings.key)
    app.state.calendar_signer = CalendarSigner(settings.key)
    app.state.gate = Gate(app.state.signer)
    app.state.code_sender = MailboxSender() if settings.is_development else NoSender()
    return app


def _customer_api() -> Router:
    return Router(
        path="/v1/m/{slug:str}",
        dependencies={
            "merchant": Provide(provide_merchant),
            "visitor": Provide(provide_visitor),
            "customer": Provide(provide_customer),
        },
        route_handlers=[
            _group(
                "Sign in",
                identity_routes.send_login_code,
                identity_routes.sign_in,
                identity_routes.refresh_login,
                identity_routes.sign_out,
                identity_routes.read_me,
            ),
            _group(
                "Find",
                scheduling_routes.read_merchant,
                scheduling_routes.list_offerings,
                scheduling_routes.read_offering,
                scheduling_routes.list_reviews,
                scheduling_routes.read_availability,
            ),
            _group(
                "Book",
                booking_routes.hold_slot,
                booking_routes.read_hold,
                booking_routes.confirm_hold,
                booking_routes.release_hold,
            ),
            _group(
                "Register and pay",
                journey_routes.list_orders,
                journey_routes.read_order,
                journey_routes.read_price,
                journey_routes.read_registration,
                journey_routes.save_draft,
                journey_routes.submit_registration,
                journey_routes.list_payment_methods,
                journey_routes.start_payment,
                journey_routes.check_payment,
                journey_routes.cancel_order,
            ),
            _group(
                "Messages",
                calendar_routes.read_calendar_link,
                calendar_routes.end_calendar_link,
                notification_routes.read_inbox,
                notification_routes.read_message,
                realtime_routes.poll_events,
            ),
        ],
    )


def _console_api() -> Router:
    return Router(
        path="/console/v1",
        dependencies={"staff": Provide(provide_staff)},
        guards=[permission_guard],
        tags=["Console"],
        route_handlers=[
            identity_console.sign_in,
            identity_console.refresh_login,
            identity_console.sign_out,
            identity_console.list_logins,
            identity_console.revoke_login,
            backoffice_console.read_today,
            backoffice_console.list_orders,
            backoffice_console.read_order,
            backoffice_console.list_offerings,
            journey_console.cancel_order,
            journey_console.cancel_orders,
            scheduling_console.read_rules,
            scheduling_console.preview_rules,
            scheduling_console.change_offering_rules,
            calendar_console.read_calendar,
            calendar_console.add_slot,
            calendar_console.close_slot,
            calendar_console.open_closed_slot,
            calendar_console.close_slots,
            realtime_routes.poll_console_events,
        ],
    )


def _group(name: str, *handlers: Any) -> Router:
    """Keep routes together in the API's documentation."""
    return Router(path="/", route_handlers=handlers, tags=[name])


def _operation_id(handler: HTTPRouteHandler, _: HttpMethodName, path: list[Any]) -> str:
    """Name an operation after its function; the console has some of the same name."""
    prefix = "console_" if path and path[0] == "console" else ""
    return f"{prefix}{handler.handler_name}"


def _running(settings: Settings, dsn: str) -> Any:
    @asynccontextmanager
    async def running(app: Litestar) -> AsyncIterator[None]:
        state = app.state
        state.bus = Bus()
        state.dsn = dsn
        pool = await open_pool(dsn)
        async with httpx.AsyncClient(timeout=CALL_TIMEOUT) as client:
            state.database = Database(pool, state.bus.announce)
            state.merchants = Merchants(state.database)
            state.places = PlaceTaker(pool, state.bus.announce)
            state.availability = AvailabilityCache(state.database)
            state.hub = Hub(state.database)
            state.providers = Providers(state.vault, client, settings.base_url)
            state.desk = ProviderDesk(state.providers)
            async with state.database.across_merchants() as connection:
                await clock.follow_database(connection)
            _listen(state)
            loops = [
                asyncio.create_task(state.bus.run(dsn)),
                asyncio.create_task(state.hub.run()),
            ]
            _calm_collector()
            try:
                yield
            finally:
                for loop in loops:
                    loop.cancel()
                await asyncio.gather(*loops, return_exceptions=True)
                await asyncio.wait_for(pool.close(), 10)

    return running


def _listen(state: Any) -> None:
    """Tell whoever remembers something when it has become old."""
    background: set[asyncio.Task[Any]] = set()

    def heard(key: str) -> None:
        state.gate.heard(key)
        state.availability.heard(key)
        state.hub.heard(key)
        if key == "merchants":
            state.merchants.forget()
        if key == clock.CLOCK_CHANNEL:
            begin(_follow_clock(state.database))
        elif key == "*":
            begin(_catch_up(state.database, heard))

    def begin(work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        background.add(task)
        task.add_done_callback(background.discard)

    state.bus.listen(heard)


async def _follow_clock(database: Database) -> None:
    async with database.across_merchants() as connection:
        await clock.follow_database(connection)


async def _catch_up(database: Database, heard: Callable[[str], None]) -> None:
    """Learn what was announced while this process did not listen, or did not run."""
    try:
        await _follow_clock(database)
        since = clock.utc_now() - timedelta(seconds=ACCESS_SECONDS)
        async with database.across_merchants() as connection:
            ended = await logins_ended_since(connection, since)
    except Exception as error:
        if not is_outage(error):
            raise
        # The bus comes back with the database, and says «*» again.
        log.warning("web.behind", error=repr(error))
        return
    for login_id in ended:
        heard(f"{LOGIN_ENDED}{login_id}")


def _calm_collector() -> None:
    """What lives for ever is not looked at again; garbage is looked for less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@get("/healthz", include_in_schema=False)
async def healthz() -> dict[str, str]:
    """Tell that the process runs."""
    return {"status": "ok"}


@get("/readyz", include_in_schema=False)
async def readyz(state: State) -> Response[dict[str, str]]:
    """Tell whether requests can be served: the database answers."""
    try:
        async with state.database.across_merchants() as connection:
            await connection.fetchval("SELECT 1", timeout=2)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
        return Response({"status": "database unreachable"}, status_code=503)
    return Response({"status": "ready"})


@get("/metrics", include_in_schema=False, media_type=MediaType.TEXT)
async def metrics() -> Response[bytes]:
    """Show counters and timings to Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
