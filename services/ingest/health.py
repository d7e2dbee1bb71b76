"""What happens at the door, per source, and what a person should do about it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from ingest.sources.contract import Reading, Unmapped

_MOST_WORDS: Final = 50
_QUIET: Final = timedelta(days=1)
_QUIET_GAPS: Final = 5
_DOUBTS: Final = 3
_UNTOLD: Final = {"author": "who wrote", "survey": "what a score is about"}

State: TypeAlias = Literal["healthy", "failing", "silent", "waiting"]
"""`failing`: the last delivery was refused; `silent`: none for far longer than ever; `waiting`: none yet."""


@dataclass(slots=True)
class Failure:
    """A kind of refusal since the last accepted delivery: when it began, how often, and its last detail."""

    since: datetime
    count: int = 0
    detail: str = ""


@dataclass(slots=True)
class Record:
    """What has happened to one source since the process started."""

    last_delivery_at: datetime | None = None
    last_accepted_at: datetime | None = None
    longest_gap: timedelta = timedelta(0)
    accepted: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    failures: dict[str, Failure] = field(default_factory=dict)
    unmapped: Counter[Unmapped] = field(default_factory=Counter)


class UnmappedWord(Struct, frozen=True):
    """A word of the tool that nobody mapped, and how often it came."""

    field: str
    word: str
    count: int


class SourceHealth(Struct, frozen=True):
    """How a source fares. `advice`: what to do, one sentence each; counts are since the process started."""

    source: str
    adapter: str
    healthy: bool
    state: State
    advice: list[str]
    last_delivery_at: datetime | None
    last_accepted_at: datetime | None
    accepted: int
    rejected: dict[str, int]
    unmapped: list[UnmappedWord]


@dataclass(frozen=True, slots=True)
class Configured:
    """What advice must know of a source: its adapter, the moments at which its secrets end, and whether what
    was missed can be fetched."""

    adapter: str
    secrets_end: tuple[datetime | None, ...]
    fetchable: bool = False


class Watch:
    """Notes deliveries from many threads and says how each of `sources` fares."""

    def __init__(self, sources: Mapping[str, Configured]) -> None:
        self._sources = sources
        self._records = {name: Record() for name in sources}
        self._lock = Lock()

    def accepted(self, source: str, reading: Reading, at: datetime) -> None:
        """A delivery of `source` was accepted at `at` (UTC)."""
        with self._lock:
            record = self._records[source]
            _came(record, at)
            record.last_accepted_at = at
            record.accepted += len(reading.events)
            record.failures.clear()
            for word in reading.unmapped:
                if word in record.unmapped or len(record.unmapped) < _MOST_WORDS:
                    record.unmapped[word] += 1

    def refused(self, source: str, reason: str, detail: str, at: datetime) -> None:
        """A delivery to `source` (any name) was refused for `reason`; `detail` quotes nothing of it."""
        with self._lock:
            record = self._records.get(source)
            if record is None:
                return
            _came(record, at)
            record.rejected[reason] += 1
            failure = record.failures.setdefault(reason, Failure(at))
            failure.count += 1
            failure.detail = detail

    def report(self, now: datetime) -> list[SourceHealth]:
        """How each source fares at `now`, by name."""
        with self._lock:
            return [diagnose(name, self._sources[name], self._records[name], now) for name in self._sources]


def diagnose(name: str, configured: Configured, record: Record, now: datetime) -> SourceHealth:
    """How the source `name` fares at `now` by its `record`, and what to do."""
    state = _state(record, now)
    advice = [
        *_about_secrets(name, configured, now),
        *(
            ADVICE[reason](failure, record)
            for reason, failure in record.failures.items()
            if _counts(reason, failure, record)
        ),
        *_about_silence(configured, record, state),
        *_about_words(name, record.unmapped),
    ]
    return SourceHealth(
        source=name,
        adapter=configured.adapter,
        healthy=state in ("healthy", "waiting") and bool(_active(configured, now)),
        state=state,
        advice=advice,
        last_delivery_at=record.last_delivery_at,
        last_accepted_at=record.last_accepted_at,
        accepted=record.accepted,
        rejected=dict(record.rejected),
        unmapped=[UnmappedWord(word.field, word.word, n) for word, n in record.unmapped.most_common()],
    )


def _came(record: Record, at: datetime) -> None:
    if record.last_delivery_at is not None:
        record.longest_gap = max(record.longest_gap, at - record.last_delivery_at)
    record.last_delivery_at = at


def _state(record: Record, now: datetime) -> State:
    if record.last_delivery_at is None:
        return "waiting"
    if any(_counts(reason, failure, record) for reason, failure in record.failures.items()):
        return "failing"
    quiet = now - record.last_delivery_at > max(_QUIET, _QUIET_GAPS * record.longest_gap)
    return "silent" if quiet else "healthy"


def _counts(reason: str, failure: Failure, record: Record) -> bool:
    """Anybody can post nonsense to a webhook: where the secret was right before, one or two don't matter."""
    return reason != "unauthorized" or record.last_accepted_at is None or failure.count >= _DOUBTS


