"""Wording: the catalogue of sentences that people read, by code."""

from functools import cache
from importlib import resources
from typing import Any

import msgspec


@cache
def _catalogue(language: str) -> dict[str, str]:
    text = resources.files("shunyue").joinpath("copy", f"{language}.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, str])


def wording(code: str, params: dict[str, Any], language: str = "zh-CN") -> str:
    """Return the sentence for `code` with its blanks filled.

    Raises `KeyError` for a code without wording: a sentence that nobody wrote is a bug.
    """
    return _catalogue(language)[code].format(**params)


def codes(language: str = "zh-CN") -> frozenset[str]:
    """Return every code that has wording, for the test that nothing is missing or left over."""
    return frozenset(_catalogue(language))
