"""Keeping what is typed, and taking in what is handed in."""

from typing import Any

import msgspec

from shunyue.kernel.database import Transaction
from shunyue.ordering.api import Order
from shunyue.registration import queries
from shunyue.registration.errors import (
    AlreadyRegistered,
    FieldNotFound,
    RegistrationIncomplete,
    ValueTooLong,
)
from shunyue.registration.policy import check_answers
from shunyue.registration.records import DraftField

LARGEST_DRAFT_VALUE_BYTES = 20_000


async def save_draft_field(tx: Transaction, order: Order, *, key: str, value: Any) -> DraftField:
    """Keep one finished field of an order's form, right or wrong: nothing typed is lost.

    Works until the registration is handed in, also after the hold ran out. Raises `FieldNotFound`,
    `ValueTooLong`, `AlreadyRegistered`.
    """
    if order.registered_at is not None:
        raise AlreadyRegistered
    form = await queries.form_of_order(tx, order)
    if key not in {field.key for field in form.fields}:
        raise FieldNotFound
    if len(msgspec.json.encode(value)) > LARGEST_DRAFT_VALUE_BYTES:
        raise ValueTooLong(max_bytes=LARGEST_DRAFT_VALUE_BYTES)
    return await queries.save_draft_field(tx, order.id, key, _storable(value))


async def submit(tx: Transaction, order: Order, *, answers: dict[str, Any]) -> None:
    """Take in an order's registration after the complete check; names everything that is wrong."""
    form = await queries.form_of_order(tx, order)
    clean, found = check_answers(form.fields, answers)
    if found:
        raise RegistrationIncomplete(*found)
    name_field = next((field.key for field in form.fields if field.prefill == "name"), None)
    await queries.store_registration(
        tx, order, form.id, clean, name=clean.get(name_field) if name_field else None
    )


def _storable(value: Any) -> Any:
    """PostgreSQL keeps every character but one, which nobody types on purpose."""
    match value:
        case str():
            return value.replace("\0", "")
        case list():
            return [_storable(one) for one in value]
        case dict():
            return {_storable(name): _storable(one) for name, one in value.items()}
    return value
