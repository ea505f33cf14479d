"""Money: whole fen, and nothing else. Yuan exist only where people or providers read them."""

from typing import NewType

Fen = NewType("Fen", int)


def yuan(amount_fen: int) -> str:
    """Return an amount as people read it: `¥1,680.00`, a minus sign before the symbol."""
    sign = "\N{MINUS SIGN}" if amount_fen < 0 else ""
    whole, cents = divmod(abs(amount_fen), 100)
    return f"{sign}\N{YEN SIGN}{whole:,}.{cents:02d}"
