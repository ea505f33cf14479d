"""Renders the pages a payer sees: plain templates, every value escaped, nothing loaded."""

import secrets
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from litestar import Response

from paysim.wording import say


class Html(str):
    """Text that is markup already and must not be escaped again."""

    __slots__ = ()


def render(template: str, **values: object) -> Html:
    """Fill a template of this package."""
    safe = {
        name: value if isinstance(value, Html) else escape(str(value))
        for name, value in values.items()
    }
    return Html(Template(_read(template)).substitute(safe))


def page(title: str, content: Html, *, status: int = 200) -> Response[str]:
    """Answer a whole page."""
    nonce = secrets.token_urlsafe(12)
    text = render(
        "layout.html",
        title=title,
        content=content,
        mark=say("page.mark"),
        nonce=nonce,
        style=Html(_read("style.css")),
    )
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src data:"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return Response(text, status_code=status, media_type="text/html", headers=headers)


def yuan(fen: int) -> str:
    """Write an amount for people."""
    return f"{fen // 100:,}.{fen % 100:02}"


@cache
def _read(name: str) -> str:
    return (files("paysim") / "pages" / name).read_text(encoding="utf-8")
