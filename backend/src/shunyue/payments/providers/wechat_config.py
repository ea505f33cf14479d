"""The settings of one merchant's WeChat Pay account, checked as soon as they are put together."""

import re
from functools import lru_cache
from typing import NoReturn
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

PUBLIC_KEY_SERIAL = re.compile(r"PUB_KEY_ID_[0-9A-Za-z]+")
CERTIFICATE_SERIAL = re.compile(r"[0-9A-F]{8,40}")
APIV3_KEY_BYTES = 32
MINIMUM_KEY_BITS = 2048


class WechatConfigInvalid(ValueError):
    """One setting that cannot work; `field` names it, and the text never repeats its value."""

    def __init__(self, field: str, problem: str) -> None:
        """Name the field first: the text is shown beside it in the console."""
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class WechatConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant's own account; `platform_keys` maps a key's serial to its PEM.

    A serial is `PUB_KEY_ID_…` for the WeChat Pay public key or the upper-case hexadecimal serial
    of a platform certificate; a merchant that is moving from one to the other has both.
    """

    mchid: str
    appid: str
    merchant_serial: str
    merchant_private_key: str
    apiv3_key: str
    platform_keys: dict[str, str]
    base_url: str
    notify_url: str

    def __post_init__(self) -> None:
        """Refuse settings that would only fail at the first payment, or worse, the first notice."""
        read_keys(self)
        _require(self.mchid, r"[0-9]{8,32}", "mchid", "must be the merchant number, digits only")
        _require(self.appid, r"wx[0-9A-Za-z]{16}", "appid", "must be 18 characters from 'wx' on")
        _require(
            self.merchant_serial,
            CERTIFICATE_SERIAL.pattern,
            "merchant_serial",
            "must be the upper-case hexadecimal serial of the merchant's own API certificate",
        )
        _check_address(self.base_url, "base_url")
        if urlsplit(self.base_url).path not in {"", "/"}:
            # the path is part of the signed text, and the provider knows only its own paths
            raise WechatConfigInvalid("base_url", "must end after host and port")
        _check_address(self.notify_url, "notify_url")

    def __repr__(self) -> str:
        """Show which account it is and nothing that opens it."""
        return f"WechatConfig(mchid={self.mchid!r}, appid={self.appid!r}, …)"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        """Keep pretty printers, which do not ask __repr__, from showing the keys."""
        return [("mchid", self.mchid), ("appid", self.appid)]


class WechatKeys:
    """The keys of one account, loaded."""

    def __init__(
        self, merchant: RSAPrivateKey, platform: dict[str, RSAPublicKey], apiv3: AESGCM
    ) -> None:
        """Hold them as objects whose text form shows nothing."""
        self.merchant = merchant
        self.platform = platform
        self.apiv3 = apiv3


def read_keys(config: WechatConfig) -> WechatKeys:
    """Load every key of a config, or name the field that holds something else."""
    merchant = _merchant_key(config.merchant_private_key)
    if len(config.apiv3_key.encode()) != APIV3_KEY_BYTES:
        raise WechatConfigInvalid("apiv3_key", "must be exactly 32 bytes")
    if not config.platform_keys:
        raise WechatConfigInvalid("platform_keys", "needs at least one key of WeChat Pay")
    platform = {
        serial: _platform_key(serial, pem, merchant) for serial, pem in config.platform_keys.items()
    }
    return WechatKeys(merchant, platform, AESGCM(config.apiv3_key.encode()))


# checking the primes takes some 35 ms, which would stop the event loop for every call
@lru_cache(maxsize=256)
def _merchant_key(pem: str) -> RSAPrivateKey:
    field = "merchant_private_key"
    if "CERTIFICATE-----" in pem:
        raise WechatConfigInvalid(field, "holds a certificate; it wants apiclient_key.pem")
    if "PUBLIC KEY-----" in pem:
        raise WechatConfigInvalid(field, "holds a public key; it wants apiclient_key.pem")
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        _unreadable(field, "a PEM private key without a password")
    if not isinstance(key, RSAPrivateKey) or key.key_size < MINIMUM_KEY_BITS:
        raise WechatConfigInvalid(field, "must be an RSA key of at least 2048 bits")
    return key


def _platform_key(serial: str, pem: str, merchant: RSAPrivateKey) -> RSAPublicKey:
    field = f"platform_keys[{serial}]"
    if "PRIVATE KEY-----" in pem:
        raise WechatConfigInvalid(field, "holds a private key; it wants WeChat Pay's public one")
    if PUBLIC_KEY_SERIAL.fullmatch(serial):
        key = _public_key(pem, field)
    elif CERTIFICATE_SERIAL.fullmatch(serial):
        key = _certificate_key(serial, pem, field)
    else:
        raise WechatConfigInvalid(field, "serial is neither PUB_KEY_ID_… nor upper-case hex")
    if key.public_numbers() == merchant.public_key().public_numbers():
        # payments would start and every notice would fail
        raise WechatConfigInvalid(field, "is the merchant's own key, not WeChat Pay's")
    if key.key_size < MINIMUM_KEY_BITS:
        raise WechatConfigInvalid(field, "must be an RSA key of at least 2048 bits")
    return key


def _public_key(pem: str, field: str) -> RSAPublicKey:
    try:
        key = load_pem_public_key(pem.encode())
    except ValueError:
        _unreadable(field, "a PEM public key (pub_key.pem)")
    if not isinstance(key, RSAPublicKey):
        raise WechatConfigInvalid(field, "must be an RSA key")
    return key


def _certificate_key(serial: str, pem: str, field: str) -> RSAPublicKey:
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        _unreadable(field, "a PEM certificate of WeChat Pay")
    if certificate.serial_number != int(serial, 16):
        raise WechatConfigInvalid(field, "holds a certificate with another serial")
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise WechatConfigInvalid(field, "must be an RSA key")
    return key


def _require(value: str, pattern: str, field: str, problem: str) -> None:
    if not re.fullmatch(pattern, value):
        raise WechatConfigInvalid(field, problem)


def _check_address(url: str, field: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise WechatConfigInvalid(field, "must be an absolute http(s) address")
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        # WeChat refuses a notify address with a query
        raise WechatConfigInvalid(field, "must have no query and no fragment")


def _unreadable(field: str, wanted: str) -> NoReturn:
    # the cause is cut off: parser messages may quote what was pasted
    raise WechatConfigInvalid(field, f"is not {wanted}") from None
