"""Cancelling: until when it is free and what it costs later. Pure arithmetic."""

from datetime import datetime, timedelta

from shunyue.catalog.records import CancellationPolicy


def free_until(policy: CancellationPolicy, starts_at: datetime) -> datetime:
    """Return the instant from which cancelling costs the fee."""
    return starts_at - timedelta(hours=policy.free_until_hours)


def late_fee_fen(policy: CancellationPolicy, price_fen: int) -> int:
    """Return the fee of a late cancellation, rounded down to the fen."""
    return price_fen * policy.fee_percent // 100


def cancellation_fee_fen(
    policy: CancellationPolicy, *, price_fen: int, starts_at: datetime, now: datetime
) -> int:
    """Return what cancelling at `now` costs."""
    return late_fee_fen(policy, price_fen) if now >= free_until(policy, starts_at) else 0
