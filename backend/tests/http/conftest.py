"""One merchant behind the running application, with a customer, a slot, and an order to look at."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from shunyue.identity.api import Merchant
from shunyue.kernel.database import Database
from shunyue.kernel.tokens import Actor
from tests.builders.callers import Front, open_front
from tests.builders.supply import make_customer, make_offering, make_slot
from tests.conftest import add_merchant


@pytest.fixture
async def front(dsn: str, merchant: Merchant) -> AsyncIterator[Front]:
    """The whole application, as `shunyue serve` runs it."""
    async with open_front(dsn, slug=merchant.slug) as front:
        yield front


@pytest.fixture
async def customer(database: Database, merchant: Merchant) -> Actor:
    """A customer of the merchant."""
    return await make_customer(database, merchant.merchant_id)


@pytest.fixture
async def slot_id(database: Database, merchant: Merchant) -> UUID:
    """A slot of tomorrow with ten places."""
    offering = await make_offering(database, merchant.merchant_id)
    return await make_slot(database, merchant.merchant_id, offering, capacity=10)


@pytest.fixture
async def hold_id(front: Front, customer: Actor, slot_id: UUID) -> str:
    """A place of the slot, held by the customer."""
    answer = await front.post(f"slots/{slot_id}/holds", customer, {"party_size": 1})
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


@pytest.fixture
async def number(front: Front, customer: Actor, hold_id: str) -> str:
    """The number of the customer's order."""
    answer = await front.post(f"holds/{hold_id}/confirmation", customer)
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["number"]
    return found


@pytest.fixture
async def neighbour(database: Database) -> Merchant:
    """Another merchant of the same install."""
    return await add_merchant(database, "linju")
