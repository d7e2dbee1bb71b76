"""The `doctor` commands, and single checks of theirs."""

import subprocess
import sys
from collections.abc import Iterable, Mapping

from runtime.doctor import Check, examine


def doctor(service: str, env: Mapping[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    """`python -m SERVICE doctor` with `options`, once it has ended."""
    return subprocess.run(
        [sys.executable, "-m", service, "doctor", *options],
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )


def found(checks: Iterable[Check], name: str) -> list[tuple[str, str]]:
    """How what the check `name` looks at fares, and what it finds."""
    chosen = [one for one in checks if one.name == name]
    return [(line.finding.state, line.finding.found) for line in examine(chosen)]
