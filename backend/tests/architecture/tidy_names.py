"""Tidy rule about names: the glossary's words, and no words that say nothing."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.architecture.tidy_tree import Breach, Rule, Source

# What not to say, and what to say instead.
BANNED_WORDS = {
    "util": "the noun it works on",
    "utils": "the noun it works on",
    "helper": "the noun it works on",
    "helpers": "the noun it works on",
    "manager": "the verb it does",
    "process": "the verb that is meant",
    "session": "login, connection or slot",
    "sessions": "logins, connections or slots",
    "user": "customer or staff_member",
    "users": "customers or staff",
    "tenant": "merchant",
    "tenants": "merchants",
    "seller": "merchant",
    "buyer": "customer",
    "reservation": "hold or booking",
    "reservations": "holds or bookings",
    "appointment": "booking",
    "appointments": "bookings",
    "enrolment": "registration",
    "enrollment": "registration",
    "signup": "registration, or login",
    "penalty": "cancellation_fee",
    "installment": "instalment",
    "timeslot": "slot",
}

# A signed-in browser is called so; in the server the word could mean four things.
_FINE_IN_APPS = frozenset({"session", "sessions"})

_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_TS_NAME = re.compile(r"\b(?:const|let|function|class|interface|type|enum)\s+([A-Za-z_$][\w$]*)")
_SQL_TABLE = re.compile(r"CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\w+)", re.IGNORECASE)
_SQL_COLUMN = re.compile(
    r"^\s+(\w+)\s+(?:uuid|text|int|integer|smallint|bigint|boolean|date|jsonb|bytea|timestamptz)\b",
    re.IGNORECASE,
)


def words(name: str) -> list[str]:
    """The words of a snake_case or CamelCase name, in lower case."""
    return [word.lower() for part in name.split("_") for word in _CAMEL.findall(part)]


def _is_ours_to_name(path: str) -> bool:
    """The payment providers' words stop at their adapters, at their simulator and its tests."""
    theirs = ("/payments/providers/", "backend/src/paysim/", "backend/tests/paysim/")
    named = path.endswith((".py", ".sql", ".ts", ".vue"))
    return named and not any(part in path for part in theirs)


def _banned_names(source: Source) -> Iterator[Breach]:
    path = PurePosixPath(source.path)
    reader = {".py": _python_names, ".sql": _sql_names}.get(path.suffix, _typescript_names)
    fine = _FINE_IN_APPS if reader is _typescript_names else frozenset()
    for line, name in [(1, path.stem.split(".")[0]), *reader(source)]:
        for word in words(name):
            if word in BANNED_WORDS and word not in fine:
                yield line, f"{name}: not {word!r} but {BANNED_WORDS[word]}"
    if path.suffix == ".py":
        yield from _empty_verbs(source)


def _python_names(source: Source) -> Iterator[tuple[int, str]]:
    """Names given here; names of others that are only used are theirs."""
    for node in ast.walk(source.tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.lineno, node.name
            case ast.ClassDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr


def _empty_verbs(source: Source) -> Iterator[Breach]:
    """`handle` says nothing but of an event, and those have their module."""
    is_reaction = source.path.endswith("handlers.py")
    for node in ast.walk(source.tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                if words(name)[:1] == ["handle"] and not is_reaction:
                    yield node.lineno, f"{name}: not 'handle' but the verb that is meant"


def _sql_names(source: Source) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(source.text.splitlines(), 1):
        for pattern in (_SQL_TABLE, _SQL_COLUMN):
            if found := pattern.search(line):
                yield number, found[1]


def _typescript_names(source: Source) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(source.text.splitlines(), 1):
        for found in _TS_NAME.finditer(line):
            yield number, found[1]


RULES = (Rule("names", _is_ours_to_name, _banned_names),)
