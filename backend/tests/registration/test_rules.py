"""The rules for what people type: the vectors that the apps are tested with hold here too."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shunyue.kernel import rules

_VECTORS = Path(__file__).parents[3] / "packages/rules/vectors.json"
_RULES = {"phone": rules.phone, "id_number": rules.id_number, "email": rules.email}


def _vectors() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(_VECTORS.read_text(encoding="utf-8"))
    assert {one["rule"] for one in found} == set(_RULES)
    return found


@pytest.mark.req("RG-03")
class TestSharedVectors:
    @pytest.mark.parametrize(
        "vector", _vectors(), ids=lambda one: f"{one['rule']} {one['input']!a}"
    )
    def test_server_decides_as_the_apps_do(self, vector: dict[str, Any]) -> None:
        check = _RULES[vector["rule"]]

        if vector["error"] is None:
            assert check(vector["input"]) == vector["normalized"]
        else:
            with pytest.raises(rules.RuleBroken) as broken:
                check(vector["input"])
            assert broken.value.code == vector["error"]


@pytest.mark.req("RG-03")
class TestAnyText:
    @given(st.text(), st.sampled_from(sorted(_RULES)))
    def test_rule_accepts_or_breaks_and_never_fails(self, text: str, name: str) -> None:
        try:
            clean = _RULES[name](text)
        except rules.RuleBroken:
            return
        assert _RULES[name](clean) == clean

    @given(st.text())
    def test_plain_text_is_stable_and_without_invisible_characters(self, text: str) -> None:
        plain = rules.plain_text(text)

        assert plain == plain.strip()
        assert "\x00" not in plain
        assert "\u200b" not in plain

    @given(st.integers(13000000000, 19999999999))
    def test_phone_is_masked_but_for_seven_digits(self, number: int) -> None:
        masked = rules.masked_phone(f"+86{number}")

        assert masked == f"{str(number)[:3]}****{str(number)[-4:]}"
