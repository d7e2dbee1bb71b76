"""Surveys whose letters wait to be sent, with couriers on a clock that a test moves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace
from prometheus_client import CollectorRegistry
from pymongo import MongoClient

from events.instants import SECOND
from feedback.cases.case import Case, Survey, Ticket
from feedback.config import Questionnaire, feedback_config, questionnaires
from feedback.letters.box import LetterBox
from feedback.letters.courier import Courier
from feedback.letters.ledger import Ledger
from feedback.letters.letter import Letter, letter
from feedback.letters.mail import Letterhead, letterhead
from feedback.letters.post import Post
from feedback.letters.smtp import Patience, Smtp
from feedback.letters.smtp_url import mail_server
from feedback.letters.telemetry import Telemetry
from feedback.letters.way import Way
from feedback.letters.words import letter_texts
from feedback.store import Change, Store
from harness.alerting import Clock
from harness.mail_server import MailServer
from privacy.seal import Unopened, new_key_pair, opener, sealer

DAY = 86_400 * SECOND
MINUTE = 60 * SECOND
SHARD = 7
PUBLIC, PRIVATE = new_key_pair()
ADDRESS = "ayse@customer.example"
SECRET_LINK = "https://ask.acme.example/s/S3CRET-TOKEN"
SURVEYS = {
    "csat": {"reminder": "3d", "deliver": "mail"},
    "ces": {"deliver": "mail"},
    "loyalty": {"kind": "nps", "deliver": "mail", "question": {"tr": "Bizi?", "en": "Us?"}},
    "hooked": {
        "kind": "csat",
        "deliver": "webhook",
        "webhook": {"url": "env:HOOK", "secret": "env:HOOK_SECRET"},
        "question": {"tr": "Nasıldı?", "en": "How?"},
    },
}
KNOWN = questionnaires(SURVEYS)
HEAD = letterhead(
    feedback_config({"company": "Acme", "from": "Acme Destek <destek@acme.example>"}),
    letter_texts(["tr", "en"]),
)


def link(survey: str, expires_at: int) -> str:
    """The page of `survey`."""
    return f"{SECRET_LINK}-{survey}-{expires_at}"


def a_case(number: int = 1, name: str = "csat", at: int = 0, **changes: Any) -> Case:
    """A resolved ticket whose survey was decided to be sent at `at` (µs)."""
    questionnaire = KNOWN[name]
    survey = Survey(
        id=f"survey{number}",
        name=name,
        resolved_at=at - DAY,
        due_at=at,
        state="ready",
        decided_at=at,
        remind_at=None if questionnaire.reminder is None else at + questionnaire.reminder,
        expires_at=at + questionnaire.expires,
        locale="tr-TR",
    )
    contact = sealer(PUBLIC)(f"customer{number}@customer.example")
    ticket = Ticket(version=1, created_at=at - 2 * DAY, contact=contact)
    return Case(
        source="acme",
        subject=str(5000 + number),
        owner="tickets/0",
        ticket=ticket,
        surveys=(replace(survey, **changes),),
    )


def a_letter(case: Case, kind: Any = "first", **changes: Any) -> Letter:
    """The letter that brings the survey of `case`."""
    return replace(letter(case, case.surveys[0], KNOWN[case.surveys[0].name], kind), **changes)


def by_mail(
    url: str, head: Letterhead = HEAD, known: dict[str, Questionnaire] = KNOWN, *, taking: float = 10.0
) -> Post:
    """The way by the mail server at `url`, which is waited for so many seconds to have taken a mail."""
    smtp = Smtp(mail_server(url), Patience(step=10.0, taking=taking))
    return Post(smtp, head, known, opened, link)


def opened(sealed: str) -> str | None:
    """What was sealed for PUBLIC, None for anything else."""
    try:
        return opener(PRIVATE)(sealed)
    except Unopened:
        return None


@dataclass
class Office:
    """The letters of surveys in a database of the test's own, and their couriers."""

    mongo: MongoClient[dict[str, Any]]
    name: str
    clock: Clock = field(default_factory=Clock)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def __post_init__(self) -> None:
        self.store = Store(self.mongo, self.name)
        self.store.prepare()
        self.box = LetterBox(self.store.database)
        self.box.prepare()
        self.telemetry = Telemetry(self.registry)

    def decide(self, *cases: Case, kind: str = "first") -> None:
        """As the worker does: write the cases and put their letters in, in one transaction."""

        def work(session: Any) -> None:
            known = self.store.cases([case.key for case in cases], session)
            self.store.write([Change(known.get(case.key), case) for case in cases], SHARD, session)
            self.box.put([a_letter(case, kind) for case in cases], session)

        self.store.transact(work)

    def withdraw(self, case: Case, reason: Any = "reopened") -> None:
        """As the worker does: withhold the survey and withdraw its letter, in one transaction."""

        def work(session: Any) -> None:
            old = self.store.cases([case.key], session)[case.key]
            surveys = tuple(replace(s, state="withheld", reason=reason) for s in old.surveys)
            self.store.write([Change(old, replace(old, surveys=surveys))], SHARD, session)
            self.box.withdraw([survey.id for survey in surveys], session)

        self.store.transact(work)

    def courier(self, way: Way, lane: str = "mail") -> Courier:
        """A courier that its test turns."""
        ledger = Ledger(self.store, self.box, self.telemetry, self.clock)
        return Courier(lane, way, self.box, ledger, self.clock)

    def survey(self, number: int = 1) -> Survey:
        """The survey of the case `number` as it is stored."""
        key = a_case(number).key
        return self.store.cases([key])[key].surveys[0]

    def letters(self) -> dict[str, dict[str, Any]]:
        """The letters as they are stored, by id."""
        return {d["_id"]: d for d in self.store.database["letters"].find()}

    def states(self) -> dict[str, str]:
        """The state of each letter, by id."""
        return {name: document["state"] for name, document in self.letters().items()}

    def count(self, what: str, how: str = "mail") -> float | None:
        """What telemetry counts."""
        return self.registry.get_sample_value(f"helpdesk_survey_letters_{what}_total", {"how": how})


Open = Callable[[], Office]


def turn_all(office: Office, mails: MailServer, span: int = 20 * MINUTE, times: int = 12) -> None:
    """Let a courier do all that can be done while time passes."""
    courier = office.courier(by_mail(mails.url))
    for _ in range(times):
        while courier.turn():
            pass
        office.clock.pass_by(span)
