"""Tidy rules about Python and SQL: what has a better place, and where that is."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.architecture.tidy_tree import Breach, Rule, Source, dotted_name

_CLOCK_READS = frozenset(
    {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "utc_now"}
    | {"time.time_ns", "unix_now"}
)
_SQL_CLOCK = re.compile(
    r"\b(now\(\)|(?:clock|transaction|statement)_timestamp\(\)"
    r"|current_timestamp\b|current_date\b|current_time\b|localtimestamp\b)",
    re.IGNORECASE,
)
_SQL_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_APP_NOW = re.compile(r"CREATE (OR REPLACE )?FUNCTION app_now\(\).*?\$\$.*?\$\$", re.DOTALL)
_SKIPPING = re.compile(r"\bSKIP\s+LOCKED\b(?=\s*\))")
_MATERIALIZED = re.compile(r"\bAS\s+MATERIALIZED\s*\(")
_STATEMENT = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|CREATE|ALTER|DROP)\s")
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
_OURS = ("shunyue", "paysim")


def _is_rules_module(path: str) -> bool:
    parts = PurePosixPath(path)
    is_one = parts.stem in {"commands", "policy"} or parts.parent.name in {"commands", "policy"}
    return is_one and path.startswith("backend/src/") and path.endswith(".py")


def _outside_world(source: Source) -> Iterator[Breach]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            called = dotted_name(node.func)
            *_, owner, last = ("", *called.split("."))
            if last == "commit":
                yield node.lineno, "only the kernel commits: whoever opened the transaction"
            if last in _CLOCK_READS or f"{owner}.{last}" in _CLOCK_READS:
                yield node.lineno, f"{called}: rules take the time from `tx.now` or a parameter"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            if any(name.split(".")[0] == "httpx" for name in names):
                yield node.lineno, "rules do not call anybody: that is a job's or provider's task"


def _is_sql_carrier(path: str) -> bool:
    return path.startswith("backend/src/shunyue/") and path.endswith((".py", ".sql"))


def _clock_in_sql(source: Source) -> Iterator[Breach]:
    for line, text in _sql_texts(source):
        for found in _SQL_CLOCK.finditer(text):
            at = line + text.count("\n", 0, found.start())
            yield at, f"{found[0]}: SQL asks app_now(), which tests and demos can move"


def _claims_that_take_more(source: Source) -> Iterator[Breach]:
    """A plan may run a sub-select once per row: each time it locks, and so claims, another one."""
    for line, text in _sql_texts(source):
        for found in _SKIPPING.finditer(text):
            if not _MATERIALIZED.search(text, 0, found.start()):
                at = line + text.count("\n", 0, found.start())
                yield at, "what is claimed with SKIP LOCKED stands in a CTE AS MATERIALIZED"


def _sql_texts(source: Source) -> Iterator[tuple[int, str]]:
    if source.path.endswith(".sql"):
        without_comments = _SQL_COMMENT.sub(_blank, source.text)
        yield 1, _APP_NOW.sub(_blank, without_comments)
    else:
        yield from _strings(source)


def _blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _strings(source: Source) -> Iterator[tuple[int, str]]:
    """String literals that are not docstrings."""
    told = {
        id(node.body[0].value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    # A string that stands alone says something about the attribute above it.
    told |= {id(node.value) for node in ast.walk(source.tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def _is_product_python(path: str) -> bool:
    return path.startswith("backend/src/") and path.endswith(".py")


def _statements_from_values(source: Source) -> Iterator[Breach]:
    """SQL is put together from constants only; values travel as parameters."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.JoinedStr):
            strange = [part for part in _inserted(node) if not _is_constant(part)]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
            strange = [part for part in (node.left, node.right) if not _is_harmless(part)]
        elif isinstance(node, ast.Call) and dotted_name(node.func).endswith(".format"):
            strange = [node]
        else:
            continue
        if strange and _STATEMENT.match(_leading_text(node)):
            said = ast.unparse(strange[0])
            yield node.lineno, f"{said}: SQL text is made of UPPER_CASE constants, values are $1"


def _inserted(node: ast.JoinedStr) -> list[ast.expr]:
    return [part.value for part in node.values if isinstance(part, ast.FormattedValue)]


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.Subscript):  # one of several constants
        return _is_constant(node.value)
    last = dotted_name(node).rpartition(".")[2]
    return bool(last) and last == last.upper()


def _is_harmless(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_harmless(node.left) and _is_harmless(node.right)
    return isinstance(node, ast.Constant | ast.JoinedStr) or _is_constant(node)


def _leading_text(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=[first, *_]):
            return _leading_text(first)
        case ast.BinOp(left=left):
            return _leading_text(left)
        case ast.Call(func=ast.Attribute(value=value)):
            return _leading_text(value)
    return ""


def _is_test(path: str) -> bool:
    return path.startswith("backend/tests/") and path.endswith(".py")


def _patched_ours(source: Source) -> Iterator[Breach]:
    ours = set(_OURS) | set(_imported_from_us(source.tree))
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and node.args and _is_patch(dotted_name(node.func)):
            target = node.args[0]
            match target:
                case ast.Constant(value=str(named)):
                    pass
                case _:
                    named = dotted_name(target)
            if named.partition(".")[0] in ours:
                yield node.lineno, f"{named} is ours: test the real thing, fake only at a port"


def _is_patch(called: str) -> bool:
    last = called.rpartition(".")[2]
    is_mock = last in {"patch", "object", "dict", "multiple"} and "patch" in called
    return is_mock or ("monkeypatch" in called and last in {"setattr", "delattr", "setitem"})


def _imported_from_us(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in _OURS:
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (a.asname for a in node.names if a.asname and a.name.split(".")[0] in _OURS)


def _is_for_english(path: str) -> bool:
    """Everything of the product but its wording, its demo and the names of statutory days."""
    spoken = ("/copy/", "/demo/", "/locales/")
    return (
        path.startswith("backend/src/")
        and path.endswith((".py", ".sql"))
        and not any(part in path for part in spoken)
        and not PurePosixPath(path).stem.startswith("statutory")
    )


def _chinese(source: Source) -> Iterator[Breach]:
    texts = [(1, source.text)] if source.path.endswith(".sql") else _strings(source)
    for line, text in texts:
        for found in CHINESE.finditer(text):
            at = line + (text.count("\n", 0, found.start()) if source.path.endswith(".sql") else 0)
            yield at, f"{found[0]}: what people read lies in the copy catalogue, by code"


RULES = (
    Rule("rules alone", _is_rules_module, _outside_world),
    Rule("sql clock", _is_sql_carrier, _clock_in_sql),
    Rule("sql claims", _is_sql_carrier, _claims_that_take_more),
    Rule("sql of constants", _is_product_python, _statements_from_values),
    Rule("no patching", _is_test, _patched_ours),
    Rule("chinese in code", _is_for_english, _chinese),
)
