"""The price breakdown adds up to what is owed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shunyue.ordering.api import price_of
from shunyue.ordering.schemas import price_view

_PRICES = st.integers(0, 10**10)
_PARTIES = st.integers(1, 10_000)


@pytest.mark.req("PY-06")
class TestBreakdown:
    @given(_PRICES, _PARTIES)
    def test_lines_add_up_to_the_payable_amount(self, unit_fen: int, party_size: int) -> None:
        price = price_of(unit_fen, party_size)

        assert sum(line.amount_fen for line in price.lines) == price.payable_fen
        assert price.payable_fen == unit_fen * party_size

    @given(_PRICES, _PARTIES)
    def test_shown_lines_add_up_to_the_shown_amount(self, unit_fen: int, party_size: int) -> None:
        shown = price_view(price_of(unit_fen, party_size), None)

        assert sum(line.amount_fen for line in shown.lines) == shown.payable_fen

    def test_party_sees_what_each_place_costs(self) -> None:
        [line] = price_view(price_of(48000, 3), None).lines

        assert line.reason is not None
        assert "¥480.00" in line.reason
        assert "3" in line.reason

    def test_single_place_needs_no_explanation(self) -> None:
        shown = price_view(price_of(48000, 1), None)

        assert shown.lines[0].reason is None
        assert shown.note == "应付金额包含服务费用，无其他隐性收费"
