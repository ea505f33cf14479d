"""Rows of payments."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from shunyue.payments.providers.port import PaymentPrompt

Channel = Literal["wechat", "alipay", "stripe"]
SceneName = Literal["native", "h5"]
AttemptState = Literal["intended", "pending", "closing", "paid", "closed", "failed"]
RefundReason = Literal[
    "late_without_place",
    "order_cancelled",
    "paid_twice",
    "cancelled_by_customer",
    "cancelled_by_merchant",
]
RefundProgress = Literal["intended", "processing", "succeeded", "abnormal", "closed"]

LIVE: frozenset[AttemptState] = frozenset({"intended", "pending", "closing"})


class PaymentChannel(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant's own account at a provider. The secrets stay sealed."""

    id: UUID
    merchant_id: UUID
    channel: Channel
    account_id: str
    app_id: str
    base_url: str
    payee: str
    sealed_config: bytes


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """What an order owes and whether it is settled."""

    order_id: UUID
    payable_fen: int
    state: Literal["open", "stopping", "stopped", "settled"]
    settled_attempt_id: UUID | None


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try at one provider. Its number is committed before the provider hears of it."""

    id: UUID
    order_id: UUID
    channel_id: UUID
    scene: SceneName
    out_trade_no: str
    amount_fen: int
    description: str
    state: AttemptState
    prompt: PaymentPrompt | None
    return_url: str | None
    client_ip: str
    expires_at: datetime
    created_at: datetime
    paid_at: datetime | None
    transaction_id: str | None


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """A payment that arrived."""

    order_id: UUID
    amount_fen: int
    paid_at: datetime
    transaction_id: str
    channel: Channel


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """Money on its way back from one charge."""

    id: UUID
    order_id: UUID
    attempt_id: UUID
    out_refund_no: str
    amount_fen: int
    reason: RefundReason
    state: RefundProgress
    requested_at: datetime
    settled_at: datetime | None
