"""What the tidy rules look at: the repository's own files, one by one."""

import ast
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[3]

_BRANCHES = (
    "backend/src",
    "backend/tests",
    "backend/requirements",
    "apps",
    "packages",
    "e2e",
    "tools",
)
_MADE = frozenset(
    {"node_modules", "dist", "generated", "test-results", "playwright-report", "coverage"}
)
_SUFFIXES = frozenset(
    {".py", ".sql", ".ts", ".mts", ".js", ".mjs", ".cjs", ".vue", ".html", ".css", ".svg", ".json"}
    | {".scss", ".txt", ".sh"}
)


@dataclass(frozen=True)
class Source:
    """One file: its path from the repository's root and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree of a Python file."""
        return ast.parse(self.text, self.path)


@dataclass(frozen=True)
class Finding:
    """One breach of a rule; `measure` says how bad where a rule measures."""

    rule: str
    path: str
    line: int
    said: str
    measure: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.said} [{self.rule}]"


Breach = tuple[int, str] | tuple[int, str, int]


@dataclass(frozen=True)
class Rule:
    """Where a rule holds and how to find its breaches: (line, what to say[, measure])."""

    name: str
    holds_for: Callable[[str], bool]
    breaches: Callable[[Source], Iterator[Breach]]

    def check(self, source: Source) -> list[Finding]:
        """Every breach in one file."""
        if not self.holds_for(source.path):
            return []
        return [Finding(self.name, source.path, *breach) for breach in self.breaches(source)]


def sources() -> Iterator[Source]:
    """Every file that was written, not made, in a stable order."""
    for branch in _BRANCHES:
        for folder, folders, names in os.walk(ROOT / branch):
            folders[:] = sorted(name for name in folders if not _is_made(name))
            for name in sorted(names):
                path = Path(folder, name)
                if path.suffix in _SUFFIXES and not path.is_symlink():
                    text = path.read_text(encoding="utf-8")
                    yield Source(path.relative_to(ROOT).as_posix(), text)


def _is_made(folder: str) -> bool:
    return folder in _MADE or folder.startswith((".", "__")) or folder.endswith(".egg-info")


def dotted_name(node: ast.AST) -> str:
    """`a.b.c` for such an expression, empty for any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted_name(node.value)}.{node.attr}"
    return ""
