"""Days of 23 and 25 hours: slots are made at local times, and last as long as promised."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from shunyue.scheduling.policy import PlannedSlot, plan_slots
from tests.builders.timetable import calendar, hours, plan

_BERLIN = ZoneInfo("Europe/Berlin")
SHORT, LONG = date(2027, 3, 28), date(2026, 10, 25)
_ALL_DAY = calendar(hours(time(0), time(23, 59)), zone="Europe/Berlin")
_EVERY_HALF_HOUR = [time(half // 2, half % 2 * 30) for half in range(47)]


def _half_hours(day: date) -> list[PlannedSlot]:
    return list(plan_slots(plan(*_EVERY_HALF_HOUR, minutes=30), _ALL_DAY, [day]))


class TestShortDay:
    def test_local_time_that_the_clock_skips_has_no_slot(self) -> None:
        starts = {one.starts_at.astimezone(_BERLIN).time() for one in _half_hours(SHORT)}

        assert starts == set(_EVERY_HALF_HOUR) - {time(2), time(2, 30)}

    def test_slot_across_the_gap_lasts_its_full_time(self) -> None:
        [slot] = plan_slots(plan(time(1, 30), minutes=60), _ALL_DAY, [SHORT])

        assert slot.ends_at - slot.starts_at == timedelta(hours=1)
        assert slot.ends_at.astimezone(_BERLIN).time() == time(3, 30)

    def test_slots_after_the_gap_are_an_hour_earlier_in_universal_time(self) -> None:
        [before] = plan_slots(plan(time(9)), _ALL_DAY, [SHORT - timedelta(days=1)])
        [after] = plan_slots(plan(time(9)), _ALL_DAY, [SHORT])

        assert (before.starts_at.hour, after.starts_at.hour) == (8, 7)


class TestLongDay:
    def test_each_local_time_has_one_slot_though_an_hour_comes_twice(self) -> None:
        slots = _half_hours(LONG)

        starts = [one.starts_at.astimezone(_BERLIN).time() for one in slots]
        assert starts == _EVERY_HALF_HOUR
        assert len({one.starts_at for one in slots}) == len(slots)

    def test_time_that_comes_twice_means_the_first(self) -> None:
        [slot] = plan_slots(plan(time(2, 30)), _ALL_DAY, [LONG])

        assert slot.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    def test_slots_never_overlap(self) -> None:
        for day in (SHORT, LONG, LONG + timedelta(days=1)):
            slots = _half_hours(day)
            for one, following in pairwise(slots):
                assert one.ends_at <= following.starts_at


class TestMidnight:
    def test_first_slot_of_the_day_belongs_to_the_day(self) -> None:
        [slot] = plan_slots(plan(time(0)), _ALL_DAY, [LONG])

        assert slot.starts_at.astimezone(_BERLIN).date() == LONG

    def test_slot_that_ends_at_midnight_needs_hours_to_the_end_of_the_day(self) -> None:
        to_the_end = calendar(hours(time(9), time.max), zone="Europe/Berlin")
        last = plan(time(23))

        assert len(list(plan_slots(last, to_the_end, [LONG]))) == 1
        assert list(plan_slots(last, _ALL_DAY, [LONG])) == []
