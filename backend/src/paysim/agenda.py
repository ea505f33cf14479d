"""Does things when the virtual clock says they are due: notices, refunds, delayed payments."""

import asyncio
import heapq
import logging
from collections.abc import Awaitable, Callable

LONGEST_SLEEP_SECONDS = 3600.0
logger = logging.getLogger(__name__)


class Agenda:
    """A heap of (due, kind, key); an action checks itself whether its entry still holds."""

    def __init__(
        self, now: Callable[[], float], after_actions: Callable[[], Awaitable[None]]
    ) -> None:
        self._now = now
        self._after_actions = after_actions
        self._entries: list[tuple[float, int, str, str]] = []
        self._actions: dict[str, Callable[[str], None]] = {}
        self._woken = asyncio.Event()
        self._planned = 0

    def register(self, kind: str, action: Callable[[str], None]) -> None:
        """Say what to do with entries of a kind."""
        self._actions[kind] = action

    def plan(self, due_at: float, kind: str, key: str) -> None:
        """Add an entry; what was planned for the same thing before becomes void by itself."""
        self._planned += 1
        heapq.heappush(self._entries, (due_at, self._planned, kind, key))
        self.wake()

    def wake(self) -> None:
        """Look at the clock again, because it was moved or something was planned."""
        self._woken.set()

    def clear(self) -> None:
        """Forget everything planned."""
        self._entries.clear()

    def has_due_entries(self) -> bool:
        """Tell whether something should have happened already."""
        return bool(self._entries) and self._entries[0][0] <= self._now()

    async def run(self) -> None:
        """Serve entries in the order they fall due, for ever."""
        while True:
            self._woken.clear()
            try:
                while self.has_due_entries():
                    _, _, kind, key = heapq.heappop(self._entries)
                    self._actions[kind](key)
                await self._after_actions()
            except Exception:
                # One failure, say a full disk, must not end all that is still to happen.
                logger.exception("the agenda failed at an entry")
            await self._sleep()

    async def _sleep(self) -> None:
        seconds = LONGEST_SLEEP_SECONDS
        if self._entries:
            seconds = min(seconds, max(0.0, self._entries[0][0] - self._now()))
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return
