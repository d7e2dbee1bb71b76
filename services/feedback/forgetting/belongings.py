"""Which parts of a case are about somebody (pure)."""

from collections.abc import Iterator, Mapping, Set
from typing import NamedTuple

from feedback.cases.case import Answer, Case, Voice


class Belongings(NamedTuple):
    """What of a case is somebody's: whether its ticket is, the ids of surveys, and the ids of answers and
    voices with the moment (µs) up to which they are meant."""

    ticket: bool
    surveys: Set[str]
    said: Mapping[str, int]

    @property
    def anything(self) -> bool:
        """Whether it is not nothing."""
        return self.ticket or bool(self.surveys) or bool(self.said)


def belongings(case: Case, people: Set[str], until: int) -> Belongings:
    """What of `case` is about `people` (pseudonyms), and from `until` (µs) or before.

    A survey is as old as its ticket. What was said without a name about a ticket is its requester's, also
    where the requester is forgotten already.
    """
    ticket = case.ticket
    existed = ticket is None or ticket.created_at <= until
    asked = ticket is not None and ticket.requester in people and existed
    nameless_until = max(case.forgotten_until, until if asked else 0)
    surveys = {survey.id for survey in case.surveys if existed and not people.isdisjoint(survey.people)}
    if asked or (ticket is not None and ticket.requester is None and case.forgotten_until):
        surveys |= {survey.id for survey in case.surveys if survey.state == "planned"}
    said: dict[str, int] = {}
    for one in _of_customers(case):
        if one.at <= until and (one.customer in people or one.id in surveys):
            said[one.id] = until
        if one.at <= nameless_until and one.customer is None:
            said[one.id] = nameless_until
    return Belongings(asked, surveys, said)


def _of_customers(case: Case) -> Iterator[Answer | Voice]:
    """What customers said: what employees report isn't theirs."""
    yield from case.answers
    yield from (voice for voice in case.voices if voice.kind != "report")
