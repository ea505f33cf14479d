"""The running simulator: its state, its clock, and what is planned."""

import sys
import time
from pathlib import Path

import msgspec

from paysim.agenda import Agenda
from paysim.snapshot import Snapshot
from paysim.state import STATE_VERSION, State


class Simulation:
    """Everything a request may touch; one per process."""

    def __init__(self, *, state_file: Path | None, public_url: str) -> None:
        self.public_url = public_url.rstrip("/")
        self.state = _load(state_file)
        self.snapshot = Snapshot(state_file, self._encode)
        self.agenda = Agenda(self.now, self.snapshot.flush)
        self.seen_nonces: dict[tuple[str, str], float] = {}

    def now(self) -> float:
        """Read the virtual clock, in seconds since 1970."""
        return time.time() + self.state.clock_offset_seconds

    def set_clock_offset(self, seconds: float) -> None:
        """Move the virtual clock; what is due by then happens now."""
        self.state.clock_offset_seconds = seconds
        self.note_change()
        self.agenda.wake()

    def next_number(self) -> int:
        """Give the next number, so that things are ordered as they happened."""
        self.state.last_number += 1
        return self.state.last_number

    def note_change(self) -> None:
        """Make the next flush write the state file."""
        self.snapshot.note_change()

    def reset(self) -> None:
        """Forget trades, refunds, notices, journal, faults, settings and clock; keep merchants."""
        fresh = State(last_number=self.state.last_number)
        fresh.wechatpay.merchants = self.state.wechatpay.merchants
        self.state = fresh
        self.seen_nonces.clear()
        self.agenda.clear()
        self.note_change()

    def _encode(self) -> bytes:
        return msgspec.json.encode(self.state)


def _load(path: Path | None) -> State:
    if path is None or not path.exists():
        return State()
    try:
        state = msgspec.json.decode(path.read_bytes(), type=State)
    except msgspec.DecodeError as error:
        sys.exit(f"paysim: {path} is not a state file of this simulator: {error}")
    if state.version != STATE_VERSION:
        sys.exit(f"paysim: {path} has version {state.version}, this program reads {STATE_VERSION}")
    return state
