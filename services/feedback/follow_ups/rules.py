"""Which follow-ups there are: opened by what customers say, withdrawn when it no longer stands (pure).

- `detractor`: an answer whose score is low (see `low`). An edit that raises it withdraws the follow-up unless
  somebody has been in touch already; lowered again, the same one is open again. Its time runs since the score
  has been low without a break: an edit that leaves it low gives nobody more time.
- `mention`: a mention, an exit, or the remark beside an answer, that reads as negative, or in which much is
  at stake (severity medium or high) unless it reads as positive. Tone alone raises nothing.

What is older than `LATE` when it is first seen opens nothing: an import of history is no alarm. While a
ticket has left all counts its follow-ups are withdrawn. The result depends on what was said, whatever order
it came in.
"""

import hashlib
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Final, Literal, NamedTuple

from msgspec.structs import replace

from events.instants import SECOND
from feedback.cases.case import Answer, Case, FollowUp, Voice
from feedback.cases.customer import Customer
from feedback.config import FollowUps
from feedback.follow_ups.low import is_low
from feedback.moods.baseline import is_usual
from feedback.sentiment.reading import Reading
from runtime.config import span_seconds

LATE: Final = 7 * 86_400 * SECOND
HABIT: Final = "habit"
"""The mark, among the stages told, of a follow-up whose opening is nobody's news."""
FORGOTTEN: Final = "forgotten"
"""The mark of a follow-up whose customer is erased: nobody can be contacted about it any more."""
_SERIOUS: Final = ("medium", "high")


class _Bad(NamedTuple):
    """Something said that somebody has to take up. `moments` (µs): since when it has been so, the earliest
    first; `habit`: its writer always speaks like this."""

    rule: Literal["detractor", "mention"]
    thing: Answer | Voice
    moments: tuple[int, ...]
    habit: bool = False


def followed(case: Case, rules: FollowUps, now: int, customers: Mapping[str, Customer]) -> Case:
    """`case` with the follow-ups that it asks for at `now` (µs) under `rules`.

    `customers`, by pseudonym, say how who wrote usually does. What is settled already stays as it is.
    """
    if not (case.answers or case.voices or case.follow_ups):
        return case
    bad = {} if case.excluded else {one.thing.id: one for one in _bad(case, customers)}
    known = {follow_up.about for follow_up in case.follow_ups}
    follow_ups = [_kept(case, one, bad.get(one.about), rules, now) for one in case.follow_ups]
    for about, one in bad.items():
        if about not in known and one.moments[-1] >= now - LATE:
            follow_ups.append(_opened(case, one, rules, now))
    return replace(case, follow_ups=tuple(sorted(follow_ups, key=lambda follow_up: follow_up.id)))


def follow_up_id(case: Case, about: str) -> str:
    """The id of the follow-up about the answer or voice `about` of `case`."""
    return hashlib.sha256(f"{case.key}\0{about}".encode()).hexdigest()[:32]


def _bad(case: Case, customers: Mapping[str, Customer]) -> Iterator[_Bad]:
    for answer in case.answers:
        if moments := _low_moments(answer):
            yield _Bad("detractor", answer, moments)
    for voice in case.voices:
        if voice.kind != "report" and voice.reading is not None and _needs_somebody(voice.reading):
            yield _Bad("mention", voice, (voice.at,), _is_habit(voice, voice.reading, customers))


def _low_moments(answer: Answer) -> tuple[int, ...]:
    """The moments of its latest revisions, as far back as all of them are low."""
    low = takewhile(lambda one: is_low(answer.survey, one.score, answer.scale), reversed(answer.revisions))
    return tuple(revision.at for revision in low)[::-1]


def _needs_somebody(reading: Reading) -> bool:
    return reading.label == "negative" or (reading.label != "positive" and reading.severity in _SERIOUS)


def _is_habit(voice: Voice, reading: Reading, customers: Mapping[str, Customer]) -> bool:
    writer = customers.get(voice.customer or "")
    if voice.kind != "mention" or writer is None or reading.severity in _SERIOUS:
        return False
    return is_usual(writer.moods, voice.at, reading.polarity)


def _opened(case: Case, bad: _Bad, rules: FollowUps, now: int) -> FollowUp:
    since = next(at for at in bad.moments if at >= now - LATE)
    return FollowUp(
        id=follow_up_id(case, bad.thing.id),
        rule=bad.rule,
        about=bad.thing.id,
        owner=_owner(case, bad.thing, rules),
        opened_at=since,
        due_at=since + _span(bad.rule, rules),
        told=(HABIT,) if bad.habit else (),
    )


def _kept(case: Case, follow_up: FollowUp, bad: _Bad | None, rules: FollowUps, now: int) -> FollowUp:
    if follow_up.state == "contacted" or FORGOTTEN in follow_up.told:
        return follow_up
    if bad is None:
        return replace(follow_up, state="withdrawn")
    earliest = min(follow_up.opened_at, now - LATE)
    since = next((at for at in bad.moments if at >= earliest), follow_up.opened_at)
    due_at = follow_up.due_at if since == follow_up.opened_at else since + _span(bad.rule, rules)
    # What somebody decided about it isn't undone by what becomes of the ticket.
    owner = follow_up.owner if follow_up.notes else _owner(case, bad.thing, rules)
    return replace(follow_up, state="open", opened_at=since, due_at=due_at, owner=owner)


def _owner(case: Case, thing: Answer | Voice, rules: FollowUps) -> str | None:
    of_ticket = () if case.ticket is None else (case.ticket.assignee, case.ticket.team)
    said = (thing.agent if isinstance(thing, Answer) else None, thing.team)
    return next((name for name in (*of_ticket, *said) if name), rules.owner)


def _span(rule: Literal["detractor", "mention"], rules: FollowUps) -> int:
    return span_seconds(rules.detractor if rule == "detractor" else rules.mention) * SECOND
