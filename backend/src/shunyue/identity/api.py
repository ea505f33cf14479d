"""What other domains may know of identity: merchants, actors' names and roles."""

import time
from uuid import UUID

from shunyue.identity import queries
from shunyue.identity.codes import CodeSender, MailboxSender, NoSender
from shunyue.identity.commands import password_hash
from shunyue.identity.queries import (
    all_merchants,
    customer_by_id,
    logins_ended_since,
    mailbox_messages,
    merchant_by_id,
    merchant_by_slug,
)
from shunyue.identity.records import LOGIN_ENDED, Customer, Merchant
from shunyue.identity.roles import PERMISSIONS, Permission, may
from shunyue.kernel.database import Database
from shunyue.kernel.errors import MerchantNotFound

__all__ = [
    "LOGIN_ENDED",
    "PERMISSIONS",
    "CodeSender",
    "Customer",
    "MailboxSender",
    "Merchant",
    "Merchants",
    "NoSender",
    "Permission",
    "all_merchants",
    "customer_by_id",
    "logins_ended_since",
    "mailbox_messages",
    "may",
    "merchant_by_id",
    "merchant_by_slug",
    "password_hash",
]

_REMEMBERED_SECONDS = 5.0


class Merchants:
    """Merchants by slug, remembered for seconds: every request names one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[float, Merchant]] = {}
        self._slugs: dict[UUID, str] = {}

    async def by_slug(self, slug: str) -> Merchant:
        """Return the merchant; raises `MerchantNotFound`."""
        known = self._known.get(slug)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        async with self._database.across_merchants() as connection:
            merchant = await queries.merchant_by_slug(connection, slug)
        if merchant is None:
            raise MerchantNotFound
        self._known[slug] = (time.monotonic() + _REMEMBERED_SECONDS, merchant)
        return merchant

    def forget(self) -> None:
        """Read again next time: something about a merchant changed."""
        self._known.clear()
