"""How a slot looks: green, red or grey, and why grey."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shunyue.scheduling.policy import Look, look_of
from shunyue.scheduling.records import SlotView

_NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def _slot(**wishes: Any) -> SlotView:
    fields: dict[str, Any] = {
        "id": UUID(int=1),
        "offering_id": UUID(int=2),
        "resource_id": None,
        "starts_at": _NOW + timedelta(hours=2),
        "ends_at": _NOW + timedelta(hours=3),
        "opens_at": None,
        "closes_at": _NOW + timedelta(hours=1),
        "capacity": 3,
        "state": "open",
        "closed_reason": None,
        "closed_text": None,
        "places_left": 3,
        "is_resource_busy": False,
    }
    return SlotView(**fields | wishes)


@pytest.mark.req("BK-03")
class TestStates:
    def test_slot_with_places_is_green(self) -> None:
        assert look_of(_slot(places_left=2), _NOW) == Look("free", None, 2)

    def test_slot_without_places_is_red(self) -> None:
        assert look_of(_slot(places_left=0), _NOW) == Look("full", None, 0)

    def test_slot_whose_resource_is_busy_is_red(self) -> None:
        assert look_of(_slot(is_resource_busy=True), _NOW) == Look("full", None, 0)

    @pytest.mark.parametrize("reason", ["break", "holiday", "day_off", "closed"])
    def test_closed_slot_is_grey_with_its_reason(self, reason: str) -> None:
        slot = _slot(state="closed", closed_reason=reason, places_left=0)

        assert look_of(slot, _NOW) == Look("off", reason, 0)  # type: ignore[arg-type]

    def test_slot_is_too_late_from_the_instant_it_closes(self) -> None:
        slot = _slot()

        before = look_of(slot, slot.closes_at - timedelta(microseconds=1))
        assert before.state == "free"
        assert look_of(slot, slot.closes_at) == Look("off", "too_late", 0)

    def test_slot_is_past_from_the_instant_it_starts(self) -> None:
        slot = _slot()

        before = look_of(slot, slot.starts_at - timedelta(microseconds=1))
        assert before.reason == "too_late"
        assert look_of(slot, slot.starts_at) == Look("off", "past", 0)

    @given(
        away=st.timedeltas(timedelta(days=-2), timedelta(days=2)),
        reason=st.sampled_from([None, "break", "holiday", "day_off", "closed"]),
        left=st.integers(0, 3),
        is_busy=st.booleans(),
    )
    def test_places_are_shown_only_on_green_and_reasons_only_on_grey(
        self, away: timedelta, reason: str | None, left: int, *, is_busy: bool
    ) -> None:
        slot = _slot(
            starts_at=_NOW + away,
            closes_at=_NOW + away - timedelta(hours=1),
            state="closed" if reason else "open",
            closed_reason=reason,
            places_left=left,
            is_resource_busy=is_busy,
        )

        look = look_of(slot, _NOW)

        assert (look.places_left > 0) == (look.state == "free")
        assert (look.reason is not None) == (look.state == "off")
