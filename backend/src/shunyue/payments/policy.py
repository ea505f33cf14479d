"""Decisions about money that need no database: schedules, numbers, and what may be believed."""

import secrets
from datetime import datetime, timedelta

from shunyue.payments.providers.port import TradeState
from shunyue.payments.records import Attempt, PaymentChannel

# Asked this many seconds after each other: every outcome is known well within ten minutes.
QUERY_SECONDS = (5, 10, 20, 30, 60, 120, 180, 300)
REFUND_SECONDS = (15, 30, 60, 60, 60, 60, 300, 600, 1200, 1800)
# «Does not exist» is believed only when the provider could no longer accept the payment.
ABSENT_GRACE = timedelta(seconds=60)
SHORTEST_EXPIRY = timedelta(minutes=1)

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def query_delay(attempts: int) -> timedelta:
    """Return how long to wait before asking again, after `attempts` questions."""
    return timedelta(seconds=QUERY_SECONDS[min(attempts, len(QUERY_SECONDS)) - 1])


def refund_delay(attempts: int) -> timedelta:
    """Return how long to wait before looking after a refund again."""
    return timedelta(seconds=REFUND_SECONDS[min(attempts, len(REFUND_SECONDS)) - 1])


def attempt_number(order_number: str) -> str:
    """Return a number for the provider: the order's and a suffix nobody guesses (20 characters)."""
    return f"{order_number}P{''.join(secrets.choice(_ALPHABET) for _ in range(7))}"


def refund_number(order_number: str) -> str:
    """Return a refund number for the provider."""
    return f"{order_number}R{''.join(secrets.choice(_ALPHABET) for _ in range(7))}"


def attempt_expiry(pay_by: datetime, now: datetime) -> datetime:
    """Return until when the provider may accept the payment: the price lock's end, or a minute."""
    return max(pay_by, now + SHORTEST_EXPIRY)


def mismatch_of(channel: PaymentChannel, attempt: Attempt, trade: TradeState) -> str | None:
    """Name what a claimed payment does not agree with; None when every identity and amount fits."""
    if trade.merchant_account_id != channel.account_id:
        return "account"
    if trade.app_id != channel.app_id:
        return "app"
    if trade.out_trade_no != attempt.out_trade_no:
        return "number"
    if trade.amount_fen != attempt.amount_fen:
        return "amount"
    if trade.currency != "CNY":
        return "currency"
    if not trade.transaction_id or trade.paid_at is None:
        return "transaction"
    return None


def is_surely_absent(attempt: Attempt, now: datetime) -> bool:
    """Tell whether «does not exist» means that it never will."""
    return now >= attempt.expires_at + ABSENT_GRACE
