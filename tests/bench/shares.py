"""Where a worker's time goes: each step's seconds, and how many of them it computes itself."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from pymongo.client_session import ClientSession

from bench import contenders, history
from bench.contenders import events_per_second
from bench.parts import Parts
from bench.report import Report
from bench.usage import Usage, spent
from metrics import worker
from metrics.batch import Ways
from metrics.store import Store
from metrics.worker import TicketHandler
from rollups.store import RollupStore
from streams.publisher import Publisher

BEFORE = "before it begins"
STEPS: tuple[tuple[str, Any, str], ...] = (
    (BEFORE, contenders, "published"),
    ("reading messages from the broker", contenders, "_exactly"),
    ("decoding events", worker, "_read"),
    ("asking MongoDB what is known", Store, "revisions"),
    ("asking MongoDB for tickets", Store, "tickets"),
    ("folding and counting", worker, "plan"),
    ("writing events and tickets", Store, "save"),
    ("writing aggregates", RollupStore, "apply"),
    ("making facts", worker, "facts_message"),
    ("committing", ClientSession, "commit_transaction"),
    ("handing facts to the producer", Publisher, "send"),
    ("waiting for facts to be durable", Publisher, "wait"),
)
REST = "everything else"
BATCH = 2000


@dataclass
class Step:
    """Seconds that passed, and seconds of CPU of this thread, without those of steps within."""

    wall: float = 0.0
    cpu: float = 0.0

    def add(self, wall: float, cpu: float) -> None:
        """Take more in."""
        self.wall += wall
        self.cpu += cpu


@dataclass
class Clocks:
    """The steps by name. The time of a step within another is its own alone."""

    steps: dict[str, Step] = field(default_factory=dict)
    _now: list[str] = field(default_factory=lambda: [REST])
    _since: tuple[float, float] = (0.0, 0.0)

    def turn(self, enter: str | None = None) -> None:
        """From now on time belongs to the step `enter`, without one to the step around the present one."""
        now = time.perf_counter(), time.thread_time()
        if self._since[0]:
            step = self.steps.setdefault(self._now[-1], Step())
            step.add(now[0] - self._since[0], now[1] - self._since[1])
        self._since = now
        if enter is None:
            self._now.pop()
        else:
            self._now.append(enter)

    def clocked(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` as the step `name`."""

        def call(*args: Any, **options: Any) -> Any:
            self.turn(name)
            try:
                return function(*args, **options)
            finally:
                self.turn()

        return call


def measure(parts: Parts, report: Report) -> None:
    """Print each step's share of the time, and of the CPU."""
    file = parts.directory / "log.csv"
    history.write(file)
    count = history.run_import(parts, file, "history", Usage())
    store = Store(parts.mongo["bench-shares"])
    store.prepare()
    handler = TicketHandler(store, Ways(3600))
    clocks = Clocks()
    with spent(parts.groups()) as usage, ExitStack() as stack:
        for name, owner, attribute in STEPS:
            stack.enter_context(_clocked(clocks, name, owner, attribute))
        clocks.turn(REST)
        speed = events_per_second(
            handler, parts.mongo, "bench-shares", parts.kafka, batch_size=BATCH, most=10**9
        )
        clocks.turn()
    del clocks.steps[BEFORE]
    whole = Step()
    for step in clocks.steps.values():
        whole.add(step.wall, step.cpu)
    for name, step in sorted(clocks.steps.items(), key=lambda item: -item[1].wall):
        wall, cpu = (1e6 * part / count for part in (step.wall, step.cpu))
        report.say(
            f"{step.wall / whole.wall:4.0%} of the time: {name}, {wall:.0f} µs an event ({cpu:.0f} computing)"
        )
    mongod = 1e6 * usage.seconds["mongod"] / count
    report.say(f"{speed:,.0f} events/s; MongoDB computes {mongod:.0f} µs an event")
    report.figure("computing's share of a worker's time", whole.cpu / whole.wall)


@contextmanager
def _clocked(clocks: Clocks, name: str, owner: Any, attribute: str) -> Iterator[None]:
    function = getattr(owner, attribute)
    setattr(owner, attribute, clocks.clocked(name, function))
    try:
        yield
    finally:
        setattr(owner, attribute, function)
