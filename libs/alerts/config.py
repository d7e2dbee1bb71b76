"""The `alerts` section of the configuration: who is told what, where, and when.

    alerts:
      - match: {team: [billing], stage: [breached, recovered]}
        notify: [env:BILLING_SLACK_URL, {webhook: env:OPS_HOOK_URL, secret: env:OPS_HOOK_SECRET}]
        quiet: {calendar: istanbul}
      - match: {target: [follow_up, mood]}
        notify: [env:VOICE_SLACK_URL]

Every service reads the section, and tells its own alerts: of promises to tickets, or of what customers say
(`target: follow_up` at `stage` opened and breached, with the rule as `policy`; `mood` at changed, with the
measure as `policy`; neither has a priority).

An alert goes to the destinations of *every* entry that it fits, to each destination once: where several
entries name the same, the first that the alert fits decides when that one is quiet. A destination is the
variable that holds its address: an Apprise URL (slack://, workflows://, mailto://, …), or a webhook's http(s)
URL with the Standard Webhooks secret that signs what is posted to it. `recovered` goes where the breach went.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated

from msgspec import Meta, Struct

from alerts.alert import Stage, Target
from alerts.routes import Destination, Entry, Routing
from alerts.sinks import Unusable, sink
from calendars.calendar import Calendar
from events.types import Priority
from runtime.config import Reference
from runtime.environment import ConfigInvalid, required
from runtime.objections import Objection, convert
from runtime.shapes import prepared


class MatchConfig(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What an alert must have: one of the values given; no values: anything. Tickets are told apart by their
    tags through `policy`: a policy can match tags, and alerts match the policy."""

    source: str | list[str] = []
    priority: Priority | list[Priority] = []
    team: str | list[str] = []
    channel: str | list[str] = []
    policy: str | list[str] = []
    target: Target | list[Target] = []
    stage: Stage | list[Stage] = []


class WebhookConfig(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A webhook of the reader's own, signed as Standard Webhooks says."""

    webhook: Reference
    secret: Reference


class QuietConfig(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Outside the open hours of `calendar` nothing is sent; it goes out, grouped, when they begin."""

    calendar: str


@prepared
class EntryConfig(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Which alerts go where."""

    notify: Annotated[list[Reference | WebhookConfig], Meta(min_length=1)]
    match: MatchConfig = MatchConfig()
    quiet: QuietConfig | None = None


def routing(section: object, calendars: Mapping[str, Calendar], env: Mapping[str, str]) -> Routing:
    """The routing of the configuration's `alerts` section (None: nobody is told).

    Addresses come from `env`. Raises ConfigInvalid that names the path and never an address.
    """
    entries = _typed(section)
    destinations: dict[str, Destination] = {}
    for path, reference in _references(entries):
        found = _destination(reference, path, env)
        known = destinations.setdefault(found.name, found)
        if known != found:
            raise ConfigInvalid(f"{path}: {found.name} has another secret or none in an entry above")
    quiet = {name: _quiet_calendar(name, path, calendars) for path, name in _quiet_names(entries)}
    return Routing(
        tuple(_entry(entry, f"alerts[{index}]") for index, entry in enumerate(entries)), destinations, quiet
    )


def _typed(section: object) -> list[EntryConfig]:
    if section is None:
        return []
    try:
        return convert(section, list[EntryConfig])
    except Objection as wrong:
        raise ConfigInvalid(
            f"alerts{wrong.place}: {wrong.what}; "
            "an entry has notify: [env:NAME, …] and, where needed, match and quiet"
        ) from None


def _references(entries: list[EntryConfig]) -> Iterator[tuple[str, str | WebhookConfig]]:
    for i, entry in enumerate(entries):
        for j, reference in enumerate(entry.notify):
            yield f"alerts[{i}].notify[{j}]", reference


def _destination(reference: str | WebhookConfig, path: str, env: Mapping[str, str]) -> Destination:
    if isinstance(reference, str):
        destination = Destination(_name(reference), _value(reference, path, env))
    else:
        url, secret = (_value(one, path, env) for one in (reference.webhook, reference.secret))
        destination = Destination(_name(reference.webhook), url, secret)
    try:
        sink(destination)
    except Unusable as error:
        raise ConfigInvalid(f"{path}: {destination.name} {error}") from None
    return destination


def _name(reference: str) -> str:
    return reference.removeprefix("env:")


def _value(reference: str, path: str, env: Mapping[str, str]) -> str:
    return required(env, _name(reference), f"{path} refers to it")


def _quiet_names(entries: list[EntryConfig]) -> Iterator[tuple[str, str]]:
    for index, entry in enumerate(entries):
        if entry.quiet is not None:
            yield f"alerts[{index}].quiet.calendar", entry.quiet.calendar


def _quiet_calendar(name: str, path: str, calendars: Mapping[str, Calendar]) -> Calendar:
    if name not in calendars:
        known = ", ".join(sorted(calendars))
        raise ConfigInvalid(f"{path}: no calendar is called {name}; there are {known}")
    return calendars[name]


def _entry(config: EntryConfig, path: str) -> Entry:
    named = {name: getattr(config.match, name) for name in MatchConfig.__struct_fields__}
    match = {
        name: frozenset([values] if isinstance(values, str) else values)
        for name, values in named.items()
        if values
    }
    if match.get("stage") == frozenset({"recovered"}):
        raise ConfigInvalid(f"{path}.match.stage: recovered takes a breach back; write [breached, recovered]")
    names = tuple(
        _name(reference if isinstance(reference, str) else reference.webhook) for reference in config.notify
    )
    return Entry(match, names, None if config.quiet is None else config.quiet.calendar)
