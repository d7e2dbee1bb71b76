"""Load on two ways at once, as long as a fault takes: webhooks through a running ingest, and events straight
to the broker; workers read both."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from events.topics import EVENTS
from faults import check
from faults.check import Mongo
from faults.load import Load, Wire, arrivals, events
from faults.trials import Trial
from faults.webhooks import Helpdesk
from harness.services import RunningService, ingest, worker
from harness.wait import until

CONFIG: Final = "sources:\n  acme: {adapter: cloudevents, secrets: [env:DEMO_SECRET]}\n"
"""What ingest needs to take the webhooks."""
_STRAIGHT, _POSTED = "straight", "acme"
_MOST, _TICKETS, _RATE = 120_000, 600, 200
_PATIENCE = 60.0


@dataclass
class Traffic:
    """`load` publishes events of the source "straight", `helpdesk` posts those of "acme"."""

    load: Load
    helpdesk: Helpdesk
    workers: list[RunningService]
    mongo: Mongo
    database: str

    def await_turnover(self, messages: int = 25) -> None:
        """Return once so many messages of every partition have been processed from now on."""
        before = check.consumed(self.mongo, self.database)

        def turned_over() -> bool:
            now = check.consumed(self.mongo, self.database)
            moved = (reached - before.get(number, 0) for number, reached in now.items())
            return bool(now) and min(moved) >= messages

        until(turned_over, 90, f"{messages} messages of every partition from {before} on to be processed")

    def assert_exact(self, trial: Trial, also: Sequence[Wire] = ()) -> None:
        """End the load; then all that was taken is on the topic and counted, once, each ticket's in order;
        and what was published `also`."""
        assert self.load.published < len(self.load.wires), "the load came to its end"
        self.load.stop()
        self.helpdesk.stop()
        assert (self.helpdesk.refused(), self.helpdesk.broken) == ([], set())
        posted = await_arrival(self.load.bootstrap, set(self.helpdesk.accepted()))
        check.await_all_processed(self.mongo, self.load.bootstrap, self.database)
        assert all(each.is_alive() for each in self.workers)
        sent = [*self.load.wires[: self.load.published], *posted, *also]
        trial.assert_exact(self.mongo, self.load.bootstrap, self.database, sent)


@contextmanager
def traffic(
    seed: int, env: Mapping[str, str], mongo: Mongo, directory: Path, *, workers: int = 1
) -> Iterator[Traffic]:
    """Traffic that flows already, between processes with `env`; it ends with the block."""
    address, database = env["KAFKA_BOOTSTRAP_SERVERS"], env["MONGODB_DATABASE"]
    straight = [{**wire, "source": _STRAIGHT} for wire in arrivals(events(seed, _MOST, _TICKETS), seed)]
    with ExitStack() as parts:
        reading = [parts.enter_context(worker(env, directory)) for _ in range(workers)]
        door = parts.enter_context(ingest(env, directory))
        load = parts.enter_context(Load(address, straight, _RATE, _PATIENCE))
        helpdesk = parts.enter_context(Helpdesk(door.port, rate=100))
        flowing = Traffic(load, helpdesk, reading, mongo, database)
        flowing.await_turnover()
        yield flowing


def await_arrival(address: str, ids: set[str]) -> list[Wire]:
    """What was posted, once the events `ids` are all on the topic: each once, each ticket's in order."""
    found: list[Wire] = []

    def all_there() -> bool:
        found[:] = _posted(address)
        return {wire["id"] for wire in found} >= ids

    until(all_there, 60, "all accepted events to arrive")
    return found


def _posted(address: str) -> list[Wire]:
    """Where a ticket has come to another partition, its events go on there."""
    parts: dict[str, dict[int, list[Wire]]] = defaultdict(lambda: defaultdict(list))
    for record in check.published(address, EVENTS):
        wire = json.loads(record.value)
        if wire["source"] == _POSTED:
            parts[wire["subject"]][record.partition].append(wire)
    for lists in parts.values():
        in_turn = sorted(lists.values(), key=_first)
        numbers = [_number(wire) for wire in chain.from_iterable(in_turn)]
        assert numbers == sorted(set(numbers)), "doubled, or out of order"
    return [wire for lists in parts.values() for wires in lists.values() for wire in wires]


def _number(wire: Wire) -> int:
    return int(wire["id"].removeprefix("e"))


def _first(wires: list[Wire]) -> int:
    return _number(wires[0])
