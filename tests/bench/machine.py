"""On what was measured: the machine, and the versions of all that took part."""

import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

from pymongo import MongoClient

from harness.parts import CHOSEN
from local import binaries
from local.apache import jars, launcher

_ROOT = Path(__file__).parents[2]


def machine() -> str:
    """Cores, model and memory."""
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    load = os.getloadavg()[0]
    name = model[1] if model else platform.machine()
    return f"{os.cpu_count()} cores, {name}, {memory:.0f} GiB; busy with {load:.1f} processes before"


def versions(mongo: MongoClient[dict[str, object]]) -> str:
    """Of Python, broker, MongoDB and their clients, and the commit."""
    found = {
        "Python": platform.python_version(),
        **_broker(),
        "MongoDB": str(mongo.server_info()["version"]),
        "pymongo": version("pymongo"),
        "kafka-python": version("kafka-python"),
        "commit": _commit(),
    }
    return ", ".join(f"{name} {which}" for name, which in found.items())


def _broker() -> dict[str, str]:
    if CHOSEN == "apache":
        return {"Apache Kafka": jars.version(launcher.fetched())}
    return {"Tansu": _said(str(binaries.tansu()), "--version").removeprefix("tansu ")}


def _commit() -> str:
    name = _said("git", "rev-parse", "--short", "HEAD")
    changed = _said("git", "status", "--porcelain", "--untracked-files=no")
    return f"{name or 'unknown'}{' with changes' if changed else ''}"


def _said(*command: str) -> str:
    """What a program says, nothing where it can't."""
    try:
        found = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=False, timeout=10)
    except OSError:
        return ""
    return found.stdout.strip()
