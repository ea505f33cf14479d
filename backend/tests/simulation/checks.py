"""Looks at a shop after every step, and says at once what is not as it must be."""

from tests.builders.visits import Shop
from tests.simulation.forward import Seen, backward_steps
from tests.simulation.invariants import (
    ALWAYS,
    AT_REST,
    CHARGES,
    HOLDINGS,
    Charge,
    Invariant,
    journal_breaches,
)


class InvariantBroken(AssertionError):
    """Something happened that must never happen."""


class Watcher:
    """Remembers how far orders were, so that none goes back."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._seen: Seen = {}

    async def look(self) -> None:
        """Check what must always hold."""
        breaches = await self._breaches(ALWAYS)
        rows = await self._shop.owner.fetch(
            "SELECT number, state, payment_state FROM customer_order"
        )
        seen = {row["number"]: (row["state"], row["payment_state"]) for row in rows}
        breaches += backward_steps(self._seen, seen)
        self._seen = seen
        _complain(breaches)

    async def look_at_rest(self) -> None:
        """Check what must hold once nothing is left to do, against the provider's journal too."""
        breaches = await self._breaches(AT_REST)
        charges = [Charge(*row) for row in await self._shop.owner.fetch(CHARGES)]
        holdings_fen = await self._shop.owner.fetchval(HOLDINGS)
        breaches += journal_breaches(await self._shop.journal(), charges, holdings_fen)
        _complain(breaches)

    async def _breaches(self, invariants: tuple[Invariant, ...]) -> list[str]:
        counts = ", ".join(f"(SELECT count(*) FROM ({one.breaches}) b)" for one in invariants)
        found = await self._shop.owner.fetchrow(f"SELECT {counts}")
        assert found is not None
        broken = [one for one, count in zip(invariants, found, strict=True) if count]
        return [
            f"{one.name}: {[tuple(row) for row in await self._shop.owner.fetch(one.breaches)]}"
            for one in broken
        ]


def _complain(breaches: list[str]) -> None:
    if breaches:
        raise InvariantBroken("\n".join(breaches))
