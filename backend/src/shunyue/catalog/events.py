"""What the catalog announces."""

from typing import ClassVar
from uuid import UUID

from shunyue.kernel.events import Event


class RulesChanged(Event, frozen=True, kw_only=True):
    """An offering has new rules; they count for orders from now on."""

    name: ClassVar[str] = "catalog.rules_changed.v1"

    offering_id: UUID
    version: int
