"""What a case adds to the aggregates, and what the durable totals count of it once (pure).

Beside the measures of `scores.answers`:

| measure | bucket | amount |
|---|---|---|
| sentiment.answer.<whose>.<label> | the comment, mention or exit | 1 for what was read in it |
| tone.answer.all.<tone>, severity.answer.all.<severity> | the same | 1 |
| mentions.answer.all.n, exits.answer.all.n | the mention; the exit | 1 |
| employee.answer.all.<scale>.<score> | the report | 1 |

A comment counts when its answer was first given. A case whose ticket is excluded adds nothing.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from events.instants import SECOND
from feedback.cases.case import Answer, Case, Cycle, Survey, Voice
from feedback.scores import answers as scored
from feedback.scores.answers import LABELS, Occasion
from feedback.scores.said import EMPLOYEE_SCALE
from feedback.sentiment.reading import Reading
from rollups.amounts import Amounts, Labels, Place, add


def contributions(case: Case, width: int, sign: int, into: Amounts) -> None:
    """Add what `case` contributes to aggregates in buckets of `width` seconds (`sign` 1), or take it back."""
    if case.excluded:
        return
    for answer in case.answers:
        occasion = occasion_of(case, answer)
        latest = answer.latest
        thing = scored.Answer(answer.survey, latest.score, answer.scale, answer.at, occasion, answer.name)
        scored.contribute(thing, width, sign, into)
        _read(latest.reading, answer.at, occasion, width, sign, into)
    for survey in case.surveys:
        if survey.sent_at is not None:
            occasion = _about(case, cycle_of(case, survey.resolved_at), None, None)
            answered = case.answer(survey.id) is not None
            delivery = scored.Delivery(survey.name, survey.sent_at, answered, occasion)
            scored.contribute(delivery, width, sign, into)
    for voice in case.voices:
        _voice(case, voice, width, sign, into)


def counted(case: Case, into: Amounts) -> Case:
    """Add to `into` what the durable totals haven't counted of `case` yet; gives the case that knows."""
    if case.excluded:
        return case
    return replace(
        case,
        answers=tuple(_count_answer(case, answer, into) for answer in case.answers),
        surveys=tuple(_count_survey(case, survey, into) for survey in case.surveys),
        voices=tuple(_count_voice(case, voice, into) for voice in case.voices),
    )


def occasion_of(case: Case, answer: Answer) -> Occasion:
    """What `answer` is about: the resolution that its survey asked about, else the last one before it."""
    survey = next((one for one in case.surveys if one.id == answer.id), None)
    at = answer.at if survey is None else survey.resolved_at
    return _about(case, cycle_of(case, at), answer.team, answer.agent)


def cycle_of(case: Case, at: int) -> Cycle | None:
    """The last cycle of the ticket that was resolved at `at` or before."""
    cycles = () if case.ticket is None else case.ticket.cycles
    return next((c for c in reversed(cycles) if c.resolved is not None and c.resolved <= at), None)


def _about(case: Case, cycle: Cycle | None, team: str | None, agent: str | None) -> Occasion:
    """Where the ticket is known its own labels count, else what was said."""
    ticket = case.ticket
    return Occasion(
        source=case.source,
        team=team if ticket is None else ticket.team,
        channel=None if ticket is None else ticket.channel,
        resolved_at=None if cycle is None else cycle.resolved,
        agents=frozenset(cycle.agents if cycle else [] if agent is None else [agent]),
    )


def _voice(case: Case, voice: Voice, width: int, sign: int, into: Amounts) -> None:
    occasion = _about_voice(case, voice)
    place = _place(voice.at, _labels(occasion), width)
    match voice.kind:
        case "mention" | "exit":
            add(into, place, f"{voice.kind}s.answer.all.n", sign)
            _read(voice.reading, voice.at, occasion, width, sign, into)
        case "report":
            if voice.score is not None:
                add(into, place, f"employee.answer.all.{EMPLOYEE_SCALE}.{voice.score}", sign)


def _about_voice(case: Case, voice: Voice) -> Occasion:
    known = _about(case, None, voice.team, None)
    return Occasion(source=known.source, team=known.team, channel=voice.channel or known.channel)


def _read(reading: Reading | None, at: int, occasion: Occasion, width: int, sign: int, into: Amounts) -> None:
    if reading is None:
        return
    place = _place(at, _labels(occasion), width)
    add(into, place, f"sentiment.answer.all.{reading.label}", sign)
    add(into, place, f"tone.answer.all.{reading.tone}", sign)
    add(into, place, f"severity.answer.all.{reading.severity}", sign)
    for agent in occasion.agents:
        own = _place(at, (*_labels(occasion)[:-1], agent), width)
        add(into, own, f"sentiment.answer.agent.{reading.label}", sign)


def _place(at: int, labels: Labels, width: int) -> Place:
    seconds = at // SECOND
    return Place(seconds - seconds % width, labels)


def _labels(occasion: Occasion) -> Labels:
    return (occasion.source, occasion.team, occasion.channel, None)


def _total(occasion: Occasion) -> Place:
    return Place(0, _labels(occasion)[: len(LABELS) - 1])


def _count_answer(case: Case, answer: Answer, into: Amounts) -> Answer:
    if answer.counted:
        return answer
    place = _total(occasion_of(case, answer))
    add(into, place, f"answers.{answer.name}.{answer.scale}.{answer.latest.score}", 1)
    for measure in _sentiment(answer.latest.reading):
        add(into, place, measure, 1)
    return replace(answer, counted=True)


def _count_survey(case: Case, survey: Survey, into: Amounts) -> Survey:
    if survey.counted or (survey.sent_at is None and survey.state != "withheld"):
        return survey
    outcome = "sent" if survey.sent_at is not None else f"withheld.{survey.reason}"
    occasion = _about(case, cycle_of(case, survey.resolved_at), None, None)
    add(into, _total(occasion), f"surveys.{survey.name}.{outcome}", 1)
    return replace(survey, counted=True)


def _count_voice(case: Case, voice: Voice, into: Amounts) -> Voice:
    if voice.counted:
        return voice
    for measure in _sentiment(voice.reading):
        add(into, _total(_about_voice(case, voice)), measure, 1)
    add(into, _total(_about_voice(case, voice)), f"voices.{voice.kind}", 1)
    return replace(voice, counted=True)


def _sentiment(reading: Reading | None) -> Iterator[str]:
    if reading is not None:
        yield f"sentiment.{reading.label}"
