"""Finds Chinese wording by key: error messages of the providers and copy of the pages."""

import json
from functools import cache
from importlib.resources import files


def say(key: str, **values: object) -> str:
    """Give the wording of a key with its `{name}` places filled."""
    return catalogue()[key].format(**values)


@cache
def catalogue() -> dict[str, str]:
    """Read the only catalogue there is."""
    text = (files("paysim") / "locales" / "zh-CN.json").read_text(encoding="utf-8")
    wording: dict[str, str] = json.loads(text)
    return wording
