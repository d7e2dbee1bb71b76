"""What processes take of the machine, as the kernel counts it."""

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_MIB = 1024


@dataclass
class Usage:
    """CPU seconds by the name of the part, over `wall` seconds."""

    seconds: dict[str, float] = field(default_factory=dict)
    wall: float = 0.0

    def __str__(self) -> str:
        """Cores that were busy, part by part, and in all."""
        shares = ", ".join(f"{name} {spent / self.wall:.2f}" for name, spent in self.seconds.items())
        return f"{shares}: {sum(self.seconds.values()) / self.wall:.2f} of {os.cpu_count()} cores"

    def milliseconds_per(self, count: int) -> str:
        """The same for each of `count` things done."""
        return ", ".join(f"{name} {1000 * spent / count:.2f} ms" for name, spent in self.seconds.items())


@contextmanager
def spent(groups: Mapping[str, int]) -> Iterator[Usage]:
    """What the process groups `groups` (name → leader's pid), and this process ("bench"), take in the block;
    more may be noted in it."""
    usage = Usage()
    before, begun = _seconds(groups), time.perf_counter()
    yield usage
    usage.wall = time.perf_counter() - begun
    usage.seconds |= {name: after - before[name] for name, after in _seconds(groups).items()}


def most_memory(pid: int) -> float:
    """MiB that the largest process of the group of `pid` ever held; what it holds itself may be less."""
    return max(_status(process, "VmHWM") for process in _group(pid)) / _MIB


def _seconds(groups: Mapping[str, int]) -> dict[str, float]:
    found = {name: sum(map(_ticks, _group(pid))) / _TICKS for name, pid in groups.items()}
    return {**found, "bench": time.process_time()}


def _group(leader: int) -> Iterator[Path]:
    """The processes of a group, as directories of /proc."""
    for process in Path("/proc").glob("[0-9]*"):
        if (fields := _stat(process)) and int(fields[2]) == leader:
            yield process


def _ticks(process: Path) -> int:
    fields = _stat(process)
    return int(fields[11]) + int(fields[12]) if fields else 0


def _stat(process: Path) -> list[str]:
    """The fields after the program's name, none where the process is gone."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _status(process: Path, name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+)", (process / "status").read_text())
    return int(found[1]) if found else 0
