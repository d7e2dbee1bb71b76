"""What follows from changed cases and from the passing of time: surveys, letters, follow-ups, alerts.

Everything is written in the transaction of the caller, so that a survey is decided once, its letter is in
the outbox exactly when it is, and nobody is asked twice because two tickets were resolved at once: whoever
decides about a customer writes that customer's document.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from msgspec.structs import replace
from pymongo.client_session import ClientSession

from alerts.alert import Alert
from events.feedback import FeedbackEvent, FeedbackRated
from feedback.cases.asking import Person, asked, noted, passed
from feedback.cases.case import Case, Survey
from feedback.cases.customer import Customer
from feedback.cases.delivery import reached
from feedback.cases.planning import planned, without_contact
from feedback.cases.told import identity
from feedback.config import FollowUps, Questionnaire
from feedback.follow_ups.alerts import told
from feedback.follow_ups.rules import followed
from feedback.forgetting.forget import obeyed
from feedback.letters.letter import Kind, Letter, letter
from feedback.store import Change, Store
from privacy.pseudonym import customer_hash

Tell = Callable[[Sequence[Alert], ClientSession], None]
"""Takes alerts for delivery, in a transaction."""


class Letters(Protocol):
    """Where letters wait to be sent."""

    def put(self, letters: Sequence[Letter], session: ClientSession) -> None:
        """Take `letters`, in the transaction of `session`."""

    def withdraw(self, surveys: Collection[str], session: ClientSession) -> None:
        """Don't send what is not sent yet of these surveys, in the transaction of `session`."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How cases are dealt with: the questionnaires, the rules of follow-ups, the key that makes pseudonyms,
    what opens a sealed address (None where it can't be opened), and what makes ids."""

    known: Mapping[str, Questionnaire]
    rules: FollowUps
    hash_key: bytes
    open_contact: Callable[[str], str | None]
    new_id: Callable[[], str]


class UnknownQuestion(ValueError):
    """An answer to a question set that isn't configured, or is scored in another way."""


class Settler:
    """Does what follows, in `store`; letters go to `letters`, alerts to `tell`."""

    def __init__(self, store: Store, ways: Ways, letters: Letters, tell: Tell) -> None:
        self._store = store
        self._ways = ways
        self._letters = letters
        self._tell = tell
        self.withdraw_letters = letters.withdraw

    def require_question(self, event: FeedbackEvent, case: Case | None) -> None:
        """Raise UnknownQuestion where `event` answers a question set of which nothing is known: its score
        would be counted among scores of another kind. What `case` asked itself may be answered, whatever
        has become of the configuration since."""
        if not isinstance(event, FeedbackRated) or not isinstance(event.data.question, str):
            return
        if case is not None and identity(event.id) in {survey.id for survey in case.surveys}:
            return
        known = self._ways.known.get(event.data.question)
        if known is None or known.kind != event.data.survey:
            raise UnknownQuestion(
                f"data.question: no survey {event.data.question} of kind {event.data.survey} is configured"
            )

    def settle(
        self,
        changes: Iterable[Change],
        now: int,
        shard: int,
        session: ClientSession,
        customers: Mapping[str, Customer],
    ) -> None:
        """Write `changes`, with the surveys and follow-ups that they lead to at `now` (µs)."""
        settled, alerts, dropped = [], [], set()
        for change in changes:
            case = planned(reached(change.new), self._ways.known, now, self._ways.new_id)
            # What names somebody who is erased is followed, marked, and told to nobody.
            kept = obeyed(followed(case, self._ways.rules, now, customers), customers)
            news, case = told(kept, now)
            alerts += news
            dropped |= _withdrawn(change.old, case)
            settled.append(Change(change.old, without_contact(case)))
        self._store.write(settled, shard, session)
        if dropped:
            self._letters.withdraw(dropped, session)
        if alerts:
            self._tell(alerts, session)

    def pass_time(self, cases: Collection[Case], now: int, shard: int, session: ClientSession) -> None:
        """Do what has fallen due in `cases` by `now` (µs)."""
        people = {case.key: self._person(case) for case in cases}
        names = {name for person in people.values() for name in person.pseudonyms}
        names |= {name for case in cases for survey in case.surveys for name in survey.people}
        customers = self._store.customers(names, session)
        known = dict(customers)
        letters: list[Letter] = []
        alerts: list[Alert] = []
        changes = []
        for case in cases:
            decided = self._decided(case, people[case.key], known, now, letters)
            after, reminders = passed(decided, now, known, self._ways.known)
            letters += [self._letter(after, survey, "reminder") for survey in reminders]
            news, after = told(after, now)
            alerts += news
            changes.append(Change(case, without_contact(after)))
        self._store.write(changes, shard, session)
        self._store.save_customers([c for name, c in known.items() if customers.get(name) != c], session)
        self._letters.put(letters, session)
        if alerts:
            self._tell(alerts, session)

    def _decided(
        self, case: Case, person: Person, known: dict[str, Customer], now: int, letters: list[Letter]
    ) -> Case:
        """`case` with all surveys that are due decided; who is asked is noted in `known`."""
        surveys = []
        for survey in case.surveys:
            after = survey
            if survey.state == "planned" and survey.due_at <= now:
                after = asked(case, survey, person, known, self._ways.known, now)
            if after.state in ("ready", "sent") and survey.state == "planned":
                known |= {customer.id: customer for customer in noted(known, person.pseudonyms, now)}
                if after.state == "ready":
                    letters.append(self._letter(case, after, "first"))
            surveys.append(after)
        return replace(case, surveys=tuple(surveys))

    def _person(self, case: Case) -> Person:
        ticket = case.ticket
        contact = None if ticket is None else ticket.contact
        address = None if contact is None else self._ways.open_contact(contact)
        names = [] if ticket is None or ticket.requester is None else [ticket.requester]
        if address is not None:
            names.append(customer_hash(address.strip().lower(), self._ways.hash_key))
        return Person(tuple(dict.fromkeys(names)), address is not None)

    def _letter(self, case: Case, survey: Survey, kind: Kind) -> Letter:
        return letter(case, survey, self._ways.known[survey.name], kind)


def _withdrawn(old: Case | None, new: Case) -> set[str]:
    """The surveys whose letters, the first or a reminder, are not to be sent any more."""
    before = {} if old is None else {survey.id: survey for survey in old.surveys}
    return {survey.id for survey in new.surveys if _ends(before.get(survey.id), survey, old, new)}


def _ends(before: Survey | None, after: Survey, old: Case | None, new: Case) -> bool:
    if before is None or old is None:
        return False
    if after.state == "withheld":
        return before.state == "ready"
    answered = old.answer(after.id) is None and new.answer(after.id) is not None
    return answered or (before.remind_at is not None and after.remind_at is None)
