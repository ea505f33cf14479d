"""Runs the product's commands the way an operator does."""

import os
import subprocess
import sys
from pathlib import Path


def run(
    folder: Path, *words: str, seconds: float = 60, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run `shunyue …` in an empty folder, with settings and nothing else of ours around."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("SHUNYUE_") and name != "DATABASE_URL"
    }
    given = {f"SHUNYUE_{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, "-m", "shunyue", *words],
        env=kept | given,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
