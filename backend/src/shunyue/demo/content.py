"""The demo merchant's content, as written in `content.json`."""

from datetime import time
from importlib import resources
from typing import Any

import msgspec


class DemoStaff(msgspec.Struct, frozen=True):
    """Somebody who signs in to the console."""

    account: str
    name: str
    title: str
    role: str


class DemoResource(msgspec.Struct, frozen=True):
    """Somebody or something that can be busy, with weekly hours and a pause."""

    key: str
    kind: str
    name: str
    title: str
    bio: str
    photo: str
    days: list[int]
    opens: time
    closes: time
    pause: tuple[time, time, str] | None


class DemoReview(msgspec.Struct, frozen=True):
    """A review with words."""

    author: str
    rating: int
    text: str
    reply: str | None


class DemoOffering(msgspec.Struct, frozen=True):
    """Something to book. `stars` counts reviews from five stars down to one."""

    key: str
    kind: str
    name: str
    summary: str
    facts: list[str]
    content: list[dict[str, str]]
    notes: list[str]
    price_fen: int
    is_price_from: bool
    price_unit: str
    price_note: str | None
    duration_minutes: int
    location_mode: str
    room: str | None
    service_area: str | None
    resource_word: str
    free_until_hours: int
    fee_percent: int
    max_party: int
    max_open: int | None
    notice_minutes: int
    horizon_days: int
    resources: list[str]
    start_times: list[time]
    capacity: int
    buffer_minutes: int
    is_per_resource: bool
    stars: list[int]
    reviews: list[DemoReview]


class DemoContent(msgspec.Struct, frozen=True):
    """Everything."""

    merchant: dict[str, str]
    location: dict[str, str]
    staff: list[DemoStaff]
    resources: list[DemoResource]
    offerings: list[DemoOffering]
    people: list[str]
    companies: list[dict[str, Any]]


def demo_content() -> DemoContent:
    """Read the content that ships with the product."""
    text = resources.files("shunyue.demo").joinpath("content.json").read_bytes()
    return msgspec.json.decode(text, type=DemoContent)
