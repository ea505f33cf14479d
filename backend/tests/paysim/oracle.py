"""Reaches `wechatpayv3`, a third party's client, which must get along with the simulator."""

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any

from cryptography.hazmat.primitives import serialization

from tests.paysim.merchant_client import APIV3_KEY, APPID, SERIAL_NO, MerchantClient

# The asynchronous half imports aiofiles to store platform certificates, which do not exist in
# public-key mode; without that optional package an empty module lets the import pass.
if importlib.util.find_spec("aiofiles") is None:
    sys.modules["aiofiles"] = ModuleType("aiofiles")
    sys.modules["aiofiles"].os = None  # type: ignore[attr-defined]

# The package has no types; imported by name, it is `Any` and nothing needs ignoring.
sync_package: Any = importlib.import_module("wechatpayv3")
async_package: Any = importlib.import_module("wechatpayv3.async_")
oracle_utils: Any = importlib.import_module("wechatpayv3.utils")


def sync_client(merchant: MerchantClient, pay_type: str = "NATIVE") -> Any:
    """Make a blocking client of the merchant."""
    kind = sync_package.WeChatPayType[pay_type]
    return _pointed_at(merchant, sync_package.WeChatPay(kind, **_credentials(merchant)))


def async_client(merchant: MerchantClient, pay_type: str = "NATIVE") -> Any:
    """Make an asynchronous client of the merchant; it has its own enum of pay types."""
    kind = async_package.WeChatPayType[pay_type]
    return _pointed_at(merchant, async_package.AsyncWeChatPay(kind, **_credentials(merchant)))


def _credentials(merchant: MerchantClient) -> dict[str, Any]:
    private_pem = merchant.private_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return {
        "mchid": merchant.mchid,
        "private_key": private_pem.decode(),
        "cert_serial_no": SERIAL_NO,
        "appid": APPID,
        "apiv3_key": APIV3_KEY,
        "notify_url": merchant.notify_url,
        "public_key": merchant.platform_public_key,
        "public_key_id": merchant.public_key_id,
        "timeout": (5, 10),
    }


def _pointed_at(merchant: MerchantClient, client: Any) -> Any:
    client._core._gate_way = merchant.simulator.url  # noqa: SLF001  # it has no argument for this
    return client
