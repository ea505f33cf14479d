"""Keeping what is typed, and taking in what is handed in."""

from typing import Any

import msgspec

from shunyue.kernel.database import Transaction
from shunyue.kernel.ids import new_id
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
    form = await queries.newest_form(tx, order.terms.offering.kind)
    if key not in {field.key for field in form.fields}:
        raise FieldNotFound
    if len(msgspec.json.encode(value)) > LARGEST_DRAFT_VALUE_BYTES:
        raise ValueTooLong(max_bytes=LARGEST_DRAFT_VALUE_BYTES)
    return await queries.save_draft_field(tx, order.id, key, _storable(value))


async def submit(tx: Transaction, order: Order, *, answers: dict[str, Any]) -> None:
    """Take in an order's registration after the complete check; names everything that is wrong."""
    form = await queries.newest_form(tx, order.terms.offering.kind)
    clean, found = check_answers(form.fields, answers)
    if found:
        raise RegistrationIncomplete(*found)
    await tx.connection.execute(
        "INSERT INTO registration (merchant_id, id, order_id, form_id, answers, submitted_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        tx.merchant_id,
        new_id(),
        order.id,
        form.id,
        clean,
        tx.now,
    )
    await tx.connection.execute(
        "DELETE FROM registration_draft WHERE merchant_id = $1 AND order_id = $2",
        tx.merchant_id,
        order.id,
    )
    name_field = next((field.key for field in form.fields if field.prefill == "name"), None)
    if name_field in clean:
        await tx.connection.execute(
            "UPDATE customer SET name = $3 WHERE merchant_id = $1 AND id = $2 AND name IS NULL",
            tx.merchant_id,
            order.customer_id,
            clean[name_field],
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
