"""The demo merchant's console: staff who are signed in, and the ledger to compare with."""

from typing import Any
from uuid import uuid4

import pytest

from tests.product import DEMO_PASSWORD, RunningProduct


class Console:
    """A member of staff at the console of the demo merchant."""

    def __init__(self, product: RunningProduct, account: str) -> None:
        self._product = product
        answer = product.client.post(
            "/console/v1/logins",
            json={"merchant": "qihe", "account": account, "password": DEMO_PASSWORD},
            headers={"Idempotency-Key": str(uuid4())},
        )
        assert answer.status_code == 201, answer.text
        self.login = answer.json()

    def get(self, path: str, **query: Any) -> Any:
        """Read something; returns its JSON."""
        answer = self._product.client.get(
            f"/console/v1/{path}",
            params={name: value for name, value in query.items() if value is not None},
            headers={"Authorization": f"Bearer {self.login['access_token']}"},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def status_of(self, path: str) -> int:
        """Read something; returns the status alone."""
        headers = {"Authorization": f"Bearer {self.login['access_token']}"}
        return self._product.client.get(f"/console/v1/{path}", headers=headers).status_code


@pytest.fixture(scope="session")
def owner_console(product: RunningProduct) -> Console:
    """The owner, who may see everything."""
    return Console(product, "zhouyu")


@pytest.fixture(scope="session")
def desk_console(product: RunningProduct) -> Console:
    """The front desk, who may not see whole phone numbers."""
    return Console(product, "qiantai")
