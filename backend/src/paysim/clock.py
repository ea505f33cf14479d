"""Renders instants of the virtual clock the way Chinese providers write them."""

from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))


def rfc3339(instant: float) -> str:
    """Write an instant as `2026-11-23T17:01:03+08:00`."""
    return beijing_time(instant).isoformat(timespec="seconds")


def beijing_time(instant: float) -> datetime:
    """Give the wall clock of an instant in Beijing."""
    return datetime.fromtimestamp(int(instant), tz=BEIJING)
