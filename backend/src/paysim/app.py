"""Puts the simulator together: routes, the background deliverer, and each provider's parts."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from litestar import Litestar, Request
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.types import Scope

from paysim import control, home
from paysim.deliverer import Deliverer
from paysim.simulation import Simulation
from paysim.wechatpay import cashier as wechatpay_cashier
from paysim.wechatpay import control as wechatpay_control
from paysim.wechatpay.gateway import wechatpay_gateway
from paysim.wechatpay.notices import compose
from paysim.wechatpay.payment import pay_when_due
from paysim.wechatpay.refunds import end_refund_when_due

logger = logging.getLogger(__name__)
ROUTES = (
    control.healthz,
    control.show_clock,
    control.set_clock,
    control.advance_clock,
    control.list_movements,
    control.list_notices,
    control.deliver_next,
    control.settle,
    control.list_faults,
    control.add_fault,
    control.remove_faults,
    control.remove_fault,
    control.show_settings,
    control.change_settings,
    control.reset,
    home.show_home,
    wechatpay_control.register_merchant,
    wechatpay_control.pay,
    wechatpay_control.end_refund_by_hand,
    wechatpay_control.list_trades,
    wechatpay_cashier.open_by_code_url,
    wechatpay_cashier.show_cashier,
    wechatpay_cashier.show_h5,
    wechatpay_cashier.act,
    wechatpay_gateway,
)


def create_app(sim: Simulation) -> Litestar:
    """Make the application of one simulation."""
    sim.agenda.register("wechatpay.payment", partial(pay_when_due, sim))
    sim.agenda.register("wechatpay.refund", partial(end_refund_when_due, sim))

    @asynccontextmanager
    async def background(app: Litestar) -> AsyncIterator[None]:
        deliverer = Deliverer(sim, {"wechatpay": compose})
        app.state.sim = sim
        app.state.deliverer = deliverer
        plan_everything(sim, deliverer)
        serving = asyncio.create_task(sim.agenda.run())
        try:
            yield
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            await deliverer.close()
            await sim.snapshot.flush()

    return Litestar(
        route_handlers=list(ROUTES),
        dependencies={
            "sim": Provide(_sim, sync_to_thread=False),
            "deliverer": Provide(_deliverer, sync_to_thread=False),
        },
        lifespan=[background],
        after_exception=[_log_bug],
        logging_config=None,
        openapi_config=None,
    )


def plan_everything(sim: Simulation, deliverer: Deliverer) -> None:
    """Put on the agenda what the state file says is still to happen."""
    deliverer.plan_all()
    for key, trade in sim.state.wechatpay.trades.items():
        if trade.pays_at is not None:
            sim.agenda.plan(trade.pays_at, "wechatpay.payment", key)
    for key, refund in sim.state.wechatpay.refunds.items():
        if refund.ends_at is not None:
            sim.agenda.plan(refund.ends_at, "wechatpay.refund", key)


async def _log_bug(error: Exception, scope: Scope) -> None:
    if not isinstance(error, HTTPException):
        logger.error("%s failed", scope["path"], exc_info=error)


def _sim(request: Request[Any, Any, Any]) -> Simulation:
    sim: Simulation = request.app.state.sim
    return sim


def _deliverer(request: Request[Any, Any, Any]) -> Deliverer:
    deliverer: Deliverer = request.app.state.deliverer
    return deliverer
