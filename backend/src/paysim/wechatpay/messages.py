"""Signs what WeChat Pay says, answers and notices alike, with any flaw a fault asks for."""

import secrets
from collections.abc import Collection

from paysim.wechatpay.authorization import SCHEME
from paysim.wechatpay.signing import answer_message, sign
from paysim.wechatpay_records import Merchant

STALE_SECONDS = 3600
# The provider itself sends signatures that begin so, to see whether merchants check them.
PROBE_PREFIX = "WECHATPAY/SIGNTEST/"


def sign_outgoing(
    merchant: Merchant, body: bytes, *, now: float, flaws: Collection[str] = ()
) -> tuple[dict[str, str], bytes]:
    """Give the Wechatpay headers of a body, and the body as it goes over the wire."""
    sent_at = now - STALE_SECONDS if "stale_timestamp" in flaws else now
    timestamp, nonce = str(int(sent_at)), secrets.token_hex(16)
    signed_body = body + b"!" if "wrong_signature" in flaws else body
    signature = sign(merchant.platform_private_key, answer_message(timestamp, nonce, signed_body))
    if "signtest_probe" in flaws:
        signature = PROBE_PREFIX + signature[len(PROBE_PREFIX) :]
    headers = {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": signature,
        "Wechatpay-Signature-Type": SCHEME,
        "Wechatpay-Serial": merchant.public_key_id,
        "Request-ID": secrets.token_hex(18).upper(),
    }
    if "unknown_serial" in flaws:
        headers["Wechatpay-Serial"] = new_public_key_id()
    if "missing_signature_type" in flaws:
        del headers["Wechatpay-Signature-Type"]
    if "tampered_body" in flaws and body.startswith(b"{"):
        body = b'{"tampered":true,' + body[1:]
    return headers, body


def new_public_key_id() -> str:
    """Make the name of a WeChat Pay public key."""
    return "PUB_KEY_ID_" + "".join(secrets.choice("0123456789") for _ in range(34))
