"""The start page: open trades as links, so that a demo on one screen can "scan" its QR codes."""

from litestar import Response, get

from paysim.clock import beijing_time
from paysim.pages import Html, page, render, yuan
from paysim.simulation import Simulation
from paysim.wechatpay.codes import newest_open_code
from paysim.wechatpay.payment import payability
from paysim.wording import say

MOST_TRADES = 50


@get("/_sim")
async def show_home(sim: Simulation) -> Response[str]:
    """List what can be paid, newest first."""
    trades = Html("".join(_open_trades(sim)[:MOST_TRADES]))
    content = render(
        "home.html",
        title=say("page.home"),
        hint=say("page.home.hint"),
        cashier_url="/_sim/cashier",
        code_label=say("page.home.code"),
        code_placeholder=say("page.home.code.placeholder"),
        scan=say("page.home.scan"),
        open_label=say("page.home.open"),
        trades=trades or render("empty.html", text=say("page.home.empty")),
        clock_label=say("page.home.clock"),
        clock=f"{beijing_time(sim.now()):%Y-%m-%d %H:%M:%S}",
    )
    return page(say("page.home"), content)


def _open_trades(sim: Simulation) -> list[Html]:
    rows: list[Html] = []
    for trade in reversed(sim.state.wechatpay.trades.values()):
        code = newest_open_code(sim, trade)
        if code is None or payability(sim, trade, code) != "open":
            continue
        row = render(
            "trade.html",
            url=f"/_sim/cashier/{code.id}",
            number=trade.out_trade_no,
            description=trade.description,
            payee=sim.state.wechatpay.merchants[trade.mchid].payee_name,
            kind=say(f"page.trade_type.{trade.trade_type}"),
            amount=yuan(trade.total_fen),
        )
        rows.append(row)
    return rows
