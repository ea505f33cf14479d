"""Customers who go the whole way through the running product, whatever happens on the way."""

import contextlib
import random
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from tests.product import RunningProduct, SignedInCustomer
from tests.simulation.invariants import (
    ALWAYS,
    AT_REST,
    CHARGES,
    HOLDINGS,
    Charge,
    Invariant,
    journal_breaches,
)

_PATIENCE_SECONDS = 90.0
_MOMENT_SECONDS = 0.2
_TRANSIENT = {
    (409, "request_in_progress"),
    (503, "provider_unreachable"),
    (503, "temporarily_unavailable"),
}


class Visitor:
    """One customer with a network that fails: the same action is sent again under the same key."""

    def __init__(self, product: RunningProduct, customer: SignedInCustomer) -> None:
        self._product = product
        self.customer = customer
        self.acknowledged_holds: list[str] = []
        self._http = httpx.Client(base_url=product.url, timeout=15)

    def post(self, path: str, body: Any) -> httpx.Response:
        """Post until there is an answer that means something."""
        headers = self.customer.headers | {"Idempotency-Key": str(uuid4())}
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = self._http.post(f"/v1/m/qihe/{path}", json=body, headers=headers)
                if not _is_transient(answer):
                    return answer
            assert time.monotonic() < deadline, f"no answer to {path}"
            time.sleep(_MOMENT_SECONDS)

    def get(self, path: str) -> Any:
        """Read until there is an answer."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = self._http.get(f"/v1/m/qihe/{path}", headers=self.customer.headers)
                if answer.is_success:
                    return answer.json()
            assert time.monotonic() < deadline, f"no answer to {path}"
            time.sleep(_MOMENT_SECONDS)

    def go(self, slot_id: str, pick: random.Random) -> str | None:
        """Hold, confirm, register, pay; returns the order number, or None when refused."""
        hold = self.post(f"slots/{slot_id}/holds", {"party_size": 1})
        if hold.status_code != 201:
            return None
        self.acknowledged_holds.append(hold.json()["id"])
        order = self.post(f"holds/{hold.json()['id']}/confirmation", {})
        if order.status_code != 201:
            return None
        number: str = order.json()["number"]
        if self.register(number):
            scenes = ["native", "h5"] if pick.random() < 0.3 else ["native"]
            for attempt in [self.start_payment(number, scene) for scene in scenes]:
                if attempt is not None:
                    self.pay(attempt)
        return number

    def register(self, number: str) -> bool:
        """Hand the registration in."""
        form = self.get(f"orders/{number}/registration")["form"]
        answers = {
            field["key"]: _answer(field, self.customer.phone)
            for field in form["fields"]
            if field["required"]
        }
        answer = self.post(f"orders/{number}/registration", {"answers": answers})
        return answer.status_code == 201

    def start_payment(self, number: str, scene: str) -> dict[str, Any] | None:
        """Start paying; returns the attempt, or None when refused."""
        answer = self.post(f"orders/{number}/payments", {"channel": "wechat", "scene": scene})
        attempt: dict[str, Any] = answer.json()
        return attempt if answer.status_code == 201 else None

    def pay(self, attempt: dict[str, Any]) -> None:
        """Pay at the cashier until it says that it is paid, or can't be any more."""
        code = _code_of(attempt)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            with contextlib.suppress(httpx.TransportError):
                url = f"{self._product.paysim_url}/_sim/pay"
                if httpx.post(url, json={"cashier_id": code}, timeout=10).status_code in {200, 409}:
                    return
            assert time.monotonic() < deadline, "the cashier does not answer"
            time.sleep(_MOMENT_SECONDS)

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < deadline
            time.sleep(_MOMENT_SECONDS)

    def close(self) -> None:
        """Leave."""
        self._http.close()


def breaches_of(product: RunningProduct, invariants: tuple[Invariant, ...]) -> list[str]:
    """List what is broken in the running product now."""
    return [
        f"{one.name}: {found[:3]}" for one in invariants if (found := product.sql(one.breaches))
    ]


def wait_for_simulator(product: RunningProduct) -> None:
    """Wait until the simulator answers (again)."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{product.paysim_url}/healthz", timeout=2).is_success:
                return
        assert time.monotonic() < deadline, "the simulator does not come back"
        time.sleep(_MOMENT_SECONDS)


def wait_for_rest(product: RunningProduct, seconds: float = 60) -> None:
    """Let virtual hours pass until everything is decided; then every invariant has to hold."""
    deadline = time.monotonic() + seconds
    while (unrest := _unrest(product)) and time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError):
            product.move_clock(300)
        time.sleep(0.7)
    assert not unrest, "\n".join(unrest)


def _unrest(product: RunningProduct) -> list[str]:
    with contextlib.suppress(httpx.TransportError):
        answer = httpx.get(f"{product.paysim_url}/_sim/journal", timeout=10)
        charges = [Charge(*row) for row in product.sql(CHARGES)]
        holdings_fen = product.sql(HOLDINGS)[0][0]
        money = journal_breaches(answer.json(), charges, holdings_fen)
        return money + breaches_of(product, ALWAYS + AT_REST)
    return ["the simulator does not answer"]


def _is_transient(answer: httpx.Response) -> bool:
    return answer.is_error and (answer.status_code, answer.json()["code"]) in _TRANSIENT


def _answer(field: dict[str, Any], phone: str) -> str:
    if field["options"]:
        code: str = field["options"][0]["code"]
        return code
    return phone if field["type"] == "phone" else "许知行"


def _code_of(attempt: dict[str, Any]) -> str:
    if attempt["code_url"]:
        code: str = attempt["code_url"]
        return code
    path: str = urlsplit(attempt["h5_url"]).path
    return path.rpartition("/")[2]
