"""What the simulated WeChat Pay remembers."""

from typing import Literal

import msgspec

TradeType = Literal["JSAPI", "MWEB", "NATIVE", "APP"]
TradeState = Literal["NOTPAY", "SUCCESS", "REFUND", "CLOSED"]
RefundStatus = Literal["PROCESSING", "SUCCESS", "ABNORMAL", "CLOSED"]


class Merchant(msgspec.Struct, kw_only=True):
    """A merchant account with both sides' keys."""

    mchid: str
    appids: list[str]
    serial_no: str
    merchant_public_key: str
    apiv3_key: str
    payee_name: str
    h5_domains: list[str]
    public_key_id: str
    platform_public_key: str
    platform_private_key: str


class PaymentCode(msgspec.Struct, kw_only=True):
    """A prepay id, the code of a QR picture or an H5 link: each opens the cashier for a while."""

    id: str
    kind: Literal["prepay", "native", "h5"]
    mchid: str
    out_trade_no: str
    expires_at: float


class Trade(msgspec.Struct, kw_only=True):
    """What the merchant ordered to be paid under one out_trade_no."""

    mchid: str
    out_trade_no: str
    appid: str
    trade_type: TradeType
    description: str
    attach: str | None
    notify_url: str
    total_fen: int
    currency: str
    openid: str
    terms_digest: str
    created_at: float
    expires_at: float
    state: TradeState = "NOTPAY"
    code_ids: list[str] = msgspec.field(default_factory=list)
    pays_at: float | None = None
    is_racing_close: bool = False
    transaction_id: str | None = None
    paid_at: float | None = None
    coupon_fen: int = 0
    refund_nos: list[str] = msgspec.field(default_factory=list)


class Refund(msgspec.Struct, kw_only=True):
    """Money on its way back; `ends_as` is decided when it is accepted."""

    mchid: str
    out_refund_no: str
    out_trade_no: str
    refund_id: str
    amount_fen: int
    notify_url: str | None
    accepted_at: float
    ends_as: RefundStatus
    ends_at: float | None
    status: RefundStatus = "PROCESSING"
    succeeded_at: float | None = None


class WechatPayState(msgspec.Struct, kw_only=True):
    """Merchants by mchid; trades and refunds by "mchid/number"; codes by their id."""

    merchants: dict[str, Merchant] = msgspec.field(default_factory=dict)
    trades: dict[str, Trade] = msgspec.field(default_factory=dict)
    refunds: dict[str, Refund] = msgspec.field(default_factory=dict)
    codes: dict[str, PaymentCode] = msgspec.field(default_factory=dict)
    transactions: dict[str, str] = msgspec.field(default_factory=dict)
