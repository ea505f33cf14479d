"""Runs the product's commands the way an operator does."""

import os
import subprocess
import sys
from pathlib import Path

_PATIENCE_SECONDS = 60


def run(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
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
        timeout=_PATIENCE_SECONDS,
        check=False,
    )
