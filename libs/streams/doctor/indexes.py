"""The indexes: is each there that a service makes when it starts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pymongo import IndexModel

from runtime.doctor import Finding, fail, ok, warn
from streams.doctor.database import asking

_TELLING: Final = ("key", "partialFilterExpression", "sparse", "unique", "expireAfterSeconds")

Index = Mapping[str, Any]


@dataclass(slots=True)
class Plan:
    """Stands where a client or its database would stand, and notes the indexes that are to be made: so those
    that are looked for are those that the service makes, told nowhere else."""

    wanted: list[tuple[str, Index]] = field(default_factory=list)

    def __getitem__(self, name: str) -> "_Collection":
        """The collection `name`."""
        return _Collection(name, self.wanted)

    def get_database(self, _name: str, **_options: object) -> "Plan":
        """All databases are one."""
        return self

    def with_options(self, **_options: object) -> "Plan":
        """However it is read and written, its indexes are the same."""
        return self

    def list_collection_names(self) -> list[str]:
        """None is there."""
        return []

    def create_collection(self, _name: str, **_options: object) -> None:
        """Collections come with their first document as well."""


@dataclass(frozen=True, slots=True)
class _Collection:
    name: str
    wanted: list[tuple[str, Index]]

    def create_index(self, keys: Any, **options: Any) -> None:
        self.wanted.append((self.name, IndexModel(keys, **options).document))


def indexes(uri: str, database: str, prepare: Callable[[Any], None]) -> Iterator[Finding]:
    """Whether all indexes are in `database` that `prepare`, given a client or database, would make."""
    plan = Plan()
    prepare(plan)
    with asking(uri) as client:
        collections = client[database].list_collection_names()
        if not collections:
            yield warn(f"database {database} holds nothing yet", "a worker makes the indexes when it starts")
            return
        names = {name for name, _ in plan.wanted}
        there = {name: {one["name"]: one for one in client[database][name].list_indexes()} for name in names}
    wrong = [found for name, index in plan.wanted for found in judge(name, index, there[name])]
    yield from wrong
    if not wrong:
        yield ok(f"all {len(plan.wanted)} are in database {database}")


def judge(collection: str, wanted: Index, there: Mapping[str, Index]) -> Iterator[Finding]:
    """What is wrong with the index `wanted` in `collection`, whose indexes `there` are by name (pure)."""
    place = f"{collection}.{wanted['name']}"
    actual = there.get(wanted["name"])
    if actual is None:
        yield fail(f"{place} is missing", "start a worker again: it makes what is missing")
    elif _told(actual) != _told(wanted):
        yield fail(f"{place} is another index than it should be", "drop it, and start a worker again")


def _told(index: Index) -> dict[str, Any]:
    told = {name: index[name] for name in _TELLING if index.get(name) not in (None, False)}
    return told | {"key": list(dict(index["key"]).items())}
