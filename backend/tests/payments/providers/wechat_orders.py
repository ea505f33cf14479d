"""An attempt, its refund, and what WeChat Pay says about both."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from shunyue.payments.providers import port
from tests.payments.providers.wechat_gateway import AT
from tests.payments.providers.wechat_vectors import KEYS, Json

NUMBER = "26112304217801A7K3"
NOW = datetime.fromtimestamp(AT, tz=UTC)
ATTEMPT = port.AttemptOrder(
    out_trade_no=NUMBER,
    description="栖和·一对一理疗",
    amount_fen=19_800,
    expires_at=NOW + timedelta(minutes=30, microseconds=5),
)
REFUND = port.RefundOrder(
    out_refund_no=f"{NUMBER}R1",
    out_trade_no=NUMBER,
    refund_fen=15_840,
    total_fen=19_800,
    reason="用户取消",
)
TRADE: Json = {
    "out_trade_no": NUMBER,
    "mchid": "1900000001",
    "appid": "wx0000000000000001",
    "trade_state": "SUCCESS",
    "transaction_id": "4200000000202611230000000001",
    "success_time": "2026-11-23T17:01:02+08:00",
    "amount": {"total": 19_800, "payer_total": 18_800, "currency": "CNY"},
}
ACCEPTED_REFUND: Json = {
    "out_refund_no": f"{NUMBER}R1",
    "out_trade_no": NUMBER,
    "refund_id": "50000000382026112300000000001",
    "transaction_id": "4200000000202611230000000001",
    "status": "PROCESSING",
    "amount": {"total": 19_800, "refund": 15_840, "payer_refund": 14_840, "currency": "CNY"},
}


def verify_merchant(signature: str, message: bytes) -> None:
    """Verify with the merchant's public key alone, as the provider does."""
    key = load_pem_public_key(KEYS["merchant"]["public_key"].encode())
    assert isinstance(key, RSAPublicKey)
    key.verify(b64decode(signature), message, PKCS1v15(), SHA256())
