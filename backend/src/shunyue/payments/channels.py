"""Channels: a merchant's accounts at providers, their sealed secrets, and live clients for them."""

from uuid import UUID

import httpx
import msgspec

from shunyue.kernel.clock import utc_now
from shunyue.kernel.crypto import Vault
from shunyue.kernel.database import Database, Transaction
from shunyue.kernel.ids import new_id
from shunyue.kernel.tokens import Actor
from shunyue.payments import queries
from shunyue.payments.providers.port import PaymentProvider
from shunyue.payments.providers.wechat import WechatPay
from shunyue.payments.providers.wechat_config import WechatConfig
from shunyue.payments.records import PaymentChannel

# A provider that takes longer than this has left us without an answer: the outcome is unknown.
CALL_TIMEOUT = httpx.Timeout(10.0, connect=5.0)


class Providers:
    """Clients of the providers, one per channel, made when first needed."""

    def __init__(self, vault: Vault, client: httpx.AsyncClient, public_url: str) -> None:
        self._vault = vault
        self._client = client
        self._public_url = public_url
        self._clients: dict[UUID, PaymentProvider] = {}
        self._channels: dict[UUID, PaymentChannel] = {}

    async def channel(self, database: Database, channel_id: UUID) -> PaymentChannel | None:
        """Find the channel behind a notify address. Channels never change, so they are kept."""
        channel = self._channels.get(channel_id)
        if channel is None:
            async with database.across_merchants() as connection:
                merchant_id = await queries.merchant_of_channel(connection, channel_id)
            if merchant_id is None:
                return None
            async with database.begin(Actor("provider", merchant_id)) as tx:
                channel = await queries.channel_by_id(tx, channel_id)
            self._channels[channel_id] = channel
        return channel

    def of(self, channel: PaymentChannel) -> PaymentProvider:
        """Return the client of a channel."""
        client = self._clients.get(channel.id)
        if client is None:
            secrets = self._vault.open(channel.sealed_config, _place(channel.id))
            stored = msgspec.json.decode(secrets, type=dict[str, object])
            config = msgspec.convert(
                stored | {"base_url": channel.base_url, "notify_url": self.notify_url(channel)},
                WechatConfig,
            )
            client = WechatPay(config, self._client, utc_now)
            self._clients[channel.id] = client
        return client

    def notify_url(self, channel: PaymentChannel) -> str:
        """Return where the provider sends its notices; providers allow no query string."""
        return f"{self._public_url}/notify/{channel.channel}/{channel.id}"


async def add_wechat_channel(
    tx: Transaction, vault: Vault, *, config: WechatConfig, payee: str
) -> UUID:
    """Give a merchant a WeChat Pay account; replaces the one it had for new payments."""
    channel_id = new_id()
    secrets = {
        name: getattr(config, name)
        for name in config.__struct_fields__
        if name not in {"base_url", "notify_url"}
    }
    await tx.connection.execute(
        "UPDATE payment_channel SET is_enabled = false"
        " WHERE merchant_id = $1 AND channel = 'wechat' AND is_enabled",
        tx.merchant_id,
    )
    await tx.connection.execute(
        "INSERT INTO payment_channel"
        " (merchant_id, id, channel, account_id, app_id, base_url, payee,"
        " sealed_config, created_at) VALUES ($1, $2, 'wechat', $3, $4, $5, $6, $7, $8)",
        tx.merchant_id,
        channel_id,
        config.mchid,
        config.appid,
        config.base_url,
        payee,
        vault.seal(msgspec.json.encode(secrets), _place(channel_id)),
        tx.now,
    )
    return channel_id


async def channel_named(tx: Transaction, name: str) -> PaymentChannel | None:
    """Find the merchant's enabled channel of a kind."""
    channels = await queries.enabled_channels(tx)
    return next((one for one in channels if one.channel == name), None)


def _place(channel_id: UUID) -> str:
    return f"payment_channel.sealed_config.{channel_id}"
