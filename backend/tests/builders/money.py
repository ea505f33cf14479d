"""Builders of what payments need: an account at the simulator, a channel, a provider's claims."""

import secrets
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from shunyue.kernel.crypto import Vault
from shunyue.kernel.database import Database
from shunyue.kernel.tokens import system_actor
from shunyue.payments.api import Attempt, Refund, WechatConfig, add_wechat_channel
from shunyue.payments.providers.port import RefundState, TradeState
from tests.paysim.simulator_process import SimulatorProcess

MCHID = "1900009191"
APPID = "wxd678efh567hg6787"
VAULT = Vault(bytes(range(32)))


def make_account(simulator: SimulatorProcess, *, mchid: str = MCHID) -> WechatConfig:
    """Open a WeChat Pay account at the simulator, the way a merchant does."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    serial, apiv3_key = secrets.token_hex(20).upper(), secrets.token_hex(16)
    public_key = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    answer = simulator.http.put(
        f"/_sim/wechat/merchants/{mchid}",
        json={
            "appids": [APPID],
            "serial_no": serial,
            "merchant_public_key": public_key.decode(),
            "apiv3_key": apiv3_key,
            "payee_name": "栖和",
        },
    )
    answer.raise_for_status()
    account = answer.json()
    private_key = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return WechatConfig(
        mchid=mchid,
        appid=APPID,
        merchant_serial=serial,
        merchant_private_key=private_key.decode(),
        apiv3_key=apiv3_key,
        platform_keys={account["public_key_id"]: account["public_key"]},
        base_url=simulator.url,
        notify_url="http://127.0.0.1:9/notify/wechat/new",
    )


async def make_channel(database: Database, merchant_id: UUID, account: WechatConfig) -> UUID:
    """Let a merchant take money through an account."""
    async with database.begin(system_actor(merchant_id)) as tx:
        return await add_wechat_channel(tx, VAULT, config=account, payee="栖和")


def trade_of(attempt: Attempt, state: str = "paid", **claims: Any) -> TradeState:
    """Say what the provider would say about an attempt; `claims` replace what is true."""
    told: dict[str, Any] = {"out_trade_no": attempt.out_trade_no, "state": state}
    if state == "paid":
        told |= {
            "transaction_id": f"4200{secrets.randbelow(10**24):024d}",
            "amount_fen": attempt.amount_fen,
            "currency": "CNY",
            "paid_at": datetime.now(UTC),
            "merchant_account_id": MCHID,
            "app_id": APPID,
        }
    return msgspec.convert(told | claims, TradeState)


def refund_news(refund: Refund, state: str, **claims: Any) -> RefundState:
    """Say what the provider would say about a refund."""
    told = {"out_refund_no": refund.out_refund_no, "state": state, "refund_fen": refund.amount_fen}
    return msgspec.convert(told | claims, RefundState)
