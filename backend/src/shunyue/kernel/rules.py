"""Rules for what people type: one set, checked here and in the apps by the same vectors.

Sources: 11-digit mobile numbers (numbering plan of mainland China); GB 11643-1999 for resident
identity numbers, with the 81/82/83 prefixes of residence permits for Hong Kong, Macao and Taiwan
and the 9 of foreign permanent residents.
"""

import re
import unicodedata
from datetime import date

from shunyue.kernel.clock import utc_now

_HALF_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_SEPARATORS = re.compile(r"[\s\u00A0\u200B-\u200F\u202A-\u202E\uFEFF\-\u2010-\u2015\u2212().]")
_PHONE = re.compile(r"1[3-9][0-9]{9}")
_COUNTRY_CODE = re.compile(r"^(\+|00)?86(?=1[0-9]{10}$)")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_ID_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9X]")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK_DIGITS = "10X98765432"
# Provinces, and 9 for foreign residents.
_ID_REGION = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9")
_LOCAL_MAX = 64
_EMAIL_MAX = 254
_OLDEST_YEAR = 1900


class RuleBroken(ValueError):
    """The text breaks a rule; `code` is the wording's name."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def plain_text(text: str) -> str:
    """Return the text with full-width forms folded and invisible characters and edges removed."""
    return visible_text(unicodedata.normalize("NFKC", text))


def visible_text(text: str) -> str:
    """Return the text without invisible characters and edges; full-width punctuation stays."""
    visible = "".join(
        ch for ch in text if unicodedata.category(ch) not in {"Cc", "Cf"} or ch == "\n"
    )
    return visible.strip()


def phone(text: str) -> str:
    """Return the 11 digits of a mainland mobile number; raises `RuleBroken`."""
    digits = _COUNTRY_CODE.sub("", _without_separators(text))
    if not _PHONE.fullmatch(digits):
        raise RuleBroken("invalid_phone")
    return digits


def id_number(text: str) -> str:
    """Return an 18-character identity number with its checksum right; raises `RuleBroken`."""
    number = _without_separators(text).upper()
    if not (_ID_NUMBER.fullmatch(number) and _ID_REGION.match(number) and _is_born(number[6:14])):
        raise RuleBroken("invalid_id_number")
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    if _ID_CHECK_DIGITS[total % 11] != number[17]:
        raise RuleBroken("invalid_id_number")
    return number


def email(text: str) -> str:
    """Return an e-mail address, its domain in lower case; raises `RuleBroken`."""
    address = text.translate(_HALF_WIDTH).strip()
    local, _, domain = address.rpartition("@")
    domain = domain.lower()
    is_short = len(local) <= _LOCAL_MAX and len(address) <= _EMAIL_MAX
    if not is_short or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise RuleBroken("invalid_email")
    return f"{local}@{domain}"


def masked_phone(e164: str) -> str:
    """Return a phone number as others may see it: `138****1246`."""
    digits = e164.removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}"


def _without_separators(text: str) -> str:
    """Drop spaces and what people type between groups of digits."""
    return _SEPARATORS.sub("", text.translate(_HALF_WIDTH))


def _is_born(text: str) -> bool:
    try:
        born = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return born.year >= _OLDEST_YEAR and born <= utc_now().date()
