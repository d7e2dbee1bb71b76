"""What the survey page needs, from MongoDB and to Kafka: customers' answers are events like any other.

Nothing is written to the store here: an answer is durable once Kafka has it, and shows once the worker has
read it. What people wrote is redacted before it leaves this process.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET
from pymongo.errors import PyMongoError

from events.codec import encode, key
from events.feedback import (
    Act,
    CustomerActed,
    FeedbackEvent,
    FeedbackMentioned,
    FeedbackRated,
    Mention,
    Rating,
)
from events.instants import moment
from events.topics import FEEDBACK
from feedback.cases.case import Case, Survey
from feedback.cases.told import ASKED, MORE
from feedback.config import Questionnaire, questionnaires
from feedback.customers import UNSUBSCRIBED
from feedback.page.surroundings import Given, Open, Present, Standing
from feedback.scores.scales import USUAL
from feedback.store import Store
from privacy.redact import redact
from streams.publisher import Message, Publisher, Unavailable

PATIENCE = 4.0
"""Seconds that a customer waits for Kafka before the page asks to try again."""
CHANNEL = "survey"
"""The channel of what people say beside an answer."""


_RETIRED = questionnaires({"csat": {}})["csat"]
"""Stands for one that is configured no more: it takes no answers, but its customers may still stop mails."""


class SurveyDesk:
    """The surveys in `store`, by the `known` questionnaires; what customers do goes out by `publisher`."""

    def __init__(self, store: Store, publisher: Publisher, known: Mapping[str, Questionnaire]) -> None:
        self._store = store
        self._publisher = publisher
        self._known = known

    def find(self, survey_id: str) -> Open | None:
        """See Surroundings."""
        found = self._found(survey_id)
        if found is None:
            return None
        case, survey = found
        answer = case.answer(survey_id)
        standing = _standing(survey)
        if survey.name not in self._known and standing == "open":
            standing = "closed"
        return Open(
            questionnaire=self._known.get(survey.name, _RETIRED),
            locale=survey.locale,
            present=None if answer is None else Present(answer.latest.score, answer.latest.comment),
            standing=standing,
        )

    def store(self, survey_id: str, given: Given) -> None:
        """See Surroundings."""
        case, survey = self._require(survey_id)
        questionnaire = self._known[survey.name]
        usual = questionnaire.scale == USUAL[questionnaire.kind]
        rating = Rating(
            survey=questionnaire.kind,
            score=given.score,
            scale=UNSET if usual else questionnaire.scale,
            comment=redact(given.comment) if given.comment else UNSET,
            locale=given.language,
            ticket=case.subject,
            customer=next(iter(survey.people), UNSET),
            question=UNSET if survey.name == questionnaire.kind else survey.name,
        )
        name = f"{ASKED}{survey_id}:{given.at}"
        self._publish([FeedbackRated(**_about(case, name, given.at), data=rating)])

    def add(self, survey_id: str, text: str, language: str, at: int) -> None:
        """See Surroundings."""
        case, survey = self._require(survey_id)
        said = Mention(
            text=redact(text), channel=CHANNEL, customer=next(iter(survey.people), UNSET), locale=language
        )
        self._publish([FeedbackMentioned(**_about(case, f"{MORE}{survey_id}:{at}", at), data=said)])

    def stop(self, survey_id: str, at: int) -> None:
        """See Surroundings."""
        case, survey = self._require(survey_id)
        self._publish(
            [
                CustomerActed(
                    **_about(case, f"stop:{survey_id}:{person}", at),
                    data=Act(customer=person, kind=UNSUBSCRIBED),
                )
                for person in survey.people
            ]
        )

    def _found(self, survey_id: str) -> tuple[Case, Survey] | None:
        try:
            case = self._store.with_survey(survey_id)
        except PyMongoError as error:
            raise Unavailable(f"the store doesn't answer: {type(error).__name__}") from error
        if case is None:
            return None
        return case, next(survey for survey in case.surveys if survey.id == survey_id)

    def _require(self, survey_id: str) -> tuple[Case, Survey]:
        """The survey, which the page has just found."""
        found = self._found(survey_id)
        if found is None:
            raise Unavailable("the survey is gone since the page was asked for")
        return found

    def _publish(self, events: list[FeedbackEvent]) -> None:
        messages = [Message(FEEDBACK, key(e.source, e.subject).encode(), encode(e)) for e in events]
        self._publisher.publish(messages, PATIENCE)


def _about(case: Case, name: str, at: int) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": name,
        "source": case.source,
        "subject": case.subject,
        "time": moment(at),
    }


def _standing(survey: Survey) -> Standing:
    if survey.state in ("ready", "sent"):
        return "open"
    return "erased" if survey.reason == "erased" else "closed"
