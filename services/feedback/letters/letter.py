"""A letter: the wish to bring one survey to its customer (pure)."""

from typing import Literal, TypeAlias

from msgspec import Struct

from feedback.cases.case import Case, Survey
from feedback.config import Questionnaire
from runtime.shapes import prepared

Kind: TypeAlias = Literal["first", "reminder"]
How: TypeAlias = Literal["mail", "webhook"]


@prepared
class Letter(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """The survey `survey` of the case `case`, about the ticket `ticket` of `source`, in `language`.

    `contact` is the customer's address, sealed (mail only). `expires_at`: µs; later there is no use in it.
    The link to the survey page is a secret and no part of it: it is made when the letter is sent.
    """

    id: str
    case: str
    survey: str
    kind: Kind
    how: How
    questionnaire: str
    language: str
    source: str
    ticket: str
    expires_at: int
    contact: str | None = None

    @property
    def lane(self) -> str:
        """The way that it takes: see `lane`."""
        return lane(self.how, self.questionnaire)


def lane(how: How, questionnaire: str) -> str:
    """The name of a way: all mails go one way, each questionnaire's webhook is another."""
    return "mail" if how == "mail" else f"webhook:{questionnaire}"


def letter(case: Case, survey: Survey, questionnaire: Questionnaire, kind: Kind) -> Letter:
    """The letter of `kind` that brings the decided `survey` of `case`. Raises ValueError where the survey
    doesn't expire, or reaches its customer without a letter."""
    if survey.expires_at is None or questionnaire.deliver == "link":
        raise ValueError(f"survey {survey.id} is not to be sent by letter")
    mailed = questionnaire.deliver == "mail"
    return Letter(
        id=survey.id if kind == "first" else f"{survey.id}:{kind}",
        case=case.key,
        survey=survey.id,
        kind=kind,
        how=questionnaire.deliver,
        questionnaire=questionnaire.name,
        language=questionnaire.language(survey.locale),
        source=case.source,
        ticket=case.subject,
        expires_at=survey.expires_at,
        contact=case.ticket.contact if mailed and case.ticket is not None else None,
    )
