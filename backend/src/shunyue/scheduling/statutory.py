"""The state's calendar as the library knows it; later years come from a file or not at all."""

from chinese_calendar.constants import holidays, workdays

from shunyue.scheduling.records import StatutoryDay

_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午",
    "National Day": "国庆",
    "Mid-autumn Festival": "中秋",
    "Anti-Fascist 70th Day": "纪念日",
}


def known_statutory_days() -> list[StatutoryDay]:
    """Return every holiday and make-up workday that the library has data for (up to 2026).

    Days of a year without data are ordinary days: nothing here raises for them.
    """
    free = [StatutoryDay(day, "holiday", _NAMES.get(name, name)) for day, name in holidays.items()]
    work = [StatutoryDay(day, "workday", _NAMES.get(name, name)) for day, name in workdays.items()]
    return free + work
