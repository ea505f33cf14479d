"""Rules of an offering: what is accepted, what is warned of, and how they read."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shunyue.catalog.policy import (
    RANGES,
    cancellation_fee_fen,
    changes_between,
    check_rules,
    policy_sentence,
    sentences_of,
    warnings_of,
)
from shunyue.catalog.records import CancellationPolicy, RuleSet

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_NOW = datetime(2026, 11, 27, 10, 20, tzinfo=_SHANGHAI)


def rules(**values: Any) -> RuleSet:
    """Word rules that make sense but for `values`."""
    sensible: dict[str, Any] = {
        "max_open": 3,
        "max_party": 1,
        "notice_minutes": 30,
        "horizon_days": 30,
        "free_until_hours": 24,
        "fee_percent": 20,
    }
    return RuleSet(**sensible | values)


def _any(name: str) -> st.SearchStrategy[int]:
    return st.integers(*RANGES[name])


sensible_rules = st.builds(
    RuleSet,
    max_open=st.none() | _any("max_open"),
    max_party=_any("max_party"),
    notice_minutes=_any("notice_minutes"),
    horizon_days=_any("horizon_days"),
    free_until_hours=_any("free_until_hours"),
    fee_percent=_any("fee_percent"),
)


@pytest.mark.req("BK-11")
class TestChecking:
    @given(sensible_rules)
    def test_numbers_within_their_ranges_are_accepted(self, given_rules: RuleSet) -> None:
        assert check_rules(given_rules) == []

    @given(st.sets(st.sampled_from(sorted(RANGES)), min_size=1), st.sampled_from([0, 1]))
    def test_every_number_outside_is_named_with_its_range(
        self, wrong: set[str], beyond_which: int
    ) -> None:
        beyond = {
            name: RANGES[name][1] + 1 if beyond_which else RANGES[name][0] - 1 for name in wrong
        }

        found = check_rules(rules(**beyond))

        assert {one.path for one in found} == wrong
        for one in found:
            least, most = RANGES[one.path]
            assert one.message == f"请填 {least} 到 {most} 之间的整数"

    def test_no_limit_of_open_bookings_is_a_limit_of_its_own_kind(self) -> None:
        assert check_rules(rules(max_open=None)) == []


@pytest.mark.req("BK-11")
class TestWarning:
    @given(st.integers(0, 5 * 24 * 60), st.integers(1, 4))
    def test_warns_exactly_when_no_slot_can_ever_be_booked(self, notice: int, horizon: int) -> None:
        midnight = datetime.combine(_NOW.date(), time(), _SHANGHAI)
        last_start = midnight + timedelta(days=horizon + 1, minutes=-1)
        # The best instant for a customer is the first of the day, the best slot the last one.
        is_bookable = last_start - timedelta(minutes=notice) >= midnight

        warned = warnings_of(rules(notice_minutes=notice, horizon_days=horizon, fee_percent=0))

        assert bool(warned) != is_bookable

    def test_words_say_which_two_numbers_contradict_each_other(self) -> None:
        [warning] = warnings_of(rules(notice_minutes=3 * 24 * 60, horizon_days=2))

        assert "3 天" in warning
        assert "2 天后" in warning

    def test_warns_when_no_booking_can_be_cancelled_free_of_charge(self) -> None:
        [warning] = warnings_of(rules(free_until_hours=72, horizon_days=2))

        assert warning.startswith("要提前 72 小时取消才免费")

    def test_rules_of_a_real_studio_are_not_warned_of(self) -> None:
        assert warnings_of(rules()) == []


@pytest.mark.req("BK-01", "BK-11")
class TestSentences:
    @given(sensible_rules)
    def test_each_rule_has_one_and_none_has_a_blank_left(self, given_rules: RuleSet) -> None:
        sentences = sentences_of(given_rules)

        assert len(sentences) == 5
        assert all(one and "{" not in one and "None" not in one for one in sentences)

    @given(sensible_rules, st.integers(0, 200 * 60))
    def test_cancelling_is_called_free_exactly_when_it_is(
        self, given_rules: RuleSet, minutes_before: int
    ) -> None:
        policy = CancellationPolicy(given_rules.free_until_hours, given_rules.fee_percent)
        starts_at = _NOW + timedelta(minutes=minutes_before, seconds=1)
        fee = cancellation_fee_fen(policy, price_fen=10_000, starts_at=starts_at, now=_NOW)
        sentence = policy_sentence(given_rules)

        if "随时免费" in sentence:
            assert fee == 0
        elif fee:
            assert f"{fee // 100}%" in sentence
            assert minutes_before < given_rules.free_until_hours * 60

    @pytest.mark.parametrize(
        ("minutes", "said"),
        [
            (30, "30 分钟"),
            (60, "1 小时"),
            (90, "1 小时 30 分钟"),
            (2880, "2 天"),
            (1500, "25 小时"),
        ],
    )
    def test_spans_are_said_in_their_largest_whole_units(self, minutes: int, said: str) -> None:
        assert f"最晚在开始前 {said}预约" in sentences_of(rules(notice_minutes=minutes))


@pytest.mark.req("BK-11")
class TestChanges:
    @given(sensible_rules, sensible_rules)
    def test_every_number_that_differs_is_said_once(self, before: RuleSet, after: RuleSet) -> None:
        differing = [one for one in RANGES if getattr(before, one) != getattr(after, one)]

        assert len(changes_between(before, after)) == len(differing)

    def test_old_and_new_are_named_with_their_units(self) -> None:
        changes = changes_between(rules(), rules(max_open=None, notice_minutes=120))

        assert changes == ["同时预约：3 个 → 不限", "提前预约：30 分钟 → 2 小时"]
