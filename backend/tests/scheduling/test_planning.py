"""Planning slots: hours, breaks, holidays, make-up workdays and exceptions."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shunyue.scheduling.policy import Calendar, PlannedSlot, plan_slots
from shunyue.scheduling.records import CalendarException, SlotPlan, StatutoryDay, WorkingHours
from tests.builders.timetable import ANNA, BERTA, EVERY_DAY, calendar, hours, plan

MONDAY, SATURDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 28), date(2026, 11, 29)
_DAYTIME = hours(time(9), time(18))
_NINE, _NOON = time(9), time(12)


def on(day: date, what: SlotPlan, when: Calendar) -> list[PlannedSlot]:
    """Plan one day."""
    return list(plan_slots(what, when, [day]))


def looks(slots: list[PlannedSlot]) -> list[tuple[str | None, str | None]]:
    """Tell what is closed and why."""
    return [(one.closed_reason, one.closed_text) for one in slots]


def _off(day: date, name: str = "店休", **wishes: object) -> CalendarException:
    fields = {"resource_id": None, "starts": None, "ends": None, "is_open": False} | wishes
    return CalendarException(on_date=day, name=name, **fields)  # type: ignore[arg-type]


class TestHours:
    @pytest.mark.parametrize("start", [time(8, 59), time(17, 1), time(22)])
    def test_slot_outside_hours_is_not_made(self, start: time) -> None:
        assert on(MONDAY, plan(start), calendar(_DAYTIME)) == []

    @pytest.mark.parametrize("start", [time(9), time(17)])
    def test_slot_may_fill_the_hours_to_their_edges(self, start: time) -> None:
        [slot] = on(MONDAY, plan(start), calendar(_DAYTIME))

        assert slot.closed_reason is None

    def test_day_without_hours_has_no_slots(self) -> None:
        weekdays = hours(time(9), time(18), days=range(1, 6))

        assert on(SUNDAY, plan(_NINE), calendar(weekdays)) == []

    def test_each_resource_keeps_its_own_hours(self) -> None:
        both = plan(_NINE, time(19), resources=(ANNA, BERTA))
        evenings = hours(time(18), time(21), who=BERTA)

        slots = on(MONDAY, both, calendar(_DAYTIME, evenings))

        assert [(one.resource_id, one.starts_at.hour) for one in slots] == [(ANNA, 1), (BERTA, 11)]

    def test_slot_of_all_resources_needs_all_of_them(self) -> None:
        together = plan(_NINE, _NOON, is_per_resource=False, resources=(ANNA, BERTA))
        from_noon = hours(time(12), time(18), who=BERTA)

        slots = on(MONDAY, together, calendar(_DAYTIME, from_noon))

        assert [one.starts_at.astimezone(ZoneInfo("Asia/Shanghai")).hour for one in slots] == [12]

    def test_slot_beyond_midnight_is_not_made(self) -> None:
        long_hours = hours(time(9), time(23, 59))

        assert on(MONDAY, plan(time(23, 30)), calendar(long_hours)) == []

    def test_buffers_and_notice_surround_the_slot(self) -> None:
        [slot] = on(MONDAY, plan(_NINE, buffer_minutes=15), calendar(_DAYTIME))

        assert slot.starts_at - slot.closes_at == timedelta(minutes=30)
        assert slot.starts_at - slot.occupied_from == timedelta(minutes=15)
        assert slot.occupied_until - slot.ends_at == timedelta(minutes=15)


@pytest.mark.req("BK-03")
class TestBreaks:
    @pytest.mark.parametrize(
        ("start", "name"),
        [(time(11), None), (time(11, 1), "午休"), (time(12, 30), "午休"), (time(13), None)],
    )
    def test_slot_that_touches_a_break_is_grey_with_its_name(
        self, start: time, name: str | None
    ) -> None:
        lunch = hours(time(12), time(13), break_name="午休")

        [slot] = on(MONDAY, plan(start), calendar(_DAYTIME, lunch))

        assert (slot.closed_reason, slot.closed_text) == ("break" if name else None, name)


@pytest.mark.req("BK-03")
class TestStatutoryDays:
    def test_holiday_is_grey_with_its_name(self) -> None:
        holiday = {MONDAY: StatutoryDay(MONDAY, "holiday", "元旦")}

        slots = on(MONDAY, plan(_NINE, _NOON), calendar(_DAYTIME, statutory=holiday))

        assert looks(slots) == [("holiday", "元旦")] * 2

    def test_merchant_may_be_open_on_holidays(self) -> None:
        holiday = {MONDAY: StatutoryDay(MONDAY, "holiday", "元旦")}
        always = calendar(_DAYTIME, statutory=holiday, is_open_on_holidays=True)

        assert looks(on(MONDAY, plan(_NINE), always)) == [(None, None)]

    @pytest.mark.parametrize("day", [SATURDAY, SUNDAY])
    def test_make_up_workday_on_a_weekend_follows_monday(self, day: date) -> None:
        mondays = hours(time(9), time(12), days=[1])
        weekends = hours(time(14), time(18), days=[6, 7])
        workday = {day: StatutoryDay(day, "workday", "春节")}

        slots = on(day, plan(_NINE, time(14)), calendar(mondays, weekends, statutory=workday))

        assert [one.starts_at.astimezone(ZoneInfo("Asia/Shanghai")).hour for one in slots] == [9]

    def test_workday_within_the_week_stays_as_it_is(self) -> None:
        tuesday = MONDAY + timedelta(days=1)
        workday = {tuesday: StatutoryDay(tuesday, "workday", "春节")}

        assert len(on(tuesday, plan(_NINE), calendar(_DAYTIME, statutory=workday))) == 1


@pytest.mark.req("BK-03")
class TestExceptions:
    def test_day_off_is_grey_with_its_name(self) -> None:
        shut = calendar(_DAYTIME, exceptions=[_off(MONDAY, "盘点")])

        assert looks(on(MONDAY, plan(_NINE), shut)) == [("day_off", "盘点")]

    def test_part_of_a_day_off_closes_what_it_touches(self) -> None:
        morning = _off(MONDAY, "外出", starts=time(9), ends=time(10, 30))
        slots = on(
            MONDAY, plan(_NINE, time(10), time(11)), calendar(_DAYTIME, exceptions=[morning])
        )

        assert looks(slots) == [("day_off", "外出")] * 2 + [(None, None)]

    def test_opening_wins_over_holiday_break_and_hours(self) -> None:
        holiday = {SUNDAY: StatutoryDay(SUNDAY, "holiday", "元旦")}
        lunch = hours(time(12), time(13), break_name="午休")
        special = _off(SUNDAY, "加班", is_open=True)

        slots = on(
            SUNDAY, plan(_NOON, time(20)), calendar(lunch, exceptions=[special], statutory=holiday)
        )

        assert looks(slots) == [(None, None)] * 2

    def test_opening_of_a_part_opens_only_what_it_covers(self) -> None:
        evening = _off(MONDAY, "晚场", is_open=True, starts=time(18), ends=time(20))
        slots = on(
            MONDAY, plan(time(18, 30), time(19, 30)), calendar(_DAYTIME, exceptions=[evening])
        )

        assert len(slots) == 1

    def test_day_off_of_one_resource_leaves_the_other(self) -> None:
        both = plan(_NINE, resources=(ANNA, BERTA))
        ill = _off(MONDAY, "请假", resource_id=ANNA)
        when = calendar(_DAYTIME, hours(time(9), time(18), who=BERTA), exceptions=[ill])

        assert looks(on(MONDAY, both, when)) == [("day_off", "请假"), (None, None)]

    def test_resource_on_leave_stays_away_when_the_house_opens_specially(self) -> None:
        both = plan(_NINE, resources=(ANNA, BERTA))
        specials = [_off(SUNDAY, "加班", is_open=True), _off(SUNDAY, "请假", resource_id=ANNA)]

        slots = on(SUNDAY, both, calendar(exceptions=specials))

        assert looks(slots) == [("day_off", "请假"), (None, None)]

    def test_opening_of_one_resource_does_not_bring_the_other(self) -> None:
        together = plan(_NINE, is_per_resource=False, resources=(ANNA, BERTA))
        specials = [
            _off(MONDAY, "加班", is_open=True, resource_id=ANNA),
            _off(MONDAY, "请假", resource_id=BERTA),
        ]

        slots = on(MONDAY, together, calendar(exceptions=specials))

        assert looks(slots) == [("day_off", "请假")]


_TIMES = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
_SPANS = st.tuples(_TIMES, _TIMES).filter(lambda span: span[0] < span[1])


@st.composite
def _working(draw: st.DrawFn) -> list[WorkingHours]:
    rows = []
    for day in EVERY_DAY:
        if span := draw(st.none() | _SPANS):
            rows += hours(*span, days=[day])
        if span := draw(st.none() | _SPANS):
            rows += hours(*span, days=[day], break_name="午休")
    return rows


_STATUTORY = st.none() | st.sampled_from(["holiday", "workday"])


@pytest.mark.req("BK-03")
class TestAnyTimetable:
    @given(
        st.lists(_TIMES, unique=True),
        st.integers(5, 300),
        _working(),
        st.dates(date(2026, 1, 1), date(2027, 12, 31)),
        _STATUTORY,
    )
    def test_open_slot_lies_within_hours_and_outside_breaks_and_holidays(
        self,
        starts: list[time],
        minutes: int,
        rows: list[WorkingHours],
        day: date,
        kind: str | None,
    ) -> None:
        named = {day: StatutoryDay(day, kind, "春节")} if kind else {}  # type: ignore[arg-type]
        weekday = 1 if kind == "workday" and day.isoweekday() > 5 else day.isoweekday()
        work = [one for one in rows if one.weekday == weekday]

        for slot in on(day, plan(*starts, minutes=minutes), calendar(rows, statutory=named)):
            begins, ends = _local(slot.starts_at), _local(slot.ends_at)
            if kind == "holiday":
                assert (slot.closed_reason, slot.closed_text) == ("holiday", "春节")
                continue
            paused = [one for one in work if one.break_name and _meets(one, day, begins, ends)]
            assert (slot.closed_reason == "break") == bool(paused)
            if slot.closed_reason is None:
                assert any(
                    _at(day, one.starts) <= begins and ends <= _at(day, one.ends)
                    for one in work
                    if not one.break_name
                )


def _local(instant: datetime) -> datetime:
    return instant.astimezone(ZoneInfo("Asia/Shanghai"))


def _at(day: date, local: time) -> datetime:
    return datetime.combine(day, local, ZoneInfo("Asia/Shanghai"))


def _meets(one: WorkingHours, day: date, begins: datetime, ends: datetime) -> bool:
    return _at(day, one.starts) < ends and begins < _at(day, one.ends)
