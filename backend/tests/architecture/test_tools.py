"""The scripts behind `make test` and `make trace`, run on a small repository of their own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tidy_tree import ROOT


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    (tmp_path / "build" / "logs").mkdir(parents=True)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "requirements-index.txt").write_text("BK-06 Hold\nPY-01 Pay\nFU-01 Far\n")
    return tmp_path


class TestClosingLines:
    def test_all_runners_are_added_up(self, repository: Path) -> None:
        log(repository, "python-tests", "===== 31 passed, 2 skipped in 16.39s =====")
        log(repository, "test-console", " Test Files  2 passed (2)\n      Tests  12 passed (12)")
        log(repository, "browser-tests", "Running 4 tests\n  4 passed (30.1s)\n")

        answer = run(repository, "closing_lines.py")

        assert answer.stdout.splitlines()[-1] == "47 passed, 0 failed, 2 skipped"
        assert answer.returncode == 0

    def test_failures_of_every_runner_count(self, repository: Path) -> None:
        log(repository, "python-tests", "= 1 failed, 30 passed, 2 errors in 100.39s (0:01:40) =")
        log(repository, "test-console", "\x1b[2m      Tests \x1b[22m 1 failed | 11 passed (12)")
        log(repository, "browser-tests", "  1 failed\n    [x] a.spec.ts\n  3 passed (9.0s)")

        answer = run(repository, "closing_lines.py")

        assert answer.stdout.splitlines()[-1] == "44 passed, 5 failed"
        assert answer.returncode == 1

    def test_failed_step_without_a_count_is_one_failure(self, repository: Path) -> None:
        log(repository, "python-tests", "31 passed in 16.39s")
        log(repository, "python-lint", "Found 3 errors.")
        (repository / "build" / "logs" / "python-lint.failed").touch()

        answer = run(repository, "closing_lines.py")

        assert answer.stdout.splitlines()[-1] == "31 passed, 1 failed"
        assert answer.returncode == 1

    def test_no_test_at_all_is_a_failure(self, repository: Path) -> None:
        assert run(repository, "closing_lines.py").returncode == 1


class TestStep:
    def test_success_is_one_line_and_a_log(self, repository: Path) -> None:
        answer = run(repository, "step.sh", "greeting", "echo", "hello")

        assert answer.stdout.startswith("ok ")
        assert "hello" not in answer.stdout
        assert (repository / "build" / "logs" / "greeting.log").read_text() == "hello\n"

    def test_failure_shows_its_output_and_code(self, repository: Path) -> None:
        answer = run(repository, "step.sh", "greeting", "bash", "-c", "echo sorry; exit 3")

        assert "sorry" in answer.stdout
        assert answer.returncode == 3
        assert (repository / "build" / "logs" / "greeting.failed").exists()


class TestTrace:
    def test_marks_and_titles_are_found(self, repository: Path) -> None:
        write(
            repository,
            "backend/tests/booking/test_hold.py",
            '@pytest.mark.req("BK-06")\ndef test_a(): ...',
        )
        write(repository, "apps/customer/test/pay.test.ts", "it('pays once [PY-01]', () => {})")

        answer = run(repository, "trace.py")

        assert "BK-06    1 tests  Hold" in answer.stdout
        assert "apps/customer/test/pay.test.ts" in answer.stdout
        assert answer.stdout.endswith("Without:\nFU-01  Far\n")
        assert answer.returncode == 0

    def test_a_class_or_module_marks_all_its_tests(self, repository: Path) -> None:
        marked = (
            'pytestmark = pytest.mark.req("PY-01")\n@pytest.mark.req("BK-06")\nclass TestA: ...'
        )
        write(repository, "backend/tests/test_a.py", marked)

        assert run(repository, "trace.py", "--strict", "BK-06,PY-01").returncode == 0

    def test_strictly_wanted_requirement_without_test_fails(self, repository: Path) -> None:
        answer = run(repository, "trace.py", "--strict", "FU-01")

        assert "No test for FU-01" in answer.stderr
        assert answer.returncode == 1

    def test_unknown_requirement_is_refused(self, repository: Path) -> None:
        write(repository, "e2e/tests/a.spec.ts", "test('[BK-99] x', () => {})")

        answer = run(repository, "trace.py")

        assert "BK-99 is no requirement" in answer.stderr
        assert answer.returncode == 2


def log(repository: Path, name: str, text: str) -> None:
    (repository / "build" / "logs" / f"{name}.log").write_text(text)


def write(repository: Path, path: str, text: str) -> None:
    (repository / path).parent.mkdir(parents=True, exist_ok=True)
    (repository / path).write_text(text)


def run(repository: Path, tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    runner = sys.executable if tool.endswith(".py") else "bash"
    command = [runner, f"tools/{tool}", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=repository)
