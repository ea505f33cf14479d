"""SQL of the journey: what belongs to none of the three parts alone."""

from uuid import UUID

from shunyue.kernel.database import Transaction


async def calendar_version(tx: Transaction, customer_id: UUID) -> int:
    """Read which addresses of a customer's calendar hold: those of this version."""
    found: int | None = await tx.connection.fetchval(
        "SELECT version FROM calendar_link WHERE merchant_id = $1 AND customer_id = $2",
        tx.merchant_id,
        customer_id,
    )
    return found or 1


async def end_calendar(tx: Transaction, customer_id: UUID) -> None:
    """End the addresses of a customer's calendar that were given so far."""
    await tx.connection.execute(
        "INSERT INTO calendar_link AS l (merchant_id, customer_id, version) VALUES ($1, $2, 2)"
        " ON CONFLICT (merchant_id, customer_id) DO UPDATE SET version = l.version + 1",
        tx.merchant_id,
        customer_id,
    )
