"""Messages as WeChat Pay signs them, made without any code of the product."""

import base64
import json
import secrets
import time
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from shunyue.kernel.crypto import Vault
from shunyue.kernel.database import Database
from shunyue.kernel.tokens import system_actor
from shunyue.payments.api import WechatConfig, add_wechat_channel

MCHID = "1900009191"
APPID = "wxd678efh567hg6787"
_SERIAL = "PUB_KEY_ID_0119000091912026"


class Wechat:
    """The provider's side of one account: its keys, and what it signs with them."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._apiv3_key = secrets.token_hex(16)

    async def open_channel(
        self, database: Database, merchant_id: UUID, vault: Vault, base_url: str
    ) -> UUID:
        """Let a merchant take money here; nobody listens at `base_url` unless a test does."""
        merchants_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        config = WechatConfig(
            mchid=MCHID,
            appid=APPID,
            merchant_serial=secrets.token_hex(20).upper(),
            merchant_private_key=merchants_key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ).decode(),
            apiv3_key=self._apiv3_key,
            platform_keys={_SERIAL: public.decode()},
            base_url=base_url,
            notify_url="http://shop.test/notify/wechat/new",
        )
        async with database.begin(system_actor(merchant_id)) as tx:
            return await add_wechat_channel(tx, vault, config=config, payee="栖和")

    def notice(self, **changes: Any) -> bytes:
        """Write a notice that some trade was paid, with its content sealed."""
        trade = {
            "appid": APPID,
            "mchid": MCHID,
            "out_trade_no": "26112304217800000001",
            "transaction_id": "4200001234202611230000000001",
            "trade_type": "NATIVE",
            "trade_state": "SUCCESS",
            "trade_state_desc": "支付成功",
            "bank_type": "OTHERS",
            "success_time": "2026-11-23T12:00:00+08:00",
            "payer": {"openid": "oUpF8uMuAJO"},
            "amount": {"total": 48000, "payer_total": 48000, "currency": "CNY"},
        } | changes
        nonce = secrets.token_hex(6)
        sealed = AESGCM(self._apiv3_key.encode()).encrypt(
            nonce.encode(), json.dumps(trade).encode(), b"transaction"
        )
        envelope = {
            "id": str(uuid4()),
            "create_time": "2026-11-23T12:00:01+08:00",
            "event_type": "TRANSACTION.SUCCESS",
            "resource_type": "encrypt-resource",
            "summary": "支付成功",
            "resource": {
                "original_type": "transaction",
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": base64.b64encode(sealed).decode(),
                "associated_data": "transaction",
                "nonce": nonce,
            },
        }
        return json.dumps(envelope, ensure_ascii=False).encode()

    def signature(self, body: bytes, *, age_seconds: int = 0) -> dict[str, str]:
        """Return the headers that prove a body, signed `age_seconds` ago."""
        at, nonce = int(time.time()) - age_seconds, secrets.token_hex(16)
        message = f"{at}\n{nonce}\n".encode() + body + b"\n"
        return {
            "Content-Type": "application/json",
            "Wechatpay-Timestamp": str(at),
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Serial": _SERIAL,
            "Wechatpay-Signature": base64.b64encode(
                self._key.sign(message, PKCS1v15(), SHA256())
            ).decode(),
        }
