"""Drafts: every field is kept as it is typed, until the registration is handed in."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from shunyue.booking.api import expire_holds
from shunyue.kernel.tokens import Actor
from shunyue.ordering.api import Order, order_by_number
from shunyue.registration import commands
from shunyue.registration.api import draft_of, form_of_order, registration_of
from shunyue.registration.errors import (
    AlreadyRegistered,
    FieldNotFound,
    RegistrationIncomplete,
    ValueTooLong,
)
from shunyue.registration.records import DraftField
from tests.builders.studio import Studio

ANSWERS = {"name": "许知行", "phone": "138 0571 2468", "experience": "first_time"}


async def save(studio: Studio, customer: Actor, order: Order, key: str, value: Any) -> DraftField:
    """Finish a field."""
    async with studio.database.begin(customer) as tx:
        return await commands.save_draft_field(tx, order, key=key, value=value)


async def draft(studio: Studio, customer: Actor, order: Order) -> dict[str, DraftField]:
    """Open the form again."""
    async with studio.database.begin(customer) as tx:
        return await draft_of(tx, order.id)


async def hand_in(studio: Studio, customer: Actor, order: Order, answers: dict[str, Any]) -> None:
    """Submit the form."""
    async with studio.database.begin(customer) as tx:
        await commands.submit(tx, order, answers=answers)


@pytest.mark.req("RG-06")
class TestKeeping:
    @pytest.mark.parametrize(
        "value", ["许知行", "", " 13 ", ["a", "b"], {"city": "杭州"}, 7, None, True, "🧘" * 100]
    )
    async def test_field_is_kept_as_typed_right_or_wrong(
        self, studio: Studio, customer: Actor, order: Order, value: Any
    ) -> None:
        await save(studio, customer, order, "phone", value)

        assert (await draft(studio, customer, order))["phone"].value == value

    async def test_versions_count_up_by_field(
        self, studio: Studio, customer: Actor, order: Order
    ) -> None:
        versions = [
            (await save(studio, customer, order, key, "x")).version
            for key in ("name", "name", "phone", "name")
        ]

        assert versions == [1, 2, 1, 3]

    @pytest.mark.req("RG-08")
    async def test_two_devices_at_once_lose_no_field(
        self, studio: Studio, customer: Actor, order: Order
    ) -> None:
        saved = await asyncio.gather(
            *(save(studio, customer, order, key, n) for n in range(5) for key in ("name", "needs"))
        )

        assert sorted(one.version for one in saved) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
        kept = await draft(studio, customer, order)
        assert {key: one.version for key, one in kept.items()} == {"name": 5, "needs": 5}

    async def test_character_that_the_database_can_not_store_is_no_failure(
        self, studio: Studio, customer: Actor, order: Order
    ) -> None:
        await save(studio, customer, order, "needs", "左膝\x00旧伤")

        assert (await draft(studio, customer, order))["needs"].value == "左膝旧伤"

    async def test_typed_text_is_kept_after_the_hold_ran_out(
        self, studio: Studio, customer: Actor, order: Order
    ) -> None:
        await save(studio, customer, order, "name", "许知行")
        await studio.stop_clock(order.register_by + timedelta(minutes=1))
        await expire_holds(studio.database)

        await save(studio, customer, order, "needs", "左膝旧伤")

        assert set(await draft(studio, customer, order)) == {"name", "needs"}

    async def test_unknown_field_is_refused(
        self, studio: Studio, customer: Actor, order: Order
    ) -> None:
        with pytest.raises(FieldNotFound):
            await save(studio, customer, order, "shoe_size", "43")

    async def test_value_beyond_the_limit_is_refused(
        self, studio: Studio, customer: Actor, order: Order
    ) -> None:
        await save(studio, customer, order, "needs", "a" * (commands.LARGEST_DRAFT_VALUE_BYTES - 2))

        with pytest.raises(ValueTooLong):
            await save(studio, customer, order, "needs", "字" * 10_000)


@pytest.mark.req("RG-10")
class TestHandingIn:
    async def test_answers_are_stored_clean_and_the_draft_is_gone(
        self, studio: Studio, customer: Actor, order: Order
    ) -> None:
        await save(studio, customer, order, "name", "许知行")

        await hand_in(studio, customer, order, ANSWERS)

        assert await draft(studio, customer, order) == {}
        async with studio.database.begin(customer) as tx:
            registration = await registration_of(tx, order.id)
            form = await form_of_order(tx, order)
        assert registration is not None
        assert registration.answers == ANSWERS | {"phone": "13805712468"}
        assert registration.form_id == form.id

    @pytest.mark.req("RG-01")
    async def test_form_edited_meanwhile_asks_the_next_customer_only(
        self, studio: Studio, customer: Actor, order: Order
    ) -> None:
        await studio.change(
            "INSERT INTO form (merchant_id, id, kind, version, title, fields, created_at)"
            " SELECT merchant_id, gen_random_uuid(), kind, 2, title,"
            ' fields || \'[{"key": "shoe_size", "type": "text", "label": "鞋码"}]\'::jsonb,'
            " app_now() + interval '1 second' FROM form"
            " WHERE merchant_id = $1 AND kind = 'personal'"
        )

        await hand_in(studio, customer, order, ANSWERS)

        assert await studio.value("SELECT count(*) FROM registration WHERE merchant_id = $1") == 1

    async def test_incomplete_form_keeps_the_draft_and_names_all_fields(
        self, studio: Studio, customer: Actor, order: Order
    ) -> None:
        await save(studio, customer, order, "needs", "左膝旧伤")

        with pytest.raises(RegistrationIncomplete) as refusal:
            await hand_in(studio, customer, order, {"phone": "1"})

        assert [(one.path, one.code) for one in refusal.value.fields] == [
            ("name", "required"),
            ("phone", "invalid_phone"),
            ("experience", "required"),
        ]
        assert set(await draft(studio, customer, order)) == {"needs"}

    async def test_first_name_becomes_the_customers_and_later_ones_do_not(
        self, studio: Studio, customer: Actor, order: Order
    ) -> None:
        await hand_in(studio, customer, order, ANSWERS)

        name = await studio.value(
            "SELECT name FROM customer WHERE merchant_id = $1 AND id = $2", customer.id
        )
        assert name == "许知行"

    async def test_registered_order_takes_no_more_drafts(
        self, studio: Studio, customer: Actor, order: Order
    ) -> None:
        await studio.change(
            "UPDATE customer_order SET registered_at = app_now(), pay_by = app_now()"
            " WHERE merchant_id = $1"
        )
        async with studio.database.begin(customer) as tx:
            registered = await order_by_number(tx, order.number)
        assert registered is not None

        with pytest.raises(AlreadyRegistered):
            await save(studio, customer, registered, "name", "许知行")
