"""Timed work of the journey."""

from shunyue.journey import commands
from shunyue.kernel.database import Database
from shunyue.kernel.timers import Due
from shunyue.kernel.tokens import system_actor


async def payment_window_over(database: Database, due: Due) -> None:
    """Timer: an order's 30 minutes to pay are over."""
    async with database.begin(system_actor(due.merchant_id)) as tx:
        await commands.close_payment_window(tx, due.subject_id)


TIMERS = {commands.WINDOW_TIMER: payment_window_over}
