"""Channels: a merchant's accounts, whose secrets are sealed wherever they lie."""

from typing import Any

import pytest
import structlog
from cryptography.exceptions import InvalidTag

from shunyue.identity.api import Merchant
from shunyue.kernel.crypto import Vault
from shunyue.kernel.tokens import Actor
from shunyue.payments.api import Providers, WechatConfig, channel_named
from tests.builders.money import make_channel
from tests.builders.visits import Shop


def secrets_of(account: WechatConfig) -> list[str]:
    """List what must never be seen: the keys, in any line of theirs."""
    lines = [line for line in account.merchant_private_key.splitlines() if "-----" not in line]
    return [account.apiv3_key, *lines]


class TestSecrets:
    async def test_no_secret_lies_readable_in_any_row(
        self, shop: Shop, account: WechatConfig
    ) -> None:
        row = await shop.value("SELECT payment_channel::text FROM payment_channel")
        sealed: bytes = await shop.value("SELECT sealed_config FROM payment_channel")

        for secret in secrets_of(account):
            assert secret not in row
            assert secret.encode() not in sealed

    async def test_no_secret_shows_in_a_repr(self, shop: Shop, account: WechatConfig) -> None:
        async with shop.database.begin(shop.system) as tx:
            channel = await channel_named(tx, "wechat")
        assert channel is not None
        provider = shop.providers.of(channel)

        shown = repr((account, channel, provider, shop.providers))

        assert not [secret for secret in secrets_of(account) if secret in shown]

    async def test_no_secret_gets_into_the_log(
        self, shop: Shop, customer: Actor, slot: Any, account: WechatConfig
    ) -> None:
        number = await shop.place_and_register(customer, slot)
        with structlog.testing.capture_logs() as logged:
            attempt = await shop.start_payment(customer, number)
            await shop.pay(attempt)
            for fault in ("wrong_signature", "wrong_apiv3_key", "tampered_body"):
                await shop.break_simulator(fault)
                await shop.deliver_notices()
            await shop.break_simulator("error_before", route="query")
            await shop.live(30)

        assert logged
        assert not [secret for secret in secrets_of(account) if secret in repr(logged)]

    async def test_sealed_config_opens_only_in_its_own_row(
        self, shop: Shop, merchant: Merchant, account: WechatConfig
    ) -> None:
        await make_channel(shop.database, merchant.merchant_id, account)
        await shop.value(
            "UPDATE payment_channel SET sealed_config ="
            " (SELECT sealed_config FROM payment_channel WHERE NOT is_enabled) WHERE is_enabled"
        )
        async with shop.database.begin(shop.system) as tx:
            swapped = await channel_named(tx, "wechat")
        assert swapped is not None

        with pytest.raises(InvalidTag):
            shop.providers.of(swapped)

    async def test_another_installs_key_opens_nothing(self, shop: Shop) -> None:
        async with shop.database.begin(shop.system) as tx:
            channel = await channel_named(tx, "wechat")
        assert channel is not None
        stranger = Providers(Vault(bytes(32)), shop.client, "http://127.0.0.1:9")

        with pytest.raises(InvalidTag):
            stranger.of(channel)


class TestOffered:
    async def test_new_account_replaces_the_old_one(
        self, shop: Shop, merchant: Merchant, account: WechatConfig
    ) -> None:
        newer = await make_channel(shop.database, merchant.merchant_id, account)

        async with shop.database.begin(shop.system) as tx:
            offered = await channel_named(tx, "wechat")

        assert offered is not None
        assert offered.id == newer

    async def test_channels_of_another_kind_are_not_offered(self, shop: Shop) -> None:
        async with shop.database.begin(shop.system) as tx:
            assert await channel_named(tx, "alipay") is None
