"""Finds the SQL in the product's source: every statement, put together as written."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

SOURCE = Path(__file__).parents[2] / "src" / "shunyue"
_BEGINS_LIKE_SQL = re.compile(
    r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|CREATE|ALTER|MERGE INTO|TRUNCATE)\b"
)


class Statement(msgspec.Struct, frozen=True):
    """A statement and where it is written."""

    place: str
    text: str


@cache
def python_statements() -> list[Statement]:
    """List the statements that Python sends; blanks of f-strings become `…`."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = _module_texts(tree)
        beginnings = {constants[name] for name in _continued(tree) if name in constants}
        found += [
            Statement(f"{path.relative_to(SOURCE)}:{line}", text)
            for line, text in _texts(tree, constants)
            if _BEGINS_LIKE_SQL.match(text) and text not in beginnings
        ]
    return found


def sql_files() -> dict[str, str]:
    """Read our own SQL scripts without comments; the job queue's are another project's."""
    return {
        path.name: re.sub(r"--[^\n]*", "", path.read_text(encoding="utf-8"))
        for path in sorted((SOURCE / "migrations" / "sql").rglob("*.sql"))
        if "queue" not in path.name
    }


def _module_texts(tree: ast.Module) -> dict[str, str]:
    constants: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = _text(node.value, constants)
            if text is not None:
                constants[node.targets[0].id] = text
    return constants


def _continued(tree: ast.Module) -> set[str]:
    """Return the names that are only ever the beginning of a longer text."""
    inside = {
        one.id
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp | ast.JoinedStr)
        for one in ast.walk(node)
        if isinstance(one, ast.Name)
    }
    alone = {
        one.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for one in node.args
        if isinstance(one, ast.Name)
    }
    return inside - alone


def _texts(tree: ast.AST, constants: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Yield the widest texts only: a piece of a sum is no statement of its own."""
    for node in ast.iter_child_nodes(tree):
        if (
            isinstance(node, ast.expr)
            and not isinstance(node, ast.Name)
            and (text := _text(node, constants)) is not None
        ):
            yield node.lineno, text
        else:
            yield from _texts(node, constants)


def _text(node: ast.expr, constants: dict[str, str]) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            return constants.get(name)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            first, second = _text(left, constants), _text(right, constants)
            return None if first is None or second is None else first + second
        case ast.JoinedStr(values=values):
            return "".join(
                (_text(one.value, constants) or "…")
                if isinstance(one, ast.FormattedValue)
                else str(getattr(one, "value", ""))
                for one in values
            )
    return None
