"""Rules for what people type: one set, checked here and in the apps by the same vectors.

Sources: 11-digit mobile numbers (numbering plan of mainland China); GB 11643-1999 for resident
identity numbers, with the 81/82/83 prefixes of residence permits for Hong Kong, Macao and Taiwan.
"""

import re
import unicodedata
from datetime import date

_PHONE = re.compile(r"1[3-9][0-9]{9}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")
_ID_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9X]")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK_DIGITS = "10X98765432"
_EMAIL_MAX = 254
_OLDEST_YEAR = 1850


class RuleBroken(ValueError):
    """The text breaks a rule; `code` is the wording's name."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def plain_text(text: str) -> str:
    """Return the text with full-width forms folded and invisible characters and edges removed."""
    folded = unicodedata.normalize("NFKC", text)
    visible = "".join(
        ch for ch in folded if unicodedata.category(ch) not in {"Cc", "Cf"} or ch == "\n"
    )
    return visible.strip()


def phone(text: str) -> str:
    """Return the 11 digits of a mainland mobile number; raises `RuleBroken`."""
    digits = re.sub(r"[\s\-()]", "", plain_text(text))
    digits = re.sub(r"^(\+86|0086|86(?=1[0-9]{10}$))", "", digits)
    if not _PHONE.fullmatch(digits):
        raise RuleBroken("invalid_phone")
    return digits


def id_number(text: str) -> str:
    """Return an 18-character identity number with its checksum right; raises `RuleBroken`."""
    number = re.sub(r"[\s\-]", "", plain_text(text)).upper()
    if not _ID_NUMBER.fullmatch(number) or not _is_birth_date(number[6:14]):
        raise RuleBroken("invalid_id_number")
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _ID_WEIGHTS, strict=True))
    if _ID_CHECK_DIGITS[total % 11] != number[17]:
        raise RuleBroken("invalid_id_number")
    return number


def email(text: str) -> str:
    """Return an e-mail address; raises `RuleBroken`."""
    address = plain_text(text)
    if len(address) > _EMAIL_MAX or not _EMAIL.fullmatch(address):
        raise RuleBroken("invalid_email")
    return address


def masked_phone(e164: str) -> str:
    """Return a phone number as others may see it: `138****1246`."""
    digits = e164.removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}"


def _is_birth_date(text: str) -> bool:
    try:
        born = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return born.year >= _OLDEST_YEAR
