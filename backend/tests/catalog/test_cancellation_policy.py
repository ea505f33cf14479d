"""Cancelling: free until the promised instant, then the promised share, rounded down."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shunyue.catalog.api import (
    CancellationPolicy,
    cancellation_fee_fen,
    free_until,
    late_fee_fen,
)

_STARTS = datetime(2026, 11, 28, 2, tzinfo=UTC)
_POLICY = CancellationPolicy(free_until_hours=24, fee_percent=20)
_MOMENT = timedelta(microseconds=1)


@pytest.mark.req("BK-01")
class TestWhenItCosts:
    def test_cancelling_is_free_until_just_before_the_instant(self) -> None:
        assert _fee(_STARTS - timedelta(hours=24) - _MOMENT) == 0

    def test_cancelling_costs_from_the_instant_on(self) -> None:
        assert _fee(_STARTS - timedelta(hours=24)) == 9600
        assert _fee(_STARTS) == 9600

    def test_instant_is_as_many_hours_before_the_start_as_promised(self) -> None:
        assert free_until(_POLICY, _STARTS) == datetime(2026, 11, 27, 2, tzinfo=UTC)

    def test_policy_without_hours_is_free_until_the_start(self) -> None:
        to_the_end = CancellationPolicy(free_until_hours=0, fee_percent=50)

        fee = cancellation_fee_fen(
            to_the_end, price_fen=100, starts_at=_STARTS, now=_STARTS - _MOMENT
        )
        assert fee == 0


@pytest.mark.req("BK-01")
class TestHowMuch:
    @pytest.mark.parametrize(
        ("price_fen", "percent", "fee_fen"),
        [(48000, 20, 9600), (99, 20, 19), (4, 20, 0), (1, 99, 0), (1, 100, 1), (0, 50, 0)],
    )
    def test_fee_is_rounded_down_to_the_fen(
        self, price_fen: int, percent: int, fee_fen: int
    ) -> None:
        assert late_fee_fen(CancellationPolicy(24, percent), price_fen) == fee_fen

    @given(st.integers(0, 10**12), st.integers(0, 100))
    def test_fee_is_never_more_than_the_share_and_never_a_fen_less(
        self, price_fen: int, percent: int
    ) -> None:
        fee = late_fee_fen(CancellationPolicy(24, percent), price_fen)

        assert 0 <= fee <= price_fen
        assert fee * 100 <= price_fen * percent < (fee + 1) * 100

    @given(st.timedeltas(timedelta(days=-30), timedelta(days=30)), st.integers(0, 200))
    def test_fee_is_all_or_nothing(self, away: timedelta, hours: int) -> None:
        policy = CancellationPolicy(hours, 20)

        fee = cancellation_fee_fen(policy, price_fen=1000, starts_at=_STARTS, now=_STARTS - away)

        assert fee == (0 if away > timedelta(hours=hours) else 200)


def _fee(now: datetime) -> int:
    return cancellation_fee_fen(_POLICY, price_fen=48000, starts_at=_STARTS, now=now)
