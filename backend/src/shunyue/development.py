"""Development only: the local mailbox and the movable clock. Never routed elsewhere."""

import html
from typing import Any

import asyncpg
import httpx
import msgspec
from litestar import MediaType, Request, get, post

from shunyue.identity.api import mailbox_messages
from shunyue.kernel import clock
from shunyue.kernel.copy import wording
from shunyue.kernel.tokens import system_actor

_STYLE = """
body { font: 16px/1.6 system-ui, sans-serif; max-width: 560px; margin: 32px auto; padding: 0 16px }
h1 { font-size: 20px }
.note { background: #fff1d8; color: #7d4600; padding: 10px 14px; border-radius: 8px }
ul { padding: 0 }
li { border-top: 1px solid #e4dfe4; padding: 12px 0; list-style: none }
p { margin: 4px 0 }
time { color: #6d636f; font-variant-numeric: tabular-nums }
"""


class MoveClock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By how much to move, or back to real time."""

    advance_seconds: int = 0
    reset: bool = False


class ClockView(msgspec.Struct, frozen=True):
    """What time it is now."""

    offset_seconds: int
    now: str


@get("/dev/mailbox.json", include_in_schema=False)
async def read_mailbox(
    request: Request[Any, Any, Any], merchant: str | None = None
) -> dict[str, Any]:
    """Read what would have been sent to phones, newest first."""
    state = request.app.state
    owner = await state.merchants.by_slug(merchant or state.settings.default_merchant)
    async with state.database.begin(system_actor(owner.merchant_id)) as tx:
        return {"items": await mailbox_messages(tx)}


@get("/dev/mailbox", include_in_schema=False, media_type=MediaType.HTML)
async def show_mailbox(request: Request[Any, Any, Any], merchant: str | None = None) -> str:
    """Show the mailbox as a page, clearly marked."""
    items = (await read_mailbox.fn(request, merchant))["items"]
    words = {name: wording(f"dev.mailbox.{name}", {}) for name in ("title", "note", "empty")}
    rows = "".join(
        f"<li><time>{one['sent_at']:%H:%M:%S}</time> <b>{html.escape(one['to'])}</b>"
        f"<p>{html.escape(one['text'])}</p></li>"
        for one in items
    )
    shown = rows or f"<li>{words['empty']}</li>"
    return (
        "<!doctype html><html lang=zh-CN><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<title>{words['title']}</title><meta http-equiv=refresh content=3>"
        f"<style>{_STYLE}</style>"
        f"<h1>{words['title']}</h1><p class=note>{words['note']}</p>"
        f"<ul>{shown}</ul></html>"
    )


@post("/dev/clock", status_code=200, include_in_schema=False)
async def move_clock(request: Request[Any, Any, Any], data: MoveClock) -> ClockView:
    """Move database, tokens, signing and simulator together."""
    state = request.app.state
    offset = 0 if data.reset else round(clock.offset_seconds()) + data.advance_seconds
    owner = await asyncpg.connect(state.dsn)
    try:
        await clock.move_database(owner, offset)
        await clock.follow_database(owner)
    finally:
        await owner.close()
    simulator = f"http://127.0.0.1:{state.settings.paysim_port}/_sim/clock"
    async with httpx.AsyncClient() as client:
        answer = await client.post(simulator, json={"offset_seconds": offset})
        answer.raise_for_status()
    state.bus.announce((clock.CLOCK_CHANNEL, "*"))
    return ClockView(offset, clock.utc_now().isoformat())


HANDLERS: list[Any] = [read_mailbox, show_mailbox, move_clock]
