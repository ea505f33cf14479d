"""Prints how each test runner closed, then all of them in one line.

Reads the logs of `make test`; a step that failed without a count of its own counts as one failure.
"""

import re
import sys
from collections import Counter
from pathlib import Path

LOGS = Path(__file__).resolve().parents[1] / "build" / "logs"

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_CLOSING = (
    re.compile(r"^=* ?(\d+ (?:passed|failed|skipped|errors?|deselected|xfailed).* in [\d.]+s.*)$"),
    re.compile(r"^ +Tests  (.+ \(\d+\))$"),  # vitest
    re.compile(r"^  (\d+ (?:passed|failed|skipped|flaky|interrupted|did not run)(?: \(.+\))?)$"),
)
_COUNT = re.compile(r"(\d+) (passed|failed|skipped|error|interrupted|did not run)")
_BAD = frozenset({"error", "interrupted", "did not run"})


def main() -> int:
    """Print the lines; return 1 if anything failed or no test was run."""
    total: Counter[str] = Counter()
    for log in sorted(LOGS.glob("*.log")):
        closing = closing_lines(log.read_text(encoding="utf-8", errors="replace"))
        for line in closing:
            print(f"{log.stem}: {line}")
        counted = counts(closing)
        if log.with_suffix(".failed").exists() and not counted["failed"]:
            counted["failed"] = 1
        total += counted
    skipped = f", {total['skipped']} skipped" if total["skipped"] else ""
    print(f"\n{total['passed']} passed, {total['failed']} failed{skipped}")
    return int(bool(total["failed"]) or not total["passed"])


def closing_lines(text: str) -> list[str]:
    """The lines in which a runner says how many tests passed."""
    lines = [_COLOUR.sub("", line).rstrip() for line in text.splitlines()]
    found = (pattern.match(line) for line in lines for pattern in _CLOSING)
    return [match[1].rstrip("= ") for match in found if match]


def counts(closing: list[str]) -> Counter[str]:
    """What the lines add up to."""
    total: Counter[str] = Counter()
    for line in closing:
        for number, outcome in _COUNT.findall(line):
            total["failed" if outcome in _BAD else outcome] += int(number)
    return total


if __name__ == "__main__":
    sys.exit(main())
