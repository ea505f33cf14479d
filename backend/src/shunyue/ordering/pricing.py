"""The price breakdown: named lines that add up to what is owed. Pure."""

from typing import Literal

import msgspec

LineKind = Literal["service", "discount", "on_site_fee", "deposit"]


class PriceLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line; discounts are negative. `label` and `reason` are wording codes with params."""

    kind: LineKind
    unit_fen: int
    quantity: int
    amount_fen: int


class PriceBreakdown(msgspec.Struct, frozen=True, kw_only=True):
    """What is owed and why."""

    lines: list[PriceLine]
    payable_fen: int


def price_of(unit_fen: int, party_size: int) -> PriceBreakdown:
    """Price a party: each place costs the same."""
    assert unit_fen >= 0
    assert party_size > 0
    line = PriceLine(
        kind="service", unit_fen=unit_fen, quantity=party_size, amount_fen=unit_fen * party_size
    )
    return PriceBreakdown(lines=[line], payable_fen=line.amount_fen)


def service_fen(price: PriceBreakdown) -> int:
    """Return what is paid for the service itself: all but the deposit."""
    deposit_fen = sum(line.amount_fen for line in price.lines if line.kind == "deposit")
    return price.payable_fen - deposit_fen
