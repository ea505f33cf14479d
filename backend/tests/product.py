"""Runs the whole product in processes of its own, the way `make run` does."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg

DEMO_PASSWORD = "shunyue-demo"
_READY_SECONDS = 90.0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class RunningProduct:
    """`shunyue up` with ports and data of its own. Parts can be killed; it restarts them."""

    def __init__(
        self, folder: Path, *, processes: int = 1, environment: dict[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.port, self.paysim_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.paysim_url = f"http://127.0.0.1:{self.paysim_port}"
        self._environment = os.environ | {
            "SHUNYUE_DATA_DIR": str(folder / "var"),
            "SHUNYUE_PORT": str(self.port),
            "SHUNYUE_PAYSIM_PORT": str(self.paysim_port),
            "SHUNYUE_PROCESSES": str(processes),
            "SHUNYUE_LOG_FORMAT": "json",
            **(environment or {}),
        }
        self._environment.pop("DATABASE_URL", None)
        self._up: subprocess.Popen[bytes] | None = None
        self.client = httpx.Client(base_url=self.url, timeout=30)

    @property
    def log(self) -> Path:
        """What all parts wrote."""
        return self.folder / "up.log"

    @property
    def dsn(self) -> str:
        """The schema owner's DSN."""
        return f"postgresql://postgres@/shunyue?host={self.folder}/var/postgres/socket&port=5432"

    def start(self) -> None:
        """Start and wait until it says that it runs."""
        before = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as out:
            self._up = subprocess.Popen(
                [sys.executable, "-m", "shunyue", "up"],
                env=self._environment,
                cwd=self.folder,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        deadline = time.monotonic() + _READY_SECONDS
        while b"Shunyue is running" not in self.log.read_bytes()[before:]:
            assert self._up.poll() is None, self.log.read_text()[-4000:]
            assert time.monotonic() < deadline, self.log.read_text()[-4000:]
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop as a user does, with Ctrl-C."""
        self.client.close()
        if self._up is not None:
            self._up.send_signal(signal.SIGINT)
            self._up.wait(30)
            self._up = None

    def pid_of(self, part: str) -> int:
        """Return the process id of a part (`server-1`, `worker`, `paysim`) that runs now."""
        if part == "postgres":
            found = (self.folder / "var/postgres/cluster/postmaster.pid").read_text()
            return int(found.split()[0])
        started = [
            line for line in self.log.read_text().splitlines() if f'"part": "{part}"' in line
        ]
        with_pid = [line for line in started if '"pid": ' in line]
        return int(with_pid[-1].split('"pid": ')[1].split(",")[0].rstrip("}"))

    def kill(self, part: str) -> None:
        """Kill a part the hard way; the supervisor starts it again."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid_of(part), signal.SIGKILL)

    def wait_until_ready(self) -> None:
        """Wait until requests are served (again)."""
        deadline = time.monotonic() + _READY_SECONDS
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/readyz", timeout=2).is_success:
                    return
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def move_clock(self, seconds: int) -> None:
        """Move database, tokens, signing and simulator forward together."""
        self.client.post("/dev/clock", json={"advance_seconds": seconds}).raise_for_status()

    def reset_clock(self) -> None:
        """Go back to real time."""
        self.client.post("/dev/clock", json={"reset": True}).raise_for_status()

    def sql(self, query: str, *args: Any) -> list[tuple[Any, ...]]:
        """Ask the database as its owner."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            return connection.execute(query, args or None).fetchall()

    def customer(self) -> "SignedInCustomer":
        """Sign a new customer in through the mailbox."""
        return SignedInCustomer(self)


class SignedInCustomer:
    """A customer of the demo merchant with a token, speaking HTTP."""

    def __init__(self, product: RunningProduct) -> None:
        self._product = product
        self.phone = f"139{uuid4().int % 10**8:08d}"
        answer = self._visit("login-codes", {"phone": self.phone})
        assert answer.status_code == 202, answer.text
        messages = product.client.get("/dev/mailbox.json").json()["items"]
        code = next(one["code"] for one in messages if one["to"] == f"+86{self.phone}")
        login = self._visit("logins", {"phone": self.phone, "code": code})
        assert login.status_code == 201, login.text
        self.login = login.json()
        self.headers = {"Authorization": f"Bearer {self.login['access_token']}"}

    def get(self, path: str) -> Any:
        """Read something of the merchant's; returns its JSON."""
        answer = self._product.client.get(f"/v1/m/qihe/{path}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any, key: str | None = None) -> httpx.Response:
        """Post something to the merchant."""
        headers = self.headers | {"Idempotency-Key": key or str(uuid4())}
        return self._product.client.post(f"/v1/m/qihe/{path}", json=body, headers=headers)

    def delete(self, path: str) -> httpx.Response:
        """Delete something of the merchant's."""
        return self._product.client.delete(f"/v1/m/qihe/{path}", headers=self.headers)

    def free_slots(self, kind: str = "personal") -> list[dict[str, Any]]:
        """List free slots of the demo's offering of a kind, last ones first."""
        offering = next(one for one in self.get("offerings")["items"] if one["kind"] == kind)
        days = self.get(f"offerings/{offering['id']}/availability?days=14")["days"]
        slots = [slot for day in days for slot in day["slots"] if slot["state"] == "free"]
        return slots[::-1]

    def place_order(self, slot_id: str, party_size: int = 1) -> str:
        """Hold and confirm; returns the order number."""
        hold = self.post(f"slots/{slot_id}/holds", {"party_size": party_size})
        assert hold.status_code == 201, hold.text
        order = self.post(f"holds/{hold.json()['id']}/confirmation", {})
        assert order.status_code == 201, order.text
        number: str = order.json()["number"]
        return number

    def register(self, number: str) -> dict[str, Any]:
        """Hand a complete registration in; returns the order."""
        form = self.get(f"orders/{number}/registration")["form"]
        samples = {"phone": self.phone, "single_choice": None}
        answers = {
            field["key"]: field["options"][0]["code"]
            if field["options"]
            else samples.get(field["type"]) or "许知行"
            for field in form["fields"]
            if field["required"]
        }
        answer = self.post(f"orders/{number}/registration", {"answers": answers})
        assert answer.status_code == 201, answer.text
        order: dict[str, Any] = answer.json()
        return order

    def start_payment(self, number: str, scene: str = "native") -> dict[str, Any]:
        """Start paying; returns the attempt."""
        answer = self.post(f"orders/{number}/payments", {"channel": "wechat", "scene": scene})
        assert answer.status_code == 201, answer.text
        attempt: dict[str, Any] = answer.json()
        return attempt

    def pay_at_cashier(self, attempt: dict[str, Any]) -> None:
        """Pay at the simulator, as the customer's wallet would."""
        code = (attempt["code_url"] or attempt["h5_url"]).split("pr=")[-1]
        answer = httpx.post(
            f"{self._product.paysim_url}/_sim/pay", json={"cashier_id": code}, timeout=10
        )
        assert answer.is_success, answer.text

    def wait_for_state(self, number: str, state: str, seconds: float = 20) -> dict[str, Any]:
        """Read an order until it has reached a state."""
        deadline = time.monotonic() + seconds
        while True:
            order: dict[str, Any] = self.get(f"orders/{number}")
            if order["state"] == state:
                return order
            assert time.monotonic() < deadline, order
            time.sleep(0.05)

    def _visit(self, path: str, body: Any) -> httpx.Response:
        headers = {"Idempotency-Key": str(uuid4())}
        return self._product.client.post(f"/v1/m/qihe/{path}", json=body, headers=headers)
