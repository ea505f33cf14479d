"""Bookings as calendars read them (RFC 5545), and the signed addresses where calendars ask."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from icalendar import Alarm, Calendar, Event

from shunyue.identity.api import Merchant
from shunyue.journey.errors import CalendarNotFound
from shunyue.kernel.copy import wording
from shunyue.ordering.api import Order

_REMIND_BEFORE = timedelta(hours=2)
_ASK_AGAIN_AFTER = timedelta(hours=1)
_SIGNATURE_BYTES = 16
_UUID_BYTES = 16


class CalendarOwner(msgspec.Struct, frozen=True):
    """Whose calendar an address is for; `version` tells whether it still holds."""

    merchant_id: UUID
    customer_id: UUID
    version: int


class CalendarSigner:
    """Makes and reads the part of an address that says whose calendar it is."""

    def __init__(self, key: bytes) -> None:
        self._key = hashlib.sha256(b"shunyue calendar address" + key).digest()

    def token(self, whose: CalendarOwner) -> str:
        """Return the token of an address."""
        body = whose.merchant_id.bytes + whose.customer_id.bytes + whose.version.to_bytes(4)
        return base64.urlsafe_b64encode(body + self._sign(body)).rstrip(b"=").decode()

    def owner(self, token: str) -> CalendarOwner:
        """Return whose address it is; raises `CalendarNotFound` for one that we never gave."""
        try:
            content = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (ValueError, binascii.Error):
            raise CalendarNotFound from None
        body, signature = content[:-_SIGNATURE_BYTES], content[-_SIGNATURE_BYTES:]
        if not hmac.compare_digest(self._sign(body), signature):
            raise CalendarNotFound
        return CalendarOwner(
            UUID(bytes=body[:_UUID_BYTES]),
            UUID(bytes=body[_UUID_BYTES : 2 * _UUID_BYTES]),
            int.from_bytes(body[2 * _UUID_BYTES :]),
        )

    def _sign(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, "sha256")[:_SIGNATURE_BYTES]


def calendar_of(merchant: Merchant, orders: Sequence[Order], now: datetime) -> bytes:
    """Write bookings as a calendar. Cancelled ones are kept in it, so that they go from devices."""
    calendar = Calendar()
    calendar.add("prodid", "-//Shunyue//1//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", wording("calendar.name", {"merchant": merchant.name}))
    calendar.add("refresh-interval", _ASK_AGAIN_AFTER, parameters={"VALUE": "DURATION"})
    for order in orders:
        calendar.add_component(_event(merchant, order, now))
    written: bytes = calendar.to_ical()
    return written


def _event(merchant: Merchant, order: Order, now: datetime) -> Event:
    terms, is_cancelled = order.terms, order.state == "cancelled"
    event = Event()
    event.add("uid", f"{order.number}@{merchant.slug}")
    event.add("dtstamp", now)
    event.add("sequence", int(is_cancelled))
    event.add("dtstart", terms.slot.starts_at)
    event.add("dtend", terms.slot.ends_at)
    event.add("summary", _summary(order))
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    if terms.location is not None:
        place = [terms.location.name, terms.location.room, terms.location.address]
        event.add("location", " ".join(part for part in place if part))
    grouped = " ".join(order.number[n : n + 4] for n in range(0, len(order.number), 4))
    about = {"number": grouped, "merchant": merchant.name, "phone": merchant.phone}
    event.add("description", wording("calendar.about", about))
    if not is_cancelled:
        event.add_component(_alarm(order))
    return event


def _summary(order: Order) -> str:
    resource = order.terms.resource
    if resource is None:
        return order.terms.offering.name
    names = {"offering": order.terms.offering.name, "resource": resource.name}
    return wording("calendar.with", names)


def _alarm(order: Order) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -_REMIND_BEFORE)
    alarm.add("description", _summary(order))
    return alarm