def _active(configured: Configured, now: datetime) -> list[datetime | None]:
    return [end for end in configured.secrets_end if end is None or now < end]


def _about_secrets(name: str, configured: Configured, now: datetime) -> Iterable[str]:
    if not configured.secrets_end:
        yield f"no secret is configured, so every delivery is refused: set sources.{name}.secrets"
    elif not _active(configured, now):
        yield f"every secret has ended: give the tool a new one and add it to sources.{name}.secrets"
    for index, end in enumerate(configured.secrets_end):
        if end is not None and now >= end:
            yield f"sources.{name}.secrets[{index}] ended {_moment(end)}: remove it"


def _about_silence(configured: Configured, record: Record, state: State) -> Iterable[str]:
    if state == "waiting":
        yield f"no delivery yet: check the webhook's address in {configured.adapter} and send a test"
    if state == "silent" and record.last_delivery_at is not None:
        then = (
            ", then fetch what was missed with `python -m ingest reconcile`" if configured.fetchable else ""
        )
        yield (
            f"silent since {_moment(record.last_delivery_at)}: look in {configured.adapter} whether it has "
            f"switched the webhook off{then}"
        )


def _about_words(name: str, words: Counter[Unmapped]) -> Iterable[str]:
    keys = {"status": "statuses", "priority": "priorities"}
    for word, _ in words.most_common():
        if word.field in keys:
            place = f"sources.{name}.{keys[word.field]}"
            yield f"the {word.field} {word.word!r} means nothing here: add it to {place}"
        else:
            yield f"{_UNTOLD[word.field]} can't be told ({word.word}): see the page of this adapter"


def _unauthorized(failure: Failure, record: Record) -> str:
    since = f"signature fails since {_moment(failure.since)} ({failure.count} deliveries)"
    if record.last_accepted_at is None:
        return f"{since}, and none was right yet: copy the secret from the tool again"
    return f"{since}: the secret was probably changed; it was right until {_moment(record.last_accepted_at)}"


def _malformed(failure: Failure, _record: Record) -> str:
    return (
        f"bodies can't be read since {_moment(failure.since)} ({failure.count}; {failure.detail}): compare "
        "what the tool posts with the adapter's page; then `python -m ingest replay` reads what was kept"
    )


def _media_type(failure: Failure, _record: Record) -> str:
    return f"wrong content type since {_moment(failure.since)}: {failure.detail}"


def _too_large(failure: Failure, _record: Record) -> str:
    return f"bodies are too large since {_moment(failure.since)}: {failure.detail}"


def _unavailable(failure: Failure, _record: Record) -> str:
    return (
        f"nothing durable was left since {_moment(failure.since)}: look after Kafka and this machine's disk"
    )


ADVICE: Final[dict[str, Callable[[Failure, Record], str]]] = {
    "unauthorized": _unauthorized,
    "malformed": _malformed,
    "adapter_failed": _malformed,
    "media_type": _media_type,
    "too_large": _too_large,
    "unavailable": _unavailable,
}


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
