"""Java: whether it is here, and how one of Kafka's programs is run with it."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

from local.failure import CannotRun

INSTALL: Final = "on Debian: apt-get install openjdk-17-jre-headless maven"
_OLDEST: Final = 17
_VERSION: Final = re.compile(r'version "(\d+)')
_LOGGING: Final = Path(__file__).parents[1] / "kafka" / "log4j2.properties"

# Small and soon there: a broker of a test lives for seconds.
_OPTIONS: Final = (
    *("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
    *("-Xshare:auto", "-Xlog:disable", "-Xlog:all=error:stderr"),
    f"-Dlog4j2.configurationFile={_LOGGING}",
)


@cache
def program() -> str:
    """Where `java` is. Raises CannotRun, with what to install, where there is none or it is too old."""
    found = shutil.which("java")
    if found is None:
        raise CannotRun(f"Apache Kafka needs Java {_OLDEST} or newer, and java isn't on PATH ({INSTALL})")
    asked = subprocess.run([found, "-version"], capture_output=True, text=True, check=False)
    version = _VERSION.search(asked.stderr)
    if version is None or int(version[1]) < _OLDEST:
        raise CannotRun(f"{found} is older than Java {_OLDEST}, which Apache Kafka needs ({INSTALL})")
    return found


def command(jars: Path, main: str, *arguments: str | Path, options: tuple[str, ...] = ()) -> list[str | Path]:
    """The command that runs the class `main` from `jars`. Raises CannotRun."""
    # One after the other and sorted: an archive of classes is of use to the very same class path alone.
    class_path = ":".join(str(jar) for jar in sorted(jars.glob("*.jar")))
    return [program(), *_OPTIONS, *options, "-cp", class_path, main, *arguments]
