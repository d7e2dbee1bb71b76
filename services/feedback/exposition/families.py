"""The table of metric families, and how the numbers of a snapshot fill them (pure)."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, get_args

from prometheus_client import Metric

from feedback.cases.case import Reason
from feedback.exposition.answers import Placed, placed
from feedback.exposition.numbers import Amounts, Numbers
from feedback.scores.measures import Question
from feedback.scores.scales import FIRST, USUAL
from feedback.sentiment.weights import Label
from rollups.exposition import OTHER, Shown, counter, gauge

_LABELS: Final = ("source", "team", "channel")
RULES: Final = ("detractor", "mention")

_RESPONSES: Final = {
    "csat": ("helpdesk_csat_responses", "Answers on 1-5 to how satisfied a customer is, as first given."),
    "nps": ("helpdesk_nps_responses", "Answers on 0-10 to whether a customer recommends us, as first given."),
    "ces": ("helpdesk_ces_responses", "Answers on 1-7 to how easy it was made, as first given."),
}
_QUESTIONS: Final = (
    "helpdesk_question_responses",
    "Answers to the question sets of one's own, each on its scale, as first given.",
)
_OTHER_SCALE: Final = (
    "helpdesk_feedback_other_scale_responses",
    "Answers on another scale than the survey's own, or to a question set that isn't configured.",
)
_SENT: Final = ("helpdesk_surveys_sent", "Surveys that reached their customer.")
_WITHHELD: Final = ("helpdesk_surveys_withheld", "Surveys that were never sent, by the reason.")
_SENTIMENT: Final = (
    "helpdesk_feedback_sentiment",
    "Comments, mentions and exits by what was first read in them.",
)
_VOICES: Final = {
    "mention": ("helpdesk_feedback_mentions", "What was said of us unasked."),
    "exit": ("helpdesk_feedback_exits", "Customers who left."),
}
_FOLLOW_UPS: Final = {
    "open": ("helpdesk_follow_ups_open", "Low scores and bad words about which nobody was in touch yet."),
    "overdue": ("helpdesk_follow_ups_overdue", "Those of them whose deadline has passed."),
}
_FOLDED: Final = (
    "helpdesk_feedback_folded_label_sets",
    "Label sets of which a value is shown as other, because metrics.label_values are shown already.",
)
_TAKEN: Final = (
    "helpdesk_feedback_snapshot_timestamp_seconds",
    "When these numbers were read from the store.",
)
# Not helpdesk_store_up: that one says whether the metrics service reaches its store.
STORE_UP: Final = (
    "helpdesk_feedback_store_up",
    "1 when the feedback store answered the last time it was asked, else 0.",
)


def families(numbers: Numbers, questions: Mapping[str, Question]) -> list[Metric]:
    """The families that `numbers` fill; every label set is in each of them, from 0 on. `questions` are the
    configured question sets by name."""
    answers = {labels: placed(amounts, questions) for labels, amounts in numbers.totals.items()}
    return [
        *_scores(answers),
        _questions(answers.values(), questions),
        _other_scales(answers, questions),
        *_surveys(numbers.totals, questions),
        *_said(numbers.totals),
        *_follow_ups(numbers.follow_ups),
        gauge(_FOLDED, (), [((), numbers.folded)]),
        gauge(_TAKEN, (), [((), numbers.taken_at)]),
    ]


def empty() -> Iterator[Metric]:
    """Every family without a sample."""
    for family in families(Numbers(), {}):
        family.samples.clear()
        yield family


def _scores(answers: Mapping[Shown, Placed]) -> Iterator[Metric]:
    for kind, best in USUAL.items():
        yield counter(
            _RESPONSES[kind],
            (*_LABELS, "score"),
            [
                ((*labels, str(score)), found.scored.get((kind, score), 0))
                for labels, found in answers.items()
                for score in range(FIRST[kind], best + 1)
            ],
        )


def _questions(answers: Iterable[Placed], questions: Mapping[str, Question]) -> Metric:
    found = [one.scored for one in answers]
    samples = [
        ((name, str(score)), sum(scored.get((name, score), 0) for scored in found))
        for name, question in questions.items()
        if name not in USUAL
        for score in range(FIRST[question.kind], question.scale + 1)
    ]
    return counter(_QUESTIONS, ("question", "score"), samples)


def _other_scales(answers: Mapping[Shown, Placed], questions: Mapping[str, Question]) -> Metric:
    names = [*dict.fromkeys((*USUAL, *questions)), OTHER]
    samples = [
        ((*labels, name), found.left_out.get(name, 0)) for labels, found in answers.items() for name in names
    ]
    return counter(_OTHER_SCALE, (*_LABELS, "survey"), samples)


def _surveys(totals: Mapping[Shown, Amounts], questions: Mapping[str, Question]) -> Iterator[Metric]:
    sent, withheld = [], []
    for labels, amounts in totals.items():
        known = _by_survey(amounts, questions)
        for name, outcomes in known.items():
            sent.append(((*labels, name), outcomes.get("sent", 0)))
            withheld += [
                ((*labels, name, reason), outcomes.get(f"withheld.{reason}", 0))
                for reason in get_args(Reason)
            ]
    yield counter(_SENT, (*_LABELS, "survey"), sent)
    yield counter(_WITHHELD, (*_LABELS, "survey", "reason"), withheld)


def _by_survey(amounts: Amounts, questions: Mapping[str, Question]) -> dict[str, Amounts]:
    """What became of surveys, by name; of those that aren't configured together, where there are any."""
    found: dict[str, Amounts] = {name: {} for name in questions}
    for measure, amount in amounts.items():
        kind, _, rest = measure.partition(".")
        if kind == "surveys":
            name, _, outcome = rest.partition(".")
            into = found.setdefault(name if name in questions else OTHER, {})
            into[outcome] = into.get(outcome, 0) + amount
    return found


def _said(totals: Mapping[Shown, Amounts]) -> Iterator[Metric]:
    yield counter(
        _SENTIMENT,
        (*_LABELS, "polarity"),
        [
            ((*labels, polarity), amounts.get(f"sentiment.{polarity}", 0))
            for labels, amounts in totals.items()
            for polarity in get_args(Label)
        ],
    )
    for kind, family in _VOICES.items():
        samples = [(labels, amounts.get(f"voices.{kind}", 0)) for labels, amounts in totals.items()]
        yield counter(family, _LABELS, samples)


def _follow_ups(found: Mapping[Shown, Amounts] | None) -> Iterator[Metric]:
    for state, family in _FOLLOW_UPS.items():
        samples = [
            ((*labels, rule), amounts.get(f"{state}.{rule}", 0))
            for labels, amounts in (found or {}).items()
            for rule in RULES
        ]
        yield gauge(family, (*_LABELS[:2], "rule"), samples)
