"""Prints which requirements are proved by which tests, and which by none.

Back-end tests name them with `@pytest.mark.req("BK-06")`, front-end tests with `[BK-06]` in their
titles. `--strict BK-06,PY-01` fails when one of these has no test.
"""

import argparse
import ast
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
INDEX = ROOT / "docs" / "requirements-index.txt"

_FRONT_END = ("apps", "packages", "e2e")
_FRONT_END_TEST = re.compile(r"\.(test|spec)\.[cm]?[jt]s$")
_TITLE = re.compile(
    r"""\b(?:describe|test|it)(?:\.\w+)*\s*\(\s*(["'`])(?P<title>.*?)\1""", re.DOTALL
)
_TAG = re.compile(r"\[([A-Z]{2}-\d{2})\]")

Tests = dict[str, set[str]]


def main() -> int:
    """Print the table; return 1 if a strictly wanted requirement has no test, 2 on unknown ids."""
    parser = argparse.ArgumentParser(description="Requirements and the tests that prove them.")
    parser.add_argument("--strict", default="", metavar="ID,ID", help="fail if one has no test")
    wanted = [name for name in parser.parse_args().strict.split(",") if name]
    titles = requirements()
    tests = tests_by_requirement()

    unknown = sorted((set(wanted) | set(tests)) - set(titles))
    for name in unknown:
        places = ", ".join(sorted(tests.get(name, {"--strict"})))
        print(f"{name} is no requirement, but named by {places}", file=sys.stderr)
    print_table(titles, tests)
    untested = [name for name in wanted if not tests.get(name)]
    if untested:
        print(f"No test for {', '.join(untested)}", file=sys.stderr)
    return 2 if unknown else int(bool(untested))


def requirements() -> dict[str, str]:
    """Every requirement's id and title, in the order of the index."""
    lines = INDEX.read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines if line)


def tests_by_requirement() -> Tests:
    """Where each requirement is tested."""
    found: Tests = defaultdict(set)
    for path in written_files(ROOT / "backend" / "tests"):
        if path.suffix == ".py":
            for name, test in marked_tests(ast.parse(path.read_text(encoding="utf-8"))):
                found[name].add(f"{path.relative_to(ROOT)}::{test}")
    for folder in _FRONT_END:
        for path in written_files(ROOT / folder):
            if _FRONT_END_TEST.search(path.name):
                for name in tagged_titles(path.read_text(encoding="utf-8")):
                    found[name].add(str(path.relative_to(ROOT)))
    return found


def written_files(folder: Path) -> Iterator[Path]:
    """Files below a folder, less what was installed or built."""
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in {"node_modules", "dist"}]
        yield from (Path(here, name) for name in names)


def marked_tests(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Requirement and name of every test under a `req` mark: its own, its class's, its module's."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "pytestmark":
            yield from ((name, "*") for name in marks(statement.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                yield from ((name, node.name) for name in marks(decorator))


def marks(node: ast.expr) -> Iterator[str]:
    """The ids given to `pytest.mark.req(...)` anywhere in an expression."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.req":
            for argument in call.args:
                if isinstance(argument, ast.Constant):
                    yield str(argument.value)


def tagged_titles(text: str) -> Iterator[str]:
    """The ids in brackets in the titles of front-end tests."""
    for title in _TITLE.finditer(text):
        yield from _TAG.findall(title["title"])


def print_table(titles: dict[str, str], tests: Tests) -> None:
    """Print requirements with their number of tests, then those without."""
    proved = [name for name in titles if tests.get(name)]
    for name in proved:
        print(f"{name}  {len(tests[name]):3} tests  {titles[name]}")
        files = sorted({test.partition("::")[0] for test in tests[name]})
        print("".join(f"         {file}\n" for file in files), end="")
    print(f"\n{len(proved)} of {len(titles)} requirements have tests. Without:")
    for name, title in titles.items():
        if name not in proved:
            print(f"{name}  {title}")


if __name__ == "__main__":
    sys.exit(main())
