"""The console's pages as it sees them."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from shunyue.ordering.api import OrderState, OrderView, PaymentState

BlockKind = Literal[
    "free", "held", "awaiting_payment", "confirmed", "live", "done", "break", "closed"
]


class BoardHours(msgspec.Struct, frozen=True, rename={"opens": "from", "closes": "to"}):
    """The board's first and last hour, local time `HH:MM`."""

    opens: str
    closes: str


class Holding(msgspec.Struct, frozen=True):
    """Places held by people who are choosing or registering."""

    count: int
    soonest_expires_at: datetime | None


class AwaitingPayment(msgspec.Struct, frozen=True):
    """Orders that are registered but not paid."""

    count: int
    amount_fen: int


class MethodShare(msgspec.Struct, frozen=True):
    """What came in by one channel."""

    channel: str
    count: int
    amount_fen: int


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """A day in numbers. `received_fen` is charges less refunds, by the ledger."""

    bookings: int
    registrations: int
    payments: int
    received_fen: int
    holding: Holding
    awaiting_payment: AwaitingPayment
    methods: list[MethodShare]


class LaneResource(msgspec.Struct, frozen=True, kw_only=True):
    """Whose lane it is."""

    id: UUID
    kind: str
    name: str
    title: str


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A slot on the board."""

    slot_id: UUID
    kind: BlockKind
    starts_at: datetime
    ends_at: datetime
    title: str
    subtitle: str | None
    order_number: str | None
    expires_at: datetime | None
    places_taken: int
    capacity: int


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """A resource's day."""

    resource: LaneResource
    day_off: str | None
    blocks: list[Block]


class FeedItem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that just happened."""

    id: str
    at: datetime
    kind: str
    who: str
    offering_name: str
    slot_starts_at: datetime | None
    order_number: str | None
    amount_fen: int | None


class TodayView(msgspec.Struct, frozen=True, kw_only=True):
    """The board."""

    date: date
    server_time: datetime
    hours: BoardHours
    figures: Figures
    lanes: list[Lane]
    feed: list[FeedItem]


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """An order in the table."""

    number: str
    state: OrderState
    payment_state: PaymentState
    customer_name: str | None
    customer_phone: str
    offering_name: str
    kind: str
    slot_starts_at: datetime
    slot_ends_at: datetime
    resource_name: str | None
    party_size: int
    payable_fen: int
    placed_at: datetime
    registered_at: datetime | None
    paid_at: datetime | None
    expires_at: datetime | None


class OrderTable(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the table. `total` stops counting at 10,000."""

    items: list[OrderRow]
    next_cursor: str | None
    total: int


class CustomerCard(msgspec.Struct, frozen=True, kw_only=True):
    """Who ordered."""

    id: UUID
    name: str | None
    phone: str
    visits: int


class AnswerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of the registration, choices in words."""

    key: str
    label: str
    value: str


class TimelineRow(msgspec.Struct, frozen=True, kw_only=True):
    """A step of an order and what the merchant holds after it."""

    kind: str
    at: datetime
    who: str
    detail: str | None
    change_fen: int | None
    balance_fen: int


class OrderTotals(msgspec.Struct, frozen=True, kw_only=True):
    """An order's money in sum."""

    received_fen: int
    refunded_fen: int
    kept_fen: int


class AuditRow(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what by hand."""

    at: datetime
    who: str
    action: str
    reason: str | None


class OrderDetail(msgspec.Struct, frozen=True, kw_only=True):
    """An order with everything about it."""

    order: OrderView
    customer: CustomerCard
    answers: list[AnswerRow]
    rules_version: int
    timeline: list[TimelineRow]
    totals: OrderTotals
    audit: list[AuditRow]


class OfferingName(msgspec.Struct, frozen=True, kw_only=True):
    """An offering to choose or filter by; `sentences` are its rules in words."""

    id: UUID
    name: str
    kind: str
    sentences: list[str]


class OfferingNames(msgspec.Struct, frozen=True):
    """All offerings."""

    items: list[OfferingName]
