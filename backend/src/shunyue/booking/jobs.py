"""Timed work of booking."""

from shunyue.booking import queries
from shunyue.kernel.database import Database
from shunyue.kernel.tokens import system_actor

_AT_ONCE = 500


async def expire_holds(database: Database) -> int:
    """Give back the places of holds whose time is over; returns how many.

    Nobody waits for this to be right (expired holds stop counting at their instant); it makes
    the places appear on open pages and lets orders know.
    """
    async with database.across_merchants() as connection:
        merchants = await queries.merchants_with_holds_due(connection)
    expired = 0
    for merchant_id in merchants:
        async with database.begin(system_actor(merchant_id)) as tx:
            due = await queries.holds_due(tx, _AT_ONCE)
            expired += await queries.give_places_back(tx, due, "expired")
            tx.announce(f"slots:{merchant_id}")
            tx.announce("outbox")
    return expired
