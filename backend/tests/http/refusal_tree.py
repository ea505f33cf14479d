"""Follows the source from a route to every refusal that it can come to."""

import ast
import importlib
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeGuard

from shunyue.kernel.errors import DomainError
from tests.http.route_table import Route

# Objects of the application's state, by the name under which routes reach them.
_PARTS = {
    "merchants.by_slug": "shunyue.identity.api:Merchants.by_slug",
    "gate.actor_of": "shunyue.identity.access:Gate.actor_of",
    "gate.check_until": "shunyue.identity.access:Gate.check_until",
    "availability.read": "shunyue.scheduling.availability:availability",
    "code_sender.send": "shunyue.identity.codes:NoSender.send",
    "sender.send": "shunyue.identity.codes:NoSender.send",
    "self.check_until": "shunyue.identity.access:Gate.check_until",
    "cache.read": "shunyue.scheduling.availability:availability",
}
_PROVIDERS = {
    "customer": "provide_customer",
    "visitor": "provide_visitor",
    "merchant": "provide_merchant",
    "staff": "provide_staff",
}


def refusals_of(route: Route) -> set[type[DomainError]]:
    """Return every refusal in reach of a route, its dependencies included."""
    access = importlib.import_module("shunyue.identity.access")
    found = set(_refusals(route.handler.fn))
    for name in route.handler.parsed_fn_signature.parameters:
        if name in _PROVIDERS:
            found |= _refusals(getattr(access, _PROVIDERS[name]))
            if name in {"customer", "visitor"}:
                found |= _refusals(access.provide_merchant)
    if route.handler.opt.get("permission") is not None:
        found |= _refusals(access.permission_guard)
    return found


@cache
def _refusals(function: Callable[..., Any]) -> frozenset[type[DomainError]]:
    """Walk everything that is called from a function; what is caught where it arises is gone."""
    found: set[type[DomainError]] = set()
    waiting, seen = [function], {function}
    while waiting:
        one = waiting.pop()
        tree = _tree(one)
        caught = set(_caught(one, tree))
        for node in ast.walk(tree):
            target = _named(one, node.func) if isinstance(node, ast.Call) else None
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name | ast.Attribute):
                target = _named(one, node.exc)
            if _is_refusal(target):
                found.add(target)
            elif _is_ours(target) and target not in seen:
                seen.add(target)
                inside = _refusals(target) if caught else frozenset()
                if caught:
                    found |= inside - caught
                else:
                    waiting.append(target)
    return frozenset(found)


def _tree(function: Callable[..., Any]) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))


def _caught(function: Callable[..., Any], tree: ast.AST) -> Iterator[Any]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            names = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            yield from (_named(function, name) for name in names)


def _named(function: Callable[..., Any], name: ast.expr) -> Any:
    """Find what a name or dotted name stands for in a function's module."""
    dotted = ast.unparse(name)
    for ending, place in _PARTS.items():
        if dotted == ending or dotted.endswith(f".{ending}"):
            module, _, path = place.partition(":")
            return _walked(importlib.import_module(module), path)
    return _walked(inspect.getmodule(function), dotted)


def _walked(start: Any, dotted: str) -> Any:
    for part in dotted.split("."):
        start = getattr(start, part, None)
    return start


def _is_refusal(target: Any) -> TypeGuard[type[DomainError]]:
    return inspect.isclass(target) and issubclass(target, DomainError)


def _is_ours(target: Any) -> TypeGuard[Callable[..., Any]]:
    return inspect.isfunction(target) and target.__module__.startswith("shunyue.")
