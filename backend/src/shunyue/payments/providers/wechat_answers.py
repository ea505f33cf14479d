"""What WeChat Pay's JSON means, in the words of the port."""

from datetime import UTC, datetime
from typing import Literal, TypeVar

import msgspec

from shunyue.payments.providers.port import RefundState, TradeState

T = TypeVar("T")

# REFUND means "a refund was once begun", also a partial one: the money did arrive
_TRADE_STATES: dict[str, Literal["pending", "paid", "closed", "failed"]] = {
    "SUCCESS": "paid",
    "REFUND": "paid",
    "NOTPAY": "pending",
    "USERPAYING": "pending",
    "CLOSED": "closed",
    "REVOKED": "closed",
    "PAYERROR": "failed",
}
_REFUND_STATES: dict[str, Literal["processing", "succeeded", "abnormal", "closed"]] = {
    "PROCESSING": "processing",
    "SUCCESS": "succeeded",
    "ABNORMAL": "abnormal",
    "CLOSED": "closed",
}


class NotUnderstood(ValueError):
    """Genuine JSON of WeChat Pay perhaps, but not of a shape or state we know."""


class Created(msgspec.Struct, frozen=True):
    """The answer to a new order: which field is filled depends on the scene."""

    code_url: str | None = None
    h5_url: str | None = None
    prepay_id: str | None = None


class Problem(msgspec.Struct, frozen=True):
    """The body of an error answer; the code is empty when WeChat Pay did not write it."""

    code: str = ""
    message: str = ""


class Resource(msgspec.Struct, frozen=True):
    """The sealed part of a notice."""

    ciphertext: str
    nonce: str
    associated_data: str = ""
    algorithm: Literal["AEAD_AES_256_GCM"] = "AEAD_AES_256_GCM"


class Envelope(msgspec.Struct, frozen=True):
    """A notice as it arrives."""

    id: str
    event_type: str
    resource: Resource


class _Amount(msgspec.Struct, frozen=True):
    total: int | None = None
    refund: int | None = None
    currency: str | None = None


class _Trade(msgspec.Struct, frozen=True):
    out_trade_no: str
    trade_state: str
    transaction_id: str | None = None
    mchid: str | None = None
    appid: str | None = None
    success_time: str | None = None
    amount: _Amount = _Amount()


class _Refund(msgspec.Struct, frozen=True):
    out_refund_no: str
    # the same fact is `status` in answers and `refund_status` in notices
    status: str | None = None
    refund_status: str | None = None
    refund_id: str | None = None
    out_trade_no: str | None = None
    transaction_id: str | None = None
    mchid: str | None = None
    success_time: str | None = None
    amount: _Amount = _Amount()


def read_created(raw: bytes) -> Created:
    """Read the answer to a new order."""
    return _decode(raw, Created)


def read_envelope(raw: bytes) -> Envelope:
    """Read the outside of a notice."""
    return _decode(raw, Envelope)


def read_problem(raw: bytes) -> Problem:
    """Read an error answer; whatever is not one gives an empty problem."""
    try:
        return _decode(raw, Problem)
    except NotUnderstood:
        return Problem()


def read_trade(raw: bytes) -> TradeState:
    """Read a trade; a paid one must say which transaction it was and over how much."""
    trade = _decode(raw, _Trade)
    state = _TRADE_STATES.get(trade.trade_state)
    if state is None:
        raise NotUnderstood("trade_state")
    if state == "paid" and not (trade.transaction_id and trade.amount.total is not None):
        raise NotUnderstood("paid without transaction or amount")
    return TradeState(
        out_trade_no=trade.out_trade_no,
        state=state,
        transaction_id=trade.transaction_id or None,
        amount_fen=trade.amount.total,
        currency=trade.amount.currency,
        paid_at=_instant(trade.success_time),
        merchant_account_id=trade.mchid,
        app_id=trade.appid,
    )


def read_refund(raw: bytes) -> RefundState:
    """Read a refund from an answer or a notice."""
    refund = _decode(raw, _Refund)
    state = _REFUND_STATES.get(refund.status or refund.refund_status or "")
    if state is None:
        raise NotUnderstood("refund status")
    return RefundState(
        out_refund_no=refund.out_refund_no,
        state=state,
        refund_id=refund.refund_id,
        out_trade_no=refund.out_trade_no,
        transaction_id=refund.transaction_id,
        refund_fen=refund.amount.refund,
        total_fen=refund.amount.total,
        currency=refund.amount.currency,
        succeeded_at=_instant(refund.success_time),
        merchant_account_id=refund.mchid,
    )


def _decode(raw: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(raw, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        # parser messages may quote the body: only the shape's name goes on
        raise NotUnderstood(shape.__name__) from None


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise NotUnderstood("success_time") from None
    if instant.tzinfo is None:
        raise NotUnderstood("success_time")
    return instant.astimezone(UTC)
