"""Forms and drafts as clients see them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from shunyue.registration.records import DraftField, FieldOption, FieldType, Form, FormField


class FieldView(msgspec.Struct, frozen=True, kw_only=True):
    """One question."""

    key: str
    type: FieldType
    label: str
    placeholder: str | None
    help: str | None
    required: bool
    max_length: int | None
    options: list[FieldOption]


class FormView(msgspec.Struct, frozen=True, kw_only=True):
    """The questions."""

    id: UUID
    version: int
    title: str
    fields: list[FieldView]


class RegistrationView(msgspec.Struct, frozen=True, kw_only=True):
    """A registration as far as it has come."""

    order_number: str
    form: FormView
    draft: dict[str, DraftField]
    prefill: dict[str, str]
    answers: dict[str, Any] | None
    submitted_at: datetime | None
    register_by: datetime
    server_time: datetime


class SaveDraftField(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was typed, and the last version seen (0: none)."""

    value: Any
    version: Annotated[int, msgspec.Meta(ge=0)] = 0


class DraftFieldView(msgspec.Struct, frozen=True, kw_only=True):
    """A field as it is kept now."""

    key: str
    value: Any
    version: int
    saved_at: datetime


class SubmitRegistration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All answers by the keys of their fields."""

    answers: dict[str, Any]


def form_view(form: Form) -> FormView:
    """Show a form."""
    return FormView(
        id=form.id,
        version=form.version,
        title=form.title,
        fields=[_field_view(field) for field in form.fields],
    )


def _field_view(field: FormField) -> FieldView:
    return FieldView(
        key=field.key,
        type=field.type,
        label=field.label,
        placeholder=field.placeholder,
        help=field.help,
        required=field.is_required,
        max_length=field.max_length,
        options=field.options,
    )
