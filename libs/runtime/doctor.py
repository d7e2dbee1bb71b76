"""What the `doctor` commands share: checks, what they found, and how that is said.

A check looks at one thing. All of them run at once, each on a thread of its own and within one deadline, so
that one which hangs or breaks hides no other.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Thread
from typing import Final, Literal

import click
import msgspec

from runtime.environment import ConfigInvalid

SECONDS: Final = 10.0
"""What a check may take. On a busy machine first connections alone take seconds."""
_LONGEST: Final = 200
_LEAST_KEY: Final = 32
_CREDENTIALS: Final = re.compile(r"//[^/\s]*@")

State = Literal["ok", "warn", "FAIL"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a report: what is there, and what to do about it ("": nothing)."""

    state: State
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """`look` gives what it finds of the thing called `name`; where it breaks, `advice` says what to do."""

    name: str
    look: Callable[[], Iterable[Finding]]
    advice: str


@dataclass(frozen=True, slots=True)
class Line:
    """What the check `check` has found."""

    check: str
    finding: Finding


def ok(found: str) -> Finding:
    """All is well with what was `found`."""
    return Finding("ok", found)


def warn(found: str, advice: str) -> Finding:
    """It works as it is, but somebody should know what was `found`, and follow the `advice`."""
    return Finding("warn", found, advice)


def fail(found: str, advice: str) -> Finding:
    """What was `found` keeps the service from its work, or its numbers from being right."""
    return Finding("FAIL", found, advice)


def examine(checks: Sequence[Check], seconds: float = SECONDS) -> list[Line]:
    """What `checks` find within `seconds`, in their order; a check that isn't done by then fails."""
    looks = [_Look(check) for check in checks]
    deadline = time.monotonic() + seconds
    for look in looks:
        look.start()
    return [Line(look.check.name, one) for look in looks for one in look.result(deadline, seconds)]


def readable(parts: Mapping[str, Callable[[], object]]) -> Iterator[Finding]:
    """Whether each of `parts` (what it is → what reads it) is a configuration that can be used; a fault that
    several of them meet is told once."""
    faults = list(dict.fromkeys(why for read in parts.values() if (why := _fault(read))))
    yield from (fail(why, "put it right, and ask again: there may be more behind it") for why in faults)
    if not faults:
        yield ok(f"{', '.join(parts)}: all can be used")


def hash_key(key: str) -> Iterator[Finding]:
    """Whether `key`, which customers' ids are hashed with, is long enough; nothing where it is."""
    if len(key) < _LEAST_KEY:
        yield warn(
            f"DESKPULSE_HASH_KEY has fewer than {_LEAST_KEY} characters: hashes can be guessed",
            "use 32 random ones from the first day on: with another key every customer is a stranger",
        )


def contact_keys(can: str, fit: bool | None) -> Finding:
    """What `can` be done with the contact key that is there, and whether it and the other `fit` (None: the
    other isn't there)."""
    if fit is None:
        return ok(can)
    if fit:
        return ok(f"{can}, the keys fit")
    return fail("the contact keys are no pair: what is sealed can't be opened", "set both keys of one pair")


def as_text(lines: Sequence[Line]) -> str:
    """`lines` for people: one each."""
    width = max((len(line.check) for line in lines), default=0)
    return "\n".join(
        f"{one.finding.state:<4}  {one.check:<{width}}  {one.finding.found}"
        + (f" → {one.finding.advice}" if one.finding.advice else "")
        for one in lines
    )


def as_json(lines: Sequence[Line]) -> str:
    """`lines` for programs: `{"ok": …, "checks": [{"check", "state", "found", "advice"}, …]}`."""
    rows = [
        {"check": one.check, **{name: getattr(one.finding, name) for name in Finding.__slots__}}
        for one in lines
    ]
    return msgspec.json.encode({"ok": is_well(lines), "checks": rows}).decode()


def is_well(lines: Iterable[Line]) -> bool:
    """Whether nothing has failed."""
    return all(one.finding.state != "FAIL" for one in lines)


def report(checks: Sequence[Check], *, json: bool) -> int:
    """Print what `checks` find; gives the exit code: 1 where one has failed."""
    lines = examine(checks)
    click.echo(as_json(lines) if json else as_text(lines))
    return 0 if is_well(lines) else 1


def plain(error: Exception) -> str:
    """What `error` says, in one short line without the credentials of addresses."""
    kind = type(error).__name__
    said = _CREDENTIALS.sub("//…@", " ".join(str(error).split())).removeprefix(f"{kind}: ")
    # MongoDB's client goes on with all that it was told and knows.
    said = said.partition(" (configured timeouts")[0][:_LONGEST]
    return f"{kind}: {said}" if said else kind


def _fault(read: Callable[[], object]) -> str | None:
    try:
        read()
    except ConfigInvalid as why:
        return str(why)
    return None


class _Look:
    """A check under way."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self._found: list[Finding] = []
        self._thread = Thread(target=self._look, name=f"doctor-{check.name}", daemon=True)
        self.start = self._thread.start

    def result(self, deadline: float, seconds: float) -> list[Finding]:
        """What was found up to `deadline` (monotonic), which is `seconds` after the start."""
        self._thread.join(max(0.0, deadline - time.monotonic()))
        late = self._thread.is_alive()
        found = list(self._found)
        return [*found, fail(f"not done within {seconds:.0f} s", self.check.advice)] if late else found

    def _look(self) -> None:
        try:
            for finding in self.check.look():
                self._found.append(finding)
        except ConfigInvalid:
            # What is wrong with it is said by the check of the configuration, once.
            self._found.append(warn("not checked", "put the configuration right first"))
        except Exception as error:  # noqa: BLE001 # whatever a look meets is what it has found
            self._found.append(fail(plain(error), self.check.advice))
