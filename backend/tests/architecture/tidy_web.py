"""Tidy rules about the apps and the locks: wording, hosts, requests, platforms."""

import re
from collections.abc import Iterator

from tests.architecture.tidy_bans import CHINESE
from tests.architecture.tidy_tree import Breach, Rule, Source

# Addresses that are names or links, never loaded by a page; all others are refused.
HARMLESS_HOSTS = {
    "www.w3.org": "XML namespaces",
    "localhost": "this machine",
    "127.0.0.1": "this machine",
    "example.com": "reserved for examples",
    "json-schema.org": "names of schema dialects",
    "json.schemastore.org": "names of configuration schemas",
}

_ADDRESS = re.compile(
    r"""(?:\b(?:https?|wss?):|["'(=])//([a-z0-9.-]+\.[a-z]{2,}|localhost|127\.0\.0\.1)""",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"^\s*(//|\*|/\*|<!--|#)")
_FETCH = re.compile(r"\b(fetch|uni\.request|axios(\.\w+)?)\s*\(")
_IFDEF = re.compile(r"#(ifdef|ifndef)\b")
_TEST = re.compile(r"(/tests?/|/__tests__/|\.(test|spec)\.|^e2e/)")


def _is_page_source(path: str) -> bool:
    """What ends in a page: the apps, their packages and the server's own pages."""
    is_app = path.startswith(("apps/", "packages/")) and not _TEST.search(path)
    is_server_page = path.startswith("backend/src/") and path.endswith((".html", ".css", ".svg"))
    is_source = path.endswith((".ts", ".js", ".vue", ".html", ".css", ".scss", ".svg"))
    return is_source and (is_app or is_server_page)


def _foreign_hosts(source: Source) -> Iterator[Breach]:
    for number, line in enumerate(source.text.splitlines(), 1):
        if _COMMENT.match(line):
            continue
        for found in _ADDRESS.finditer(line):
            if found[1].lower() not in HARMLESS_HOSTS:
                yield number, f"{found[1]}: pages load nothing from other hosts"


def _is_app_code(path: str) -> bool:
    is_source = path.startswith(("apps/", "packages/")) and "/src/" in path
    is_english = "/locales/" not in path and not _TEST.search(path)
    return is_source and is_english and path.endswith((".vue", ".ts"))


def _chinese(source: Source) -> Iterator[Breach]:
    for number, line in enumerate(source.text.splitlines(), 1):
        if found := CHINESE.search(line):
            yield number, f"{found[0]}: what people read lies in locales/"


def _requests(source: Source) -> Iterator[Breach]:
    for number, line in enumerate(source.text.splitlines(), 1):
        if found := _FETCH.search(line):
            yield number, f"{found[0]}: components show, composables fetch"


def _platforms(source: Source) -> Iterator[Breach]:
    for number, line in enumerate(source.text.splitlines(), 1):
        if found := _IFDEF.search(line):
            yield number, f"{found[0]}: platforms differ in src/platform only"


def _is_lock(path: str) -> bool:
    is_requirements = path.startswith("backend/requirements/") and path.endswith(".txt")
    return is_requirements or path.endswith("package-lock.json")


_LOCKED_ADDRESS = re.compile(r'"resolved": "http|--(extra-)?index-url|--find-links|/simple/|@ http')


def _addresses_in_locks(source: Source) -> Iterator[Breach]:
    for number, line in enumerate(source.text.splitlines(), 1):
        if _LOCKED_ADDRESS.search(line):
            yield number, "locks name versions and hashes, no addresses"


RULES = (
    Rule("foreign hosts", _is_page_source, _foreign_hosts),
    Rule("chinese in apps", _is_app_code, _chinese),
    Rule("requests in components", lambda path: path.endswith(".vue"), _requests),
    Rule(
        "platform switches",
        lambda path: _is_app_code(path) and "/src/platform/" not in path,
        _platforms,
    ),
    Rule("addresses in locks", _is_lock, _addresses_in_locks),
)
