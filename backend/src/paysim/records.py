"""What every simulated provider shares and the state file keeps: settings, faults, notices, money.

Instants are seconds since 1970 by the virtual clock; `rfc3339` in clock.py renders them.
"""

from typing import Literal

import msgspec

JsonObject = dict[str, object]

RequestFault = Literal[
    "error_before",
    "error_after",
    "timeout_before",
    "timeout_after",
    "response_lost",
    "slow_response",
]
MessageFault = Literal[
    "wrong_signature",
    "unknown_serial",
    "stale_timestamp",
    "signtest_probe",
    "missing_signature_type",
    "tampered_body",
]
NoticeFault = Literal[
    "notice_dropped",
    "notice_duplicated",
    "notice_delayed",
    "notice_reordered",
    "wrong_apiv3_key",
    "amount_mismatch",
    "mchid_mismatch",
    "currency_mismatch",
]
MoneyFault = Literal["close_race", "refund_abnormal", "refund_closed", "refund_stuck"]
FaultKind = RequestFault | MessageFault | NoticeFault | MoneyFault


class Settings(msgspec.Struct, kw_only=True):
    """What a test may turn: how long things take, and whether notices leave on their own."""

    refund_delay_seconds: float = 1.0
    refund_spacing_seconds: float = 60.0
    notice_timeout_seconds: float = 5.0
    is_delivering: bool = True


class Fault(msgspec.Struct, kw_only=True):
    """One thing that goes wrong `count` times, with a probability drawn from its own seed."""

    id: int
    kind: FaultKind
    route: str | None = None
    mchid: str | None = None
    count: int | None = 1
    probability: float = 1.0
    seed: int = 0
    seconds: float | None = None
    times: int = 1
    status: int = 500
    code: str | None = None
    draws: int = 0
    hits: int = 0


class Delivery(msgspec.Struct, kw_only=True):
    """One attempt to hand a notice over."""

    attempted_at: float
    is_accepted: bool
    outcome: str
    flaws: list[str]


class Notice(msgspec.Struct, kw_only=True):
    """A message to the shop that money moved; copies of it share the event id."""

    number: int
    provider: str
    account: str
    kind: str
    event_id: str
    event_type: str
    url: str
    content: JsonObject
    created_at: float
    due_at: float
    status: Literal["queued", "delivered", "given_up", "dropped"] = "queued"
    is_waiting_for_next: bool = False
    flaws: list[str] = msgspec.field(default_factory=list)
    deliveries: list[Delivery] = msgspec.field(default_factory=list)


class Movement(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Money that moved: the truth every statement of the provider is made from."""

    number: int
    kind: Literal["charge", "refund"]
    provider: str
    mchid: str
    out_trade_no: str
    transaction_id: str
    amount_fen: int
    currency: str
    moved_at: str
    accepted_at: str
    out_refund_no: str | None = None
    refund_id: str | None = None
