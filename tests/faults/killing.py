"""A team of workers in which one after the other is killed at a random moment and replaced."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from threading import Event
from time import monotonic
from typing import Final

from faults.pulse import Step
from faults.trials import Trial
from faults.workers import Nursery, Worker

SESSION: Final = 1.5
"""Seconds after which the group takes a worker for dead: the work of each of them stands still so long."""
TEAM: Final = 4
TOLD_EACH: Final = 25
STANDSTILL: Final = 90.0


@dataclass
class Condemned:
    """`worker` dies `delay` seconds after it has stored `batches` batches."""

    worker: Worker
    batches: int
    delay: float
    _at: float | None = None

    def is_due(self) -> bool:
        """Whether its moment has come."""
        if self._at is None and self.worker.pulse.batches >= self.batches:
            self._at = monotonic() + self.delay
        return self._at is not None and monotonic() >= self._at


@dataclass
class Succession:
    """Whether the partitions of the dead move on, and after how long, which `trial` is told. `reached` gives
    how far each partition has been read."""

    trial: Trial
    reached: Callable[[], dict[int, int]]
    _open: list[tuple[float, dict[int, int]]] = field(default_factory=list)

    def died(self, worker: Worker) -> None:
        """From here on others are to go on where `worker` was."""
        self.trial.tries += 1
        reached = self.reached()
        held = {partition: reached[partition] for partition in worker.adopted() & reached.keys()}
        if held:
            self._open.append((monotonic(), held))

    def look(self) -> None:
        """Remember who has been succeeded since."""
        reached, left = self.reached(), []
        for died, held in self._open:
            if all(reached[partition] > offset for partition, offset in held.items()):
                self.trial.recoveries.append(monotonic() - died)
            else:
                left.append((died, held))
        self._open = left


def kill(nursery: Nursery, rng: Random, succession: Succession, kills: int) -> Counter[Step]:
    """Kill `kills` workers of a team; gives at which steps they died. Those who are left work on. Raises
    AssertionError where a worker ends by itself or the work stands still."""
    deaths: Counter[Step] = Counter()
    began = monotonic()
    team = [_condemned(nursery, rng) for _ in range(TEAM)]
    for turn in _turns(deaths, kills):
        for place, condemned in enumerate(team):
            if condemned.is_due() and deaths.total() < kills:
                deaths[condemned.worker.kill()] += 1
                succession.died(condemned.worker)
                team[place] = _condemned(nursery, rng)
                if deaths.total() % TOLD_EACH == 0:
                    print(
                        f"{deaths.total()} killed in {monotonic() - began:.0f} s: {_told(deaths)}", flush=True
                    )
        if turn % 20 == 0:
            succession.look()
    return deaths


def _turns(deaths: Counter[Step], kills: int) -> Iterator[int]:
    """A number every 5 ms until `kills` have died."""
    pause, turn, last = Event(), 0, (0, monotonic())
    while deaths.total() < kills:
        if deaths.total() != last[0]:
            last = (deaths.total(), monotonic())
        assert monotonic() - last[1] < STANDSTILL, f"the work stands still after {last[0]} deaths"
        pause.wait(0.005)
        turn += 1
        yield turn


def _condemned(nursery: Nursery, rng: Random) -> Condemned:
    """A new worker that dies on its way into the group, or else soon after one of its first batches."""
    if rng.random() < 0.3:
        return Condemned(nursery.start(), 0, rng.uniform(0, 2))
    return Condemned(nursery.start(), rng.randrange(1, 8), rng.uniform(0, 0.04))


def _told(deaths: Counter[Step]) -> str:
    return ", ".join(f"{step.name.lower()} {count}" for step, count in sorted(deaths.items()))
