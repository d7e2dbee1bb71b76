"""Kafka's jars, as the pom names them: Maven fetches them once."""

import shutil
import subprocess
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from local.apache import java
from local.failure import CannotRun

POM: Final = Path(__file__).parents[1] / "kafka" / "pom.xml"
HOME: Final = Path(__file__).parents[3] / ".run" / "kafka"
_FETCH_SECONDS: Final = 600
_TOLD_LINES: Final = 3


def directory(home: Path = HOME) -> Path:
    """The directory with all jars, in `home`: one for each text of the pom. Raises CannotRun."""
    chosen = home / sha256(POM.read_bytes()).hexdigest()[:12]
    if not chosen.is_dir():
        java.program()
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home, prefix="draft-") as draft:
            _fetch(Path(draft))
            # Who was quicker has put the same there.
            with suppress(OSError):
                Path(draft, "jars").rename(chosen)
    return chosen


def version(jars: Path) -> str:
    """The version of Kafka whose jars these are."""
    return next(jars.glob("kafka_*.jar")).stem.partition("-")[2]


def _fetch(draft: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise CannotRun(f"Maven fetches Apache Kafka, and mvn isn't on PATH ({java.INSTALL})")
    command: list[str | Path] = [
        *(maven, "--quiet", "--batch-mode", "--no-transfer-progress", "--file", POM),
        *("dependency:copy-dependencies", f"-DoutputDirectory={draft / 'jars'}"),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_FETCH_SECONDS)
    except subprocess.TimeoutExpired:
        raise CannotRun(f"Maven hasn't fetched Apache Kafka within {_FETCH_SECONDS} s: try again") from None
    if done.returncode:
        said = [line for line in done.stdout.splitlines() if line.strip()][:_TOLD_LINES]
        raise CannotRun("\n  ".join([f"Maven can't fetch what {POM} names:", *said]))
