"""Sending sign-in codes: the port that SMS providers join, and development's mailbox."""

from typing import Protocol

from shunyue.identity.errors import SmsUnavailable
from shunyue.kernel.copy import wording
from shunyue.kernel.database import Transaction
from shunyue.kernel.ids import new_id


class CodeSender(Protocol):
    """Sends a sign-in code to a phone number (E.164)."""

    async def send(self, tx: Transaction, phone: str, code: str) -> None:
        """Hand the code over for sending, as part of `tx`."""
        ...


class MailboxSender:
    """Puts the code where a developer can read it. Never wired outside development."""

    async def send(self, tx: Transaction, phone: str, code: str) -> None:
        """Write the message into the local mailbox."""
        await tx.connection.execute(
            "INSERT INTO mailbox_message (merchant_id, id, channel, recipient, text, code, sent_at)"
            " VALUES ($1, $2, 'sms', $3, $4, $5, $6)",
            tx.merchant_id,
            new_id(),
            phone,
            wording("sms.login_code", {"code": code}),
            code,
            tx.now,
        )


class NoSender:
    """No SMS provider is configured: asking for a code is refused, in words."""

    async def send(self, tx: Transaction, phone: str, code: str) -> None:
        """Refuse."""
        del tx, phone, code
        raise SmsUnavailable
