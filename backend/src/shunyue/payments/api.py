"""What other domains may know of payments."""

from shunyue.payments.channels import (
    CALL_TIMEOUT,
    Providers,
    add_wechat_channel,
    channel_named,
)
from shunyue.payments.commands import (
    QUERY_TIMER,
    REFUND_TIMER,
    earn,
    intend_attempt,
    open_payment,
    refund_all,
    refund_booking,
    stop_collecting,
    store_prompt,
)
from shunyue.payments.errors import (
    ChannelNotOffered,
    OrderAlreadyPaid,
    PaymentWindowOver,
    ProviderDown,
    ProviderSaidNo,
)
from shunyue.payments.events import (
    CollectionStopped,
    PaymentSettled,
    RefundAdvanced,
    SurplusReceived,
)
from shunyue.payments.jobs import NOTICE_TIMER, ProviderDesk
from shunyue.payments.ledger import balances, movements_of
from shunyue.payments.notices import receive_notice
from shunyue.payments.providers.port import PaymentPrompt, ProviderError, ProviderRefused
from shunyue.payments.providers.wechat_config import WechatConfig
from shunyue.payments.queries import (
    attempts_of,
    channel_by_id,
    enabled_channels,
    first_charges,
    refunds_of,
)
from shunyue.payments.records import (
    LIVE,
    Attempt,
    Channel,
    Charge,
    PaymentChannel,
    Refund,
    RefundReason,
    SceneName,
)

__all__ = [
    "CALL_TIMEOUT",
    "LIVE",
    "NOTICE_TIMER",
    "QUERY_TIMER",
    "REFUND_TIMER",
    "Attempt",
    "Channel",
    "ChannelNotOffered",
    "Charge",
    "CollectionStopped",
    "OrderAlreadyPaid",
    "PaymentChannel",
    "PaymentPrompt",
    "PaymentSettled",
    "PaymentWindowOver",
    "ProviderDesk",
    "ProviderDown",
    "ProviderError",
    "ProviderRefused",
    "ProviderSaidNo",
    "Providers",
    "Refund",
    "RefundAdvanced",
    "RefundReason",
    "SceneName",
    "SurplusReceived",
    "WechatConfig",
    "add_wechat_channel",
    "attempts_of",
    "balances",
    "channel_by_id",
    "channel_named",
    "earn",
    "enabled_channels",
    "first_charges",
    "intend_attempt",
    "movements_of",
    "open_payment",
    "receive_notice",
    "refund_all",
    "refund_booking",
    "refunds_of",
    "stop_collecting",
    "store_prompt",
]
