"""What other domains may know of the journey."""

from shunyue.journey.commands import intend_payment, settle_order, submit_registration
from shunyue.journey.views import view_order

__all__ = ["intend_payment", "settle_order", "submit_registration", "view_order"]
