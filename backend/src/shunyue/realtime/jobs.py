"""Timed work of realtime."""

from shunyue.kernel.database import Database


async def forget_old_pushes(database: Database) -> None:
    """Delete pushes and relayed events that nobody catches up on any more (after a day)."""
    async with database.across_merchants() as connection:
        await connection.execute(
            "DELETE FROM topic_message WHERE created_at < app_now() - interval '1 day'"
        )
        await connection.execute(
            "DELETE FROM outbox_delivery d USING outbox o WHERE o.merchant_id = d.merchant_id"
            " AND o.id = d.event_id AND d.delivered_at < app_now() - interval '7 days'"
        )
        await connection.execute(
            "DELETE FROM outbox o WHERE o.relayed_at < app_now() - interval '7 days'"
            " AND NOT EXISTS (SELECT 1 FROM outbox_delivery d"
            " WHERE d.merchant_id = o.merchant_id AND d.event_id = o.id AND d.delivered_at IS NULL)"
        )
