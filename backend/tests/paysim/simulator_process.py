"""Starts the simulator as a real process and talks to its control API."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx


class SimulatorProcess:
    """One running simulator; `control` reaches its `/_sim/`."""

    def __init__(self, port: int, state_file: Path | None = None) -> None:
        self.url = f"http://127.0.0.1:{port}"
        arguments = [sys.executable, "-m", "paysim", "--port", str(port)]
        if state_file is not None:
            arguments += ["--state-file", str(state_file)]
        self._process = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)
        self.complaints = ""
        self.http = httpx.Client(base_url=self.url, timeout=20, trust_env=False)
        self._wait_until_it_answers()

    def get(self, path: str, **query: Any) -> Any:
        """Read something from the control API."""
        return _content(self.http.get(f"/_sim/{path}", params=query))

    def post(self, path: str, **body: Any) -> Any:
        """Do something through the control API."""
        return _content(self.http.post(f"/_sim/{path}", json=body))

    def now(self) -> float:
        """Read the virtual clock."""
        return float(self.get("clock")["timestamp"])

    def advance(self, seconds: float) -> None:
        """Let virtual time pass and wait until its consequences are over."""
        self.post("advance_clock", seconds=seconds)
        self.settle()

    def move_to(self, timestamp: float) -> None:
        """Set the virtual clock and wait until the consequences are over."""
        self.post("clock", offset_seconds=timestamp - time.time())
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is due."""
        assert self.post("settle") == {"is_settled": True}

    def add_fault(self, kind: str, **details: Any) -> Any:
        """Ask for a fault."""
        return self.post("faults", kind=kind, **details)

    def stop(self) -> int:
        """Ask the process to end, as a supervisor does."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the process without a chance to say goodbye."""
        self._end(signal.SIGKILL)

    def _end(self, kind: signal.Signals) -> int:
        self.http.close()
        os.kill(self._process.pid, kind)
        self.complaints = self._process.communicate(timeout=15)[1]
        return self._process.returncode

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise AssertionError(self._process.communicate()[1])
            try:
                self.http.get("/healthz").raise_for_status()
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("the simulator does not answer")


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _content(response: httpx.Response) -> Any:
    response.raise_for_status()
    return response.json()
