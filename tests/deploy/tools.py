"""Programs of the system that tests need."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

_PACKAGES = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "amtool": "prometheus-alertmanager",
}


def required(program: str) -> str:
    """Where `program` is; where there is none the test is skipped, but not on CI."""
    found = shutil.which(program)
    if found is None:
        missing = (
            f"{program} is missing: on Debian, apt-get install --no-install-recommends {_PACKAGES[program]}"
        )
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return found


def complaint(command: Sequence[str | Path]) -> str:
    """What `command` prints where it fails; nothing where it succeeds."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return f"{done.stdout}{done.stderr}" if done.returncode else ""
