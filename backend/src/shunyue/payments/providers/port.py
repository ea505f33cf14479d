"""What the product asks of a payment provider, in the product's own words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Protocol

import msgspec


class PaymentProvider(Protocol):
    """One merchant's account at one provider.

    No call is made inside a database transaction; numbers are committed before they are sent.
    """

    async def create(self, attempt: "AttemptOrder", scene: "Scene") -> "PaymentPrompt":
        """Announce an attempt; sending the same attempt again gives a fresh prompt."""

    async def query(self, out_trade_no: str) -> "TradeState":
        """Ask what became of an attempt."""

    async def close(self, out_trade_no: str) -> None:
        """Make an unpaid attempt unpayable; after CloseRefused only a query tells its state."""

    async def refund(self, order: "RefundOrder") -> "RefundState":
        """Ask for a refund; an answer is acceptance, RefundUnsettled means send it again."""

    async def query_refund(self, out_refund_no: str) -> "RefundState":
        """Ask what became of a refund."""

    def read_notice(self, headers: Mapping[str, str], raw_body: bytes) -> "Notice":
        """Verify and open a notice; NoticeRejected means nothing in it may be believed."""


class AttemptOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One payment attempt as the provider is told about it."""

    out_trade_no: str
    description: str
    amount_fen: int
    expires_at: datetime
    currency: str = "CNY"


class NativeScene(msgspec.Struct, frozen=True, tag="native"):
    """A QR code on a large screen, scanned with the phone."""


class H5Scene(msgspec.Struct, frozen=True, tag="h5"):
    """A phone browser that leaves for the provider's page and comes back to `return_url`."""

    payer_ip: str
    return_url: str | None = None


class JsapiScene(msgspec.Struct, frozen=True, tag="jsapi"):
    """A page inside the provider's own app, where the payer is already known to it."""

    payer_id: str


Scene = NativeScene | H5Scene | JsapiScene


class PaymentPrompt(msgspec.Struct, frozen=True, kw_only=True):
    """How the payer gets to the cashier: exactly one of the three is set."""

    expires_at: datetime
    code_url: str | None = None
    h5_url: str | None = None
    app_params: dict[str, str] | None = None


class TradeState(msgspec.Struct, frozen=True, kw_only=True, tag="trade"):
    """What the provider says about an attempt.

    `amount_fen` is the order total: coupons of the provider do not lower what the merchant is owed.
    Everything but the state is the provider's claim and has to be compared with our own record.
    """

    out_trade_no: str
    state: Literal["pending", "paid", "closed", "failed", "absent"]
    transaction_id: str | None = None
    amount_fen: int | None = None
    currency: str | None = None
    paid_at: datetime | None = None
    merchant_account_id: str | None = None
    app_id: str | None = None


class RefundOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One refund as the provider is told about it; `total_fen` is the attempt's full amount."""

    out_refund_no: str
    out_trade_no: str
    refund_fen: int
    total_fen: int
    reason: str
    currency: str = "CNY"


class RefundState(msgspec.Struct, frozen=True, kw_only=True, tag="refund"):
    """What the provider says about a refund.

    `abnormal` is not final (the payer's account refused the money); `closed` needs a new number.
    """

    out_refund_no: str
    state: Literal["processing", "succeeded", "abnormal", "closed", "absent"]
    refund_id: str | None = None
    out_trade_no: str | None = None
    transaction_id: str | None = None
    refund_fen: int | None = None
    total_fen: int | None = None
    currency: str | None = None
    succeeded_at: datetime | None = None
    merchant_account_id: str | None = None


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A verified message of the provider; without content it is of a kind we have no use for."""

    notice_id: str
    kind: str
    content: TradeState | RefundState | None


class ProviderError(Exception):
    """A call to the provider that gave no answer to work with."""

    def __init__(self, code: str, message: str, request_id: str | None = None) -> None:
        """Keep what the provider's support asks for: code, wording, request id."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.request_id = request_id


class ProviderUnreachable(ProviderError):
    """The outcome is unknown; make the same call again, with the same number."""


class AnswerUnusable(ProviderUnreachable):
    """An answer arrived, but unsigned, wrongly signed or not understood: it proves nothing."""


class RefundUnsettled(ProviderUnreachable):
    """The refund may or may not exist; only the same refund number may be sent again."""


class ProviderRefused(ProviderError):
    """The provider understood and said no; the same call will be refused again."""


class CloseRefused(ProviderError):
    """The attempt was not closed: it may be paid, closed or unknown there. Query it."""


class ProviderMisconfigured(ProviderError):
    """The merchant's provider settings are wrong: tell people, do not retry."""


class NoticeRejected(Exception):
    """A notice that must not be believed; answer with an error so that a real one is repeated."""

    def __init__(self, reason: str) -> None:
        """Keep the reason for the log: it names a check, never content."""
        super().__init__(reason)
        self.reason = reason
