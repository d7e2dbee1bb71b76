"""The `surveys` and `feedback` sections of the configuration.

surveys:                       # the first that fits a resolved ticket, and whose cool-down is over
  csat: {delay: 24h, expires: 14d, cooldown: 7d, reminder: 3d, languages: [tr, en]}
  loyalty:                     # a question set of one's own, counted apart
    kind: nps
    match: {team: [sales]}
    question: {tr: "…", en: "…"}
feedback:
  company: Acme
  from: "Acme Destek <destek@acme.example>"
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from events.instants import SECOND
from feedback.scores.figures import ENOUGH
from feedback.scores.scales import FIRST, RESERVED, USUAL
from feedback.scores.scales import Survey as Kind
from runtime.config import Reference, Span, span_seconds
from runtime.environment import ConfigInvalid
from runtime.objections import Objection, convert, worded
from runtime.shapes import prepared

LANGUAGES: Final = ("tr", "en")
Line = Annotated[str, worded(r"^[^\r\n]{1,320}$", "one line of at most 320 characters")]
SurveyName = Annotated[
    str, worded(r"^[a-z][a-z0-9_]{0,49}$", "a survey's name of small letters, digits and underscores")
]
_Section = TypeVar("_Section")

Delivery = Literal["mail", "webhook", "link"]
Words = dict[
    Annotated[str, worded(r"^[a-z]{2}$", "a language such as tr")],
    Annotated[str, Meta(min_length=1, max_length=300)],
]
"""A text by language (`tr`, `en`, …)."""


class Match(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What a ticket must have: one of the values given; no values: anything."""

    source: list[str] = []
    team: list[str] = []
    channel: list[str] = []
    tags: list[str] = []


class WebhookConfig(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Where links are posted, and the Standard Webhooks secret that signs what is posted."""

    url: Reference
    secret: Reference


@prepared
class SurveyConfig(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """See `Questionnaire`."""

    kind: Kind | None = None
    match: Match = Match()
    delay: Span = "24h"
    expires: Span = "14d"
    cooldown: Span = "7d"
    reminder: Span | None = None
    scale: Annotated[int, Meta(ge=2, le=100)] | None = None
    languages: Annotated[list[str], Meta(min_length=1)] = msgspec.field(default_factory=lambda: [*LANGUAGES])
    deliver: Delivery | None = None
    webhook: WebhookConfig | None = None
    question: Words = {}
    lowest: Words = {}
    highest: Words = {}


class Retention(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """How long what customers wrote (`comments`), and who they were (`people`), is kept in MongoDB."""

    comments: Span = "365d"
    people: Span = "730d"


class FollowUps(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Until when somebody must have been in touch after a low score, and after a negative mention; `owner`
    where the ticket has neither an assignee nor a team."""

    detractor: Span = "48h"
    mention: Span = "2h"
    owner: str | None = None


@prepared
class FeedbackConfig(Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """`company` is the name that customers know, `from` the sender of mails; `enough`: from how many answers
    on a figure isn't marked as of too few; `notice` stands on each survey page; with `consent`, a comment is
    kept only where its box is ticked; `texts`: a folder of translation files beside those that come along;
    `nightly`: when (HH:MM, UTC) retention and learning run."""

    company: str = ""
    sender: Line | None = msgspec.field(default=None, name="from")
    enough: Annotated[int, Meta(ge=1)] = ENOUGH
    notice: Words = {}
    consent: Words = {}
    texts: str | None = None
    retention: Retention = Retention()
    follow_ups: FollowUps = FollowUps()
    nightly: Annotated[
        str, worded(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", 'a time in quotes, such as "03:00"')
    ] = "03:00"


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A survey that may be sent: `name` (csat, nps, ces, or an own one), scored as `kind` on `first` to
    `scale`. Spans in µs: `delay` after the resolution, `expires` after it was sent, `cooldown` since the
    customer was last asked anything, `reminder` after it was sent (None: no reminder)."""

    name: str
    kind: Kind
    match: Match
    delay: int
    expires: int
    cooldown: int
    reminder: int | None
    scale: int
    languages: tuple[str, ...]
    deliver: Delivery
    webhook: WebhookConfig | None = None
    question: Mapping[str, str] = field(default_factory=dict)
    lowest: Mapping[str, str] = field(default_factory=dict)
    highest: Mapping[str, str] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """The worst point of its scale."""
        return FIRST[self.kind]

    def language(self, locale: str | None) -> str:
        """The language in which to ask somebody of `locale` (`tr-TR`)."""
        wanted = (locale or "").lower().partition("-")[0].partition("_")[0]
        return wanted if wanted in self.languages else self.languages[0]


def questionnaires(section: object, deliver: Delivery = "link") -> dict[str, Questionnaire]:
    """The questionnaires of the `surveys` section (None: nobody is asked), in its order; `deliver` is how
    those reach customers that don't say it. Raises ConfigInvalid."""
    written = _typed(section, dict[SurveyName, SurveyConfig])
    return {name: _questionnaire(name, config, deliver) for name, config in (written or {}).items()}


def feedback_config(section: object) -> FeedbackConfig:
    """The `feedback` section (None: as it comes). Raises ConfigInvalid."""
    return _typed(section, FeedbackConfig, "feedback") or FeedbackConfig()


def _typed(section: object, shape: type[_Section], name: str = "surveys") -> _Section | None:
    if section is None:
        return None
    try:
        return convert(section, shape)
    except Objection as wrong:
        raise ConfigInvalid(f"{name}{wrong.place}: {wrong.what}") from None


def _questionnaire(name: str, config: SurveyConfig, deliver: Delivery) -> Questionnaire:
    path = f"surveys.{name}"
    if name in RESERVED:
        raise ConfigInvalid(f"{path}: {name} names another measure; call the question set otherwise")
    kind: Any = config.kind or name
    if kind not in USUAL:
        raise ConfigInvalid(f"{path}.kind: write csat, nps or ces: it says how {name} is scored")
    if name in USUAL and kind != name:
        raise ConfigInvalid(f"{path}.kind: {name} is scored as {name}; give the question set its own name")
    if name not in USUAL and set(config.languages) - config.question.keys():
        raise ConfigInvalid(f"{path}.question: write it in each of {', '.join(config.languages)}")
    if config.deliver == "webhook" and config.webhook is None:
        raise ConfigInvalid(f"{path}.webhook: write url: env:NAME and secret: env:NAME of the receiver")
    scale = config.scale or USUAL[kind]
    if scale <= FIRST[kind] or (kind == "nps" and scale != USUAL["nps"]):
        raise ConfigInvalid(f"{path}.scale: {scale} is no scale of {kind}; usual is {USUAL[kind]}")
    return Questionnaire(
        name=name,
        kind=kind,
        match=config.match,
        delay=span_seconds(config.delay) * SECOND,
        expires=span_seconds(config.expires) * SECOND,
        cooldown=span_seconds(config.cooldown) * SECOND,
        reminder=None if config.reminder is None else span_seconds(config.reminder) * SECOND,
        scale=scale,
        languages=tuple(config.languages),
        deliver=config.deliver or deliver,
        webhook=config.webhook,
        question=config.question,
        lowest=config.lowest,
        highest=config.highest,
    )


def fits(match: Match, source: str, team: str | None, channel: str | None, tags: Sequence[str]) -> bool:
    """Whether a ticket with these labels is asked about by questionnaires with this `match`."""
    return (
        (not match.source or source in match.source)
        and (not match.team or team in match.team)
        and (not match.channel or channel in match.channel)
        and (not match.tags or not set(match.tags).isdisjoint(tags))
    )
