"""Events: facts announced after they became true, with frozen names and versions."""

from typing import ClassVar

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact. Fields are ids and plain values; a changed meaning is a new version of the name."""

    name: ClassVar[str]


def event_types() -> dict[str, type[Event]]:
    """Return every event type that has been imported, by name."""
    found: dict[str, type[Event]] = {}
    waiting = list(Event.__subclasses__())
    while waiting:
        kind = waiting.pop()
        assert kind.name not in found, kind.name
        found[kind.name] = kind
        waiting += kind.__subclasses__()
    return found
