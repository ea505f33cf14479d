"""A rush for one slot over HTTP, at two server processes."""

import asyncio
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import Actor, TokenSigner
from tests.product import RunningProduct

_CUSTOMERS = 200
_PLACES = 10


def _add_slot(product: RunningProduct) -> tuple[UUID, UUID]:
    """Add a slot of the demo merchant; returns the merchant's and the slot's id."""
    slot_id = new_id()
    with psycopg.connect(product.dsn, autocommit=True) as connection:
        row = connection.execute(
            "INSERT INTO slot (merchant_id, id, offering_id, starts_at, ends_at, closes_at,"
            " capacity, max_party, occupied_from, occupied_until)"
            " SELECT o.merchant_id, %s, o.id, t.starts, t.starts + interval '1 hour', t.starts,"
            " %s, 4, t.starts, t.starts + interval '1 hour' FROM offering o,"
            " (SELECT app_now() + interval '100 hours' AS starts) t"
            " WHERE o.kind = 'event' LIMIT 1 RETURNING merchant_id",
            (slot_id, _PLACES),
        ).fetchone()
    assert row is not None
    return row[0], slot_id


def _add_customers(product: RunningProduct, merchant_id: UUID) -> list[str]:
    """Add customers; returns an access token of each."""
    signer = TokenSigner(bytes.fromhex((product.folder / "var/secret_key").read_text()))
    ids = [new_id() for _ in range(_CUSTOMERS)]
    with psycopg.connect(product.dsn, autocommit=True) as connection:
        connection.cursor().executemany(
            "INSERT INTO customer (merchant_id, id, phone) VALUES (%s, %s, %s)",
            [(merchant_id, one, f"+86137{one.int % 10**8:08d}") for one in ids],
        )
    return [signer.mint(Actor("customer", merchant_id, one, new_id()))[0] for one in ids]


async def _rush(url: str, slot_id: UUID, tokens: list[str]) -> list[httpx.Response]:
    limits = httpx.Limits(max_connections=_CUSTOMERS)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
        return await asyncio.gather(
            *(
                client.post(
                    f"/v1/m/qihe/slots/{slot_id}/holds",
                    json={"party_size": 1},
                    headers={"Authorization": f"Bearer {one}", "Idempotency-Key": str(uuid4())},
                )
                for one in tokens
            )
        )


@pytest.mark.req("BK-08")
@pytest.mark.req("BK-06")
async def test_of_200_customers_10_get_the_10_places(product: RunningProduct) -> None:
    merchant_id, slot_id = _add_slot(product)
    tokens = _add_customers(product, merchant_id)

    answers = await _rush(product.url, slot_id, tokens)

    statuses = [one.status_code for one in answers]
    assert statuses.count(201) == _PLACES
    assert statuses.count(409) == _CUSTOMERS - _PLACES
    refusals = [one.json() for one in answers if one.status_code == 409]
    assert {one["code"] for one in refusals} == {"slot_full"}
    assert {one["params"]["capacity"] for one in refusals} == {_PLACES}
    held = {one.json()["id"] for one in answers if one.status_code == 201}
    rows = product.sql("SELECT id FROM hold WHERE slot_id = %s", slot_id)
    assert {str(row[0]) for row in rows} == held
    assert product.sql("SELECT places_taken FROM slot WHERE id = %s", slot_id) == [(_PLACES,)]
