"""SQL of identity."""

from datetime import datetime
from uuid import UUID

from shunyue.identity.records import Customer, Login, Merchant, StaffMember
from shunyue.kernel.database import Connection, Transaction


async def merchant_by_slug(connection: Connection, slug: str) -> Merchant | None:
    """Find a merchant by the name in its addresses."""
    row = await connection.fetchrow(
        "SELECT merchant_id, slug, name, tagline, city, phone, payee_name, time_zone,"
        " is_open_on_holidays FROM merchant WHERE slug = $1",
        slug,
    )
    return Merchant(**row) if row else None


async def merchant_by_id(connection: Connection, merchant_id: UUID) -> Merchant:
    """Read the merchant that something belongs to."""
    row = await connection.fetchrow(
        "SELECT merchant_id, slug, name, tagline, city, phone, payee_name, time_zone,"
        " is_open_on_holidays FROM merchant WHERE merchant_id = $1",
        merchant_id,
    )
    assert row is not None
    return Merchant(**row)


async def all_merchants(connection: Connection) -> list[Merchant]:
    """List every merchant of this install."""
    rows = await connection.fetch(
        "SELECT merchant_id, slug, name, tagline, city, phone, payee_name, time_zone,"
        " is_open_on_holidays FROM merchant ORDER BY slug"
    )
    return [Merchant(**row) for row in rows]


async def active_staff(tx: Transaction, account: str) -> StaffMember | None:
    """Find who signs in with `account`."""
    row = await tx.connection.fetchrow(
        "SELECT id, account, password_hash, name, title, role FROM staff_member"
        " WHERE merchant_id = $1 AND account = $2 AND is_active",
        tx.merchant_id,
        account,
    )
    return StaffMember(**row) if row else None


async def staff_by_id(tx: Transaction, staff_id: UUID) -> StaffMember | None:
    """Read an active member of the merchant's staff."""
    row = await tx.connection.fetchrow(
        "SELECT id, account, password_hash, name, title, role FROM staff_member"
        " WHERE merchant_id = $1 AND id = $2 AND is_active",
        tx.merchant_id,
        staff_id,
    )
    return StaffMember(**row) if row else None


async def customer_by_id(tx: Transaction, customer_id: UUID) -> Customer | None:
    """Read a customer of the merchant."""
    row = await tx.connection.fetchrow(
        "SELECT id, phone, name FROM customer WHERE merchant_id = $1 AND id = $2",
        tx.merchant_id,
        customer_id,
    )
    return Customer(**row) if row else None


async def customer_with_phone(tx: Transaction, customer_id: UUID, phone: str) -> Customer:
    """Find the customer with this phone, or add them under `customer_id`."""
    row = await tx.connection.fetchrow(
        "INSERT INTO customer AS c (merchant_id, id, phone) VALUES ($1, $2, $3)"
        " ON CONFLICT (merchant_id, phone) DO UPDATE SET phone = c.phone"
        " RETURNING id, phone, name",
        tx.merchant_id,
        customer_id,
        phone,
    )
    assert row is not None
    return Customer(**row)


async def open_logins(tx: Transaction, actor_id: UUID) -> list[Login]:
    """List where somebody is signed in, last used first."""
    rows = await tx.connection.fetch(
        "SELECT id, actor_kind, actor_id, device, created_at, last_used_at FROM login"
        " WHERE merchant_id = $1 AND actor_id = $2 AND ended_at IS NULL AND expires_at > $3"
        " ORDER BY last_used_at DESC",
        tx.merchant_id,
        actor_id,
        tx.now,
    )
    return [Login(**row) for row in rows]


async def mailbox_messages(tx: Transaction) -> list[dict[str, object]]:
    """Read development's mailbox, newest first."""
    rows = await tx.connection.fetch(
        "SELECT id, channel, recipient AS to, text, code, sent_at FROM mailbox_message"
        " WHERE merchant_id = $1 ORDER BY sent_at DESC, id DESC LIMIT 50",
        tx.merchant_id,
    )
    return [dict(row) for row in rows]


async def logins_ended_since(connection: Connection, at: datetime) -> list[UUID]:
    """List the logins of all merchants that ended after an instant."""
    rows = await connection.fetch("SELECT logins_ended_since($1) AS id", at)
    return [row["id"] for row in rows]
