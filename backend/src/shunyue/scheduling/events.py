"""What scheduling announces."""

from typing import ClassVar
from uuid import UUID

from shunyue.kernel.events import Event


class SlotsEdited(Event, frozen=True, kw_only=True):
    """Staff closed, opened or added slots; `slot_ids` are all whose look may have changed."""

    name: ClassVar[str] = "scheduling.slots_edited.v1"

    slot_ids: list[UUID]
