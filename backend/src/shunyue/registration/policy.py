"""The complete check of a form. Pure: the same answers get the same verdict all day."""

from typing import Any

from shunyue.kernel import rules
from shunyue.kernel.errors import FieldProblem
from shunyue.registration.records import FormField

DEFAULT_MAX_LENGTH = 500

_CHECKED_TEXT = {"phone": rules.phone, "id_number": rules.id_number, "email": rules.email}


def check_answers(
    fields: list[FormField], answers: dict[str, Any]
) -> tuple[dict[str, Any], list[FieldProblem]]:
    """Normalise all answers and name everything that is missing or wrong, in the form's order."""
    clean: dict[str, Any] = {}
    known = {one.key for one in fields}
    found = [FieldProblem(key, "unknown") for key in answers if key not in known]
    for field in fields:
        value = answers.get(field.key)
        if _is_empty(value):
            if field.is_required:
                found.append(FieldProblem(field.key, "required", label=field.label))
            continue
        try:
            clean[field.key] = _checked(field, value)
        except rules.RuleBroken as broken:
            found.append(FieldProblem(field.key, broken.code, max_length=field.max_length))
    return clean, found


def _is_empty(value: Any) -> bool:
    return (
        value is None
        or value is False
        or (isinstance(value, str | list) and not value)
        or (isinstance(value, str) and not rules.plain_text(value))
    )


def _checked(field: FormField, value: Any) -> Any:
    match field.type:
        case "single_choice":
            return _known_option(field, value)
        case "multiple_choice":
            if not isinstance(value, list):
                raise rules.RuleBroken("wrong_type")
            return [_known_option(field, one) for one in dict.fromkeys(map(str, value))]
        case "agreement":
            if value is not True:
                raise rules.RuleBroken("required")
            return True
        case "number":
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise rules.RuleBroken("wrong_type")
            return value
        case _:
            return _text(field, value)


def _known_option(field: FormField, value: Any) -> str:
    if not isinstance(value, str) or value not in {option.code for option in field.options}:
        raise rules.RuleBroken("unknown_option")
    return value


def _text(field: FormField, value: Any) -> str:
    if not isinstance(value, str):
        raise rules.RuleBroken("wrong_type")
    check = _CHECKED_TEXT.get(field.type)
    # Numbers and addresses mean the same in full width; in a sentence it is how Chinese is written.
    text = rules.plain_text(value) if check else rules.visible_text(value)
    if len(text) > (field.max_length or DEFAULT_MAX_LENGTH):
        raise rules.RuleBroken("too_long")
    return check(text) if check else text
