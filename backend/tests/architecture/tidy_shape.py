"""Tidy rules about size and form: lengths, parameters, the sentence of a module."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from tests.architecture.tidy_tree import Breach, Rule, Source

LONGEST_FUNCTION = 60
LONGEST_FILE = 400
LONGEST_COMPONENT = 250
LONGEST_PAGE = 100
MOST_PARAMETERS = 5

_UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")


def is_python(path: str) -> bool:
    return path.endswith(".py")


def is_code(path: str) -> bool:
    return path.endswith((".py", ".ts", ".mts", ".js", ".mjs", ".cjs", ".sh"))


def is_page(path: str) -> bool:
    """A component that the router shows: anything below `pages` but its own parts."""
    parts = PurePosixPath(path).parts
    return path.endswith(".vue") and "pages" in parts and "components" not in parts


def _long_functions(source: Source) -> Iterator[Breach]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                said = f"{node.name} has {length} lines, {LONGEST_FUNCTION} are the most"
                yield node.lineno, said, length


def _many_parameters(source: Source) -> Iterator[Breach]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)]
            count = len(names) - (names[:1] in (["self"], ["cls"]))
            if count > MOST_PARAMETERS:
                said = f"{node.name} takes {count} parameters by position: name some (after `*`)"
                yield node.lineno, said, count


def _no_sentence(source: Source) -> Iterator[Breach]:
    is_empty_package = source.path.endswith("__init__.py") and not source.text.strip()
    if not is_empty_package and not ast.get_docstring(source.tree):
        yield 1, "say in one sentence what the module is for"


def _at_most(longest: int) -> Callable[[Source], Iterator[Breach]]:
    def breaches(source: Source) -> Iterator[Breach]:
        length = source.text.count("\n")
        if length > longest:
            yield 1, f"{length} lines, {longest} are the most", length

    return breaches


def _is_prose_or_code(path: str) -> bool:
    """All but locks and catalogues, and these rules, which name the words."""
    return not path.endswith((".json", ".txt")) and "tests/architecture/" not in path


def _unfinished(source: Source) -> Iterator[Breach]:
    for number, line in enumerate(source.text.splitlines(), 1):
        if found := _UNFINISHED.search(line):
            yield number, f"{found[0]}: finish it, or file an issue"


RULES = (
    Rule("function length", is_python, _long_functions),
    Rule("file length", is_code, _at_most(LONGEST_FILE)),
    Rule("component length", lambda path: path.endswith(".vue"), _at_most(LONGEST_COMPONENT)),
    Rule("page length", is_page, _at_most(LONGEST_PAGE)),
    Rule("parameters", is_python, _many_parameters),
    Rule("module sentence", is_python, _no_sentence),
    Rule("unfinished", _is_prose_or_code, _unfinished),
)
