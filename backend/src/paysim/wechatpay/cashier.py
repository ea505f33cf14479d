"""The payer's side: a page instead of the WeChat app, where a person or a browser test pays."""

import math
from typing import Any, Literal
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from litestar import Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from paysim.pages import Html, page, render, yuan
from paysim.simulation import Simulation
from paysim.wechatpay.payment import complete_trade, payability, plan_payment
from paysim.wechatpay_records import PaymentCode, Trade
from paysim.wording import say

LATER_SECONDS = 10
Deed = Literal["pay", "cancel", "fail", "later"]
_SIGNS = {"paid": ("✓", "good"), "later": ("…", ""), "cancelled": ("-", ""), "closed": ("-", "")}


@get("/_sim/cashier")
async def open_by_code_url(code_url: str) -> Redirect:
    """Open the cashier from the content of a QR picture, or from a bare code."""
    code_id = parse_qs(urlsplit(code_url.strip()).query).get("pr", [code_url.strip()])[0]
    return Redirect(f"/_sim/cashier/{quote(code_id, safe='')}", status_code=303)


@get("/_sim/cashier/{code_id:str}")
async def show_cashier(
    sim: Simulation, code_id: str, redirect_url: str | None = None, outcome: str | None = None
) -> Response[str]:
    """Show what is to be paid, or why it cannot be."""
    return _show(sim, code_id, redirect_url, outcome)


@get("/_sim/h5/{code_id:str}")
async def show_h5(
    sim: Simulation, request: Request[Any, Any, Any], code_id: str, redirect_url: str | None = None
) -> Response[str]:
    """Show the same to a browser outside WeChat, if it comes from a domain the merchant named."""
    code = sim.state.wechatpay.codes.get(code_id)
    domains = sim.state.wechatpay.merchants[code.mchid].h5_domains if code else []
    origin = urlsplit(request.headers.get("referer", "")).hostname
    if domains and origin not in domains:
        return _outcome_page("wrong_domain", redirect_url, status=403)
    return _show(sim, code_id, redirect_url, None)


@post("/_sim/cashier/{code_id:str}/{deed:str}")
async def act(
    sim: Simulation, code_id: str, deed: Deed, redirect_url: str | None = None
) -> Redirect:
    """Do what the payer's button says, then go back to the merchant if there is a way."""
    code = sim.state.wechatpay.codes.get(code_id)
    if code is None:
        raise NotFoundException(detail="no such code")
    trade = _trade_of(sim, code)
    here = f"/_sim/cashier/{quote(code_id, safe='')}"
    if deed in ("pay", "later") and payability(sim, trade, code) != "open":
        return Redirect(here + _query(redirect_url), status_code=303)
    if deed == "pay":
        complete_trade(sim, trade)
    elif deed == "later":
        plan_payment(sim, trade, LATER_SECONDS)
    await sim.snapshot.flush()
    back = _safe(redirect_url)
    if back is not None and deed != "fail":
        return Redirect(back, status_code=303)
    outcome = {"pay": None, "cancel": "cancelled", "fail": "failed", "later": "later"}[deed]
    return Redirect(here + _query(redirect_url, outcome), status_code=303)


def _show(
    sim: Simulation, code_id: str, redirect_url: str | None, outcome: str | None
) -> Response[str]:
    code = sim.state.wechatpay.codes.get(code_id)
    if code is None:
        return _outcome_page("unknown", redirect_url, status=404)
    trade = _trade_of(sim, code)
    state = payability(sim, trade, code)
    if state != "open":
        return _outcome_page(state, redirect_url, trade=trade)
    if outcome == "later" and trade.pays_at is not None:
        return _outcome_page("later", redirect_url, trade=trade)
    if outcome == "cancelled":
        return _outcome_page("cancelled", redirect_url, trade=trade, code=code)
    return _cashier_page(sim, trade, code, redirect_url, has_failed=outcome == "failed")


def _cashier_page(
    sim: Simulation, trade: Trade, code: PaymentCode, redirect_url: str | None, *, has_failed: bool
) -> Response[str]:
    seconds = math.ceil(min(trade.expires_at, code.expires_at) - sim.now())
    labels = {
        f"{name}_label": say(f"page.{name}")
        for name in ("payee", "description", "number", "countdown")
    }
    buttons = {name: say(f"page.{name}") for name in ("pay", "cancel", "fail", "later", "try")}
    content = render(
        "cashier.html",
        banner=_failure_banner() if has_failed else "",
        payee=sim.state.wechatpay.merchants[trade.mchid].payee_name,
        amount=yuan(trade.total_fen),
        description=trade.description,
        number=trade.out_trade_no,
        seconds=seconds,
        countdown=f"{seconds // 60:02}:{seconds % 60:02}",
        action_url=f"/_sim/cashier/{quote(code.id, safe='')}",
        query=_query(redirect_url),
        **labels,
        **buttons,
    )
    return page(say("page.cashier"), content)


def _failure_banner() -> Html:
    title, hint = say("page.outcome.failed"), say("page.outcome.failed.hint")
    return render("failure.html", title=title, hint=hint)


def _outcome_page(
    outcome: str,
    redirect_url: str | None,
    *,
    status: int = 200,
    trade: Trade | None = None,
    code: PaymentCode | None = None,
) -> Response[str]:
    sign, tone = _SIGNS.get(outcome, ("!", "bad"))
    links: list[Html] = []
    if code is not None:
        links.append(_link(f"/_sim/cashier/{quote(code.id)}{_query(redirect_url)}", "again"))
    back = _safe(redirect_url)
    if back is not None:
        links.append(_link(back, "back"))
    amount = Html("")
    if trade is not None:
        amount = render("amount.html", amount=yuan(trade.total_fen))
    content = render(
        "outcome.html",
        outcome=outcome,
        tone=tone,
        sign=sign,
        title=say(f"page.outcome.{outcome}"),
        hint=say(f"page.outcome.{outcome}.hint"),
        amount=amount,
        links=Html("".join(links)),
    )
    return page(say(f"page.outcome.{outcome}"), content, status=status)


def _link(url: str, name: Literal["again", "back"]) -> Html:
    return render("link.html", url=url, name=name, text=say(f"page.{name}"))


def _trade_of(sim: Simulation, code: PaymentCode) -> Trade:
    return sim.state.wechatpay.trades[f"{code.mchid}/{code.out_trade_no}"]


def _query(redirect_url: str | None, outcome: str | None = None) -> str:
    pairs = {"redirect_url": _safe(redirect_url), "outcome": outcome}
    given = {name: value for name, value in pairs.items() if value is not None}
    return f"?{urlencode(given)}" if given else ""


def _safe(redirect_url: str | None) -> str | None:
    """Keep web addresses only: a script address must never become a link."""
    if redirect_url is None:
        return None
    try:
        parts = urlsplit(redirect_url)
    except ValueError:
        return None
    return redirect_url if parts.scheme in ("http", "https") and parts.netloc else None
