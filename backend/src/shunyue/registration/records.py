"""Rows of registration."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

FieldType = Literal[
    "text",
    "long_text",
    "phone",
    "id_number",
    "email",
    "single_choice",
    "multiple_choice",
    "address",
    "number",
    "agreement",
]


class FieldOption(msgspec.Struct, frozen=True):
    """A choice: `code` is stored, `label` is read."""

    code: str
    label: str


class FormField(msgspec.Struct, frozen=True, kw_only=True):
    """One question of a form."""

    key: str
    type: FieldType
    label: str
    placeholder: str | None = None
    help: str | None = None
    is_required: bool = msgspec.field(default=True, name="required")
    max_length: int | None = None
    options: list[FieldOption] = []
    prefill: Literal["name", "phone"] | None = None


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The questions asked for a kind of offering. Orders keep the version they were made with."""

    id: UUID
    version: int
    title: str
    fields: list[FormField]


class DraftField(msgspec.Struct, frozen=True, kw_only=True):
    """What was typed into a field last; `version` counts up with each save."""

    value: Any
    version: int
    saved_at: datetime


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """What was handed in for an order."""

    form_id: UUID
    answers: dict[str, Any]
    submitted_at: datetime
