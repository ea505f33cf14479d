"""What other domains may know of notifications."""

from shunyue.notifications.commands import tell
from shunyue.notifications.events import MessagePosted

__all__ = ["MessagePosted", "tell"]
