"""Policies: what is promised to which tickets. Configured under `policies:`; the first that fits wins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from msgspec import Struct

from calendars.calendar import Calendar
from events.envelope import Instant
from events.instants import SECOND, micros
from events.types import Priority, Status
from runtime.config import Span, span_seconds
from runtime.environment import ConfigInvalid
from runtime.objections import Objection, convert
from runtime.shapes import prepared

Target = Literal["first_response", "next_response", "resolution", "update"]
Reopen = Literal["restart", "continue", "ignore"]
TARGETS: Final[tuple[Target, ...]] = get_args(Target)

_PAUSES: Final[tuple[Status, ...]] = ("pending", "on_hold")


class Match(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What a ticket must have: one of the values given; no values: anything. `tags`: at least one of them."""

    source: str | list[str] = []
    priority: Priority | list[Priority] = []
    team: str | list[str] = []
    channel: str | list[str] = []
    tags: str | list[str] = []


@prepared
class PolicyConfig(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A policy as it is written. `warn_before` a breach the ticket is due soon; in `pause_on` no clock runs;
    `reopen`: what becomes of a fulfilled resolution when the ticket is reopened."""

    name: str
    calendar: str
    targets: dict[Target, Span]
    match: Match = Match()
    warn_before: Span = "0s"
    pause_on: tuple[Status, ...] = _PAUSES
    valid_from: Instant | None = None
    reopen: Reopen = "restart"


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy ready for use: durations and `valid_from` in µs; `key` tells versions of a name apart."""

    key: str
    name: str
    calendar: Calendar
    targets: Mapping[Target, int]
    warn_before: int
    pauses: frozenset[str]
    valid_from: int | None
    reopen: Reopen
    match: Mapping[str, frozenset[str]]

    def fits(self, labels: Mapping[str, str | None], tags: Sequence[str], at: int) -> bool:
        """Whether a ticket with `labels` (source, priority, team, channel) and `tags` falls under it `at`."""
        if self.valid_from is not None and at < self.valid_from:
            return False
        wanted = self.match
        return all(labels[name] in wanted[name] for name in labels if name in wanted) and (
            "tags" not in wanted or not wanted["tags"].isdisjoint(tags)
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """All policies, first match first, and the calendar of each source's tickets that fall under none."""

    policies: tuple[Policy, ...] = ()
    defaults: Mapping[str, Calendar] = field(default_factory=dict)
    by_key: Mapping[str, Policy] = field(default_factory=dict)

    def choose(self, labels: Mapping[str, str | None], tags: Sequence[str], at: int) -> Policy | None:
        """The policy of a ticket `at` an instant (µs), None where it falls under none."""
        return next((policy for policy in self.policies if policy.fits(labels, tags, at)), None)

    def calendar(self, source: str, policy_key: str | None) -> Calendar | None:
        """The calendar by which a ticket of `source` under a policy is counted."""
        policy = self.by_key.get(policy_key) if policy_key is not None else None
        return policy.calendar if policy is not None else self.defaults.get(source)

    @property
    def empty(self) -> bool:
        """Whether nothing is promised and no hours are known."""
        return not self.policies and not self.defaults


NO_RULES: Final = Rules()


def rules(section: object, calendars: Mapping[str, Calendar], source_calendars: Mapping[str, str]) -> Rules:
    """The rules of the configuration's `policies` section. Raises ConfigInvalid that names the entry.

    `source_calendars`: source → the name of its default calendar.
    """
    policies = tuple(
        _policy(written, f"policies[{index}]", calendars) for index, written in enumerate(_listed(section))
    )
    keys = [policy.key for policy in policies]
    for index, key in enumerate(keys):
        if key in keys[:index]:
            raise ConfigInvalid(
                f"policies[{index}].name: {key} is there twice; give versions of a policy another valid_from"
            )
    defaults = {
        source: _calendar(name, f"sources.{source}.calendar", calendars)
        for source, name in source_calendars.items()
    }
    return Rules(policies, defaults, dict(zip(keys, policies, strict=True)))


def _listed(section: object) -> list[object]:
    if section is None:
        return []
    if not isinstance(section, list):
        raise ConfigInvalid("policies: expected a list of policies, each with name, calendar and targets")
    return section


def _policy(written: object, path: str, calendars: Mapping[str, Calendar]) -> Policy:
    try:
        config = convert(written, PolicyConfig)
    except Objection as wrong:
        raise ConfigInvalid(f"{path}{wrong.place}: {wrong.what}") from None
    if not config.targets:
        raise ConfigInvalid(f"{path}.targets: promise at least one of {', '.join(TARGETS)}")
    since = None if config.valid_from is None else micros(config.valid_from)
    named = {name: getattr(config.match, name) for name in Match.__struct_fields__}
    return Policy(
        key=config.name if config.valid_from is None else f"{config.name}@{config.valid_from.isoformat()}",
        name=config.name,
        calendar=_calendar(config.calendar, f"{path}.calendar", calendars),
        targets={target: span_seconds(span) * SECOND for target, span in config.targets.items()},
        warn_before=span_seconds(config.warn_before) * SECOND,
        pauses=frozenset(config.pause_on),
        valid_from=since,
        reopen=config.reopen,
        match={
            name: frozenset([values] if isinstance(values, str) else values)
            for name, values in named.items()
            if values
        },
    )


def _calendar(name: str, path: str, calendars: Mapping[str, Calendar]) -> Calendar:
    if name not in calendars:
        known = ", ".join(sorted(calendars))
        raise ConfigInvalid(f"{path}: no calendar is called {name}; there are {known}")
    return calendars[name]
