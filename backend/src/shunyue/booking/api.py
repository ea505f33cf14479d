"""What other domains may know of booking."""

from shunyue.booking.commands import book, cancel, confirm_hold, give_back, keep_hold, take_again
from shunyue.booking.errors import HoldExpired
from shunyue.booking.events import HoldExpired as HoldExpiredEvent
from shunyue.booking.events import HoldReleased, SlotHeld
from shunyue.booking.holding import PlaceTaker, Wish
from shunyue.booking.jobs import expire_holds

__all__ = [
    "HoldExpired",
    "HoldExpiredEvent",
    "HoldReleased",
    "PlaceTaker",
    "SlotHeld",
    "Wish",
    "book",
    "cancel",
    "confirm_hold",
    "expire_holds",
    "give_back",
    "keep_hold",
    "take_again",
]
