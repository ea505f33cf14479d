"""The complete check: every wrong or missing field is named, in the form's order."""

from typing import Any

import pytest

from shunyue.kernel.errors import FieldProblem
from shunyue.registration.defaults import default_forms
from shunyue.registration.policy import check_answers
from shunyue.registration.records import FieldOption, FormField

_CHOICES = [FieldOption("yes", "需要"), FieldOption("no", "不需要")]


def field(
    kind: str, *, key: str = "it", required: bool = True, longest: int | None = None
) -> FormField:
    """Ask one question."""
    return FormField(
        key=key,
        type=kind,  # type: ignore[arg-type]
        label="问题",
        is_required=required,
        max_length=longest,
        options=_CHOICES if "choice" in kind else [],
    )


def codes(found: list[FieldProblem]) -> list[tuple[str, str]]:
    """Name what is wrong with what."""
    return [(one.path, one.code) for one in found]


def verdict(kind: str, value: Any, **wishes: Any) -> str | None:
    """Check one answer; returns what is wrong with it."""
    _, found = check_answers([field(kind, **wishes)], {"it": value})
    assert len(found) <= 1
    return found[0].code if found else None


def kept(kind: str, value: Any, **wishes: Any) -> Any:
    """Check one answer that is right; returns what is stored."""
    clean, found = check_answers([field(kind, **wishes)], {"it": value})
    assert found == []
    return clean["it"]


@pytest.mark.req("RG-03")
class TestWhatIsWrong:
    @pytest.mark.parametrize(
        ("kind", "value", "code"),
        [
            ("text", 5, "wrong_type"),
            ("text", ["a"], "wrong_type"),
            ("text", {"a": 1}, "wrong_type"),
            ("long_text", True, "wrong_type"),
            ("phone", "1380571246", "invalid_phone"),
            ("phone", 13805711246, "wrong_type"),
            ("id_number", "110101199003070010", "invalid_id_number"),
            ("email", "a@b", "invalid_email"),
            ("single_choice", "maybe", "unknown_option"),
            ("single_choice", 1, "unknown_option"),
            ("single_choice", ["yes"], "unknown_option"),
            ("single_choice", {"yes": 1}, "unknown_option"),
            ("multiple_choice", "yes", "wrong_type"),
            ("multiple_choice", ["yes", "maybe"], "unknown_option"),
            ("multiple_choice", [["yes"]], "unknown_option"),
            ("number", "5", "wrong_type"),
            ("number", True, "wrong_type"),
            ("agreement", "yes", "required"),
            ("agreement", 1, "required"),
            ("address", 7, "wrong_type"),
        ],
    )
    def test_answer_is_refused_with_its_code(self, kind: str, value: Any, code: str) -> None:
        assert verdict(kind, value) == code

    @pytest.mark.parametrize("value", [None, "", "   ", "\u200b", "　", [], False])
    def test_empty_answer_is_missing_when_required_and_fine_otherwise(self, value: Any) -> None:
        assert verdict("text", value) == "required"
        assert verdict("text", value, required=False) is None

    @pytest.mark.parametrize("length", [501, 10_000])
    def test_text_beyond_the_usual_length_is_too_long(self, length: int) -> None:
        assert verdict("long_text", "字" * length) == "too_long"

    def test_text_of_exactly_the_length_is_fine(self) -> None:
        assert verdict("text", "字" * 40, longest=40) is None
        assert verdict("text", "字" * 41, longest=40) == "too_long"

    def test_length_is_named_in_the_words(self) -> None:
        _, [problem] = check_answers([field("text", longest=40)], {"it": "字" * 41})

        assert "40" in problem.message

    @pytest.mark.req("RG-10")
    def test_missing_field_is_named_in_the_words(self) -> None:
        _, [problem] = check_answers([field("text")], {})

        assert "问题" in problem.message


@pytest.mark.req("RG-03")
class TestWhatIsKept:
    def test_full_width_digits_are_folded(self) -> None:
        wide = "138 0571 1246".translate({48 + n: chr(0xFF10 + n) for n in range(10)})

        assert kept("phone", wide) == "13805711246"

    @pytest.mark.parametrize("kind", ["text", "long_text"])
    def test_chinese_punctuation_is_kept_as_it_was_typed(self, kind: str) -> None:
        assert kept(kind, "膝盖有旧伤，能跑吗？（周六）") == "膝盖有旧伤，能跑吗？（周六）"

    def test_emoji_are_kept(self) -> None:
        assert kept("text", " 小明 🧘‍ ") == "小明 🧘"

    def test_script_is_kept_as_plain_text(self) -> None:
        script = "<script>alert('1')</script>"

        assert kept("long_text", script) == script

    def test_lines_of_a_long_text_are_kept_and_control_characters_dropped(self) -> None:
        assert kept("long_text", "一\n二\x00\x07") == "一\n二"

    def test_choices_are_kept_once_and_in_order(self) -> None:
        assert kept("multiple_choice", ["no", "yes", "no"]) == ["no", "yes"]

    def test_empty_optional_answer_is_not_stored(self) -> None:
        clean, found = check_answers([field("text", required=False)], {"it": "  "})

        assert (clean, found) == ({}, [])

    @pytest.mark.parametrize("value", [0, 3, 2.5, -1])
    def test_number_is_kept_as_it_is(self, value: float) -> None:
        assert kept("number", value) == value


@pytest.mark.req("RG-10")
class TestCompleteCheck:
    def test_everything_wrong_is_named_in_the_forms_order(self) -> None:
        fields = default_forms()["personal"].fields
        answers = {"needs": "字" * 301, "experience": "pro", "phone": "1", "name": ""}

        _, found = check_answers(fields, answers)

        assert codes(found) == [
            ("name", "required"),
            ("phone", "invalid_phone"),
            ("experience", "unknown_option"),
            ("needs", "too_long"),
        ]

    def test_unknown_keys_are_named(self) -> None:
        _, found = check_answers([field("text", required=False)], {"b": 1, "a": 2, "c": 3})

        assert codes(found) == [("b", "unknown"), ("a", "unknown"), ("c", "unknown")]

    def test_every_problem_has_words(self) -> None:
        for code in ("required", "unknown", "wrong_type", "too_long", "unknown_option"):
            assert FieldProblem("it", code, label="问题", max_length=40).message


@pytest.mark.req("RG-01")
class TestDefaultForms:
    @pytest.mark.parametrize(("kind", "most"), [("personal", 5), ("business", 6), ("event", 4)])
    def test_form_asks_only_what_is_needed(self, kind: str, most: int) -> None:
        form = default_forms()[kind]

        assert 0 < len(form.fields) <= most

    @pytest.mark.parametrize("kind", ["personal", "business", "event"])
    def test_form_of_each_kind_asks_for_name_and_phone(self, kind: str) -> None:
        fields = {one.key: one for one in default_forms()[kind].fields}

        assert fields["name"].prefill == "name"
        assert (fields["phone"].type, fields["phone"].prefill) == ("phone", "phone")

    @pytest.mark.parametrize("kind", ["personal", "business", "event"])
    def test_keys_and_codes_are_unique(self, kind: str) -> None:
        fields = default_forms()[kind].fields

        assert len({one.key for one in fields}) == len(fields)
        for one in fields:
            assert len({option.code for option in one.options}) == len(one.options)
            assert bool(one.options) == ("choice" in one.type)
