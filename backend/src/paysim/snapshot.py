"""Keeps the state file: whole or not at all, and written before a change is acknowledged."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path


class Snapshot:
    """Writes the state once for all changes that came while the previous write ran."""

    def __init__(self, path: Path | None, encode: Callable[[], bytes]) -> None:
        self._path = path
        self._encode = encode
        self._writing = asyncio.Lock()
        self._changes = 0
        self._written_changes = 0

    def note_change(self) -> None:
        """Say that the state is no longer what the file holds."""
        self._changes += 1

    async def flush(self) -> None:
        """Return when everything noted so far is in the file."""
        wanted = self._changes
        while self._written_changes < wanted:
            async with self._writing:
                if self._written_changes < wanted:
                    await self._write()

    async def _write(self) -> None:
        changes = self._changes
        if self._path is not None:
            # Encoded here, on the loop, so that no change can slip in halfway.
            await asyncio.to_thread(replace_file, self._path, self._encode())
        self._written_changes = changes


def replace_file(path: Path, content: bytes) -> None:
    """Put new content under a name in one step, readable by nobody else: it holds private keys."""
    draft = path.with_name(path.name + ".tmp")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
