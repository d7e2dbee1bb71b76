"""An erasure obeyed by the worker, in the real store: in whatever order things come, the same is left."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from events.feedback import Act, CustomerActed
from events.instants import micros
from feedback.audit import verify
from feedback.cases.case import Case, Survey
from feedback.cases.customer import Customer
from feedback.forgetting.destructions import KEPT, Destructions
from feedback.forgetting.erase import erase
from feedback.letters.letter import Letter
from feedback.store import Change, database_name
from harness.cases import a_case, a_survey, a_ticket
from harness.forgetting import HER, HIM, Worker, erasure
from harness.voices import at, facts, said, us
from streams.positions import Position, Positions

NOW = us(60)
UNTIL = at(40)
WORDS = ("berbat, iade yok", "harika ekip", "the refund never came", "düzeldi", "geldim yine")
OBEYING = ("customers", "destructions")
"""Where her pseudonym stays, so that the worker goes on obeying."""

EVENTS = [
    facts([(0, 2)], requester=HER, locale="tr", url="https://desk.example/7"),
    facts([(0, 2)], ticket="8", requester=HIM),
    facts([(45, 50)], ticket="9", requester=HER),
    said("rated", 3, "rated:1:a", survey="csat", score=1, customer=HER, comment=WORDS[0], locale="tr"),
    said("rated", 50, "rated:1:b", survey="csat", score=5, customer=HER, comment=WORDS[3]),
    said("rated", 4, "rated:2:a", survey="csat", score=2, comment=WORDS[2]),
    said("rated", 5, "rated:3:a", "8", survey="nps", score=9, customer=HIM, comment=WORDS[1]),
    said("rated", 47, "rated:4:a", "9", survey="csat", score=2, customer=HER, comment=WORDS[4]),
    said("mentioned", 6, "m1", text=WORDS[0], channel="x", author=HER, url="https://x.example/@her"),
    said("mentioned", 55, "m2", text=WORDS[1], channel="x", customer=HER),
    said("exited", 8, "x1", HER, customer=HER, reason="price", comment=WORDS[2]),
]


@pytest.fixture
def worker(mongo: MongoClient[Any], database: str) -> Worker:
    return Worker(mongo, database_name(database), NOW)


def left(worker: Worker) -> tuple[list[Case], list[Customer]]:
    """What is kept of cases (but for what was done about them) and customers; then all is cleared. The
    aggregates are those of the cases."""
    found = worker.documents("cases", "customers")
    assert verify(worker.store) == []
    cases = worker.store.cases([d["_id"] for d in found["cases"]])
    customers = worker.store.customers([d["_id"] for d in found["customers"]])
    for name in ("cases", "customers", "rollups", "totals", "destructions"):
        worker.store.database[name].delete_many({})
    kept = [replace(cases[name], follow_ups=()) for name in sorted(cases)]
    return kept, [customers[name] for name in sorted(customers)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(EVENTS), st.integers(0, len(EVENTS)), st.booleans())
def test_an_erasure_before_among_or_after_the_events_leaves_the_same(
    worker: Worker, order: list[Any], place: int, again: bool
) -> None:
    worker.tell(*EVENTS, erasure(UNTIL))
    usual = left(worker)

    worker.tell(*order[:place], erasure(UNTIL), *order[place:])
    if again:
        worker.tell(erasure(UNTIL), *order)
    other = left(worker)

    assert other == usual


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(EVENTS), st.integers(0, len(EVENTS)))
def test_of_her_nothing_is_left_and_of_others_everything(
    worker: Worker, order: list[Any], place: int
) -> None:
    worker.tell(*order[:place], erasure(at(59)), *order[place:])

    stored = worker.stored_bytes(but=OBEYING).decode("latin-1")
    cases, _ = left(worker)

    assert HER not in stored
    for words in (WORDS[0], WORDS[2], WORDS[3], WORDS[4], "x.example"):
        assert words.encode().decode("latin-1") not in stored
    (his,) = [case for case in cases if case.subject == "8"]
    assert (his.answers[0].customer, his.answers[0].latest.comment) == (HIM, WORDS[1])
    assert all(one.state != "open" for case in cases for one in case.follow_ups)


def test_nobody_is_alerted_about_somebody_who_is_erased(worker: Worker) -> None:
    worker.tell(erasure(at(59)), *EVENTS)

    assert worker.alerts == []


def put(worker: Worker, case: Case, *customers: Customer) -> None:
    """Write it, as the worker once did."""

    def write(session: Any) -> None:
        worker.store.write([Change(None, case)], 0, session)
        worker.store.save_customers(customers, session)

    worker.store.transact(write)


def a_letter(survey: Survey) -> Letter:
    return Letter(
        id=survey.id,
        case="acme/1",
        survey=survey.id,
        kind="first",
        how="mail",
        questionnaire="csat",
        language="tr",
        source="acme",
        ticket="1",
        expires_at=us(500),
        contact="sealed",
    )


def test_all_pseudonyms_of_one_person_are_forgotten_and_their_letters_withdrawn(worker: Worker) -> None:
    survey = a_survey(state="ready", sent_at=None, people=(HIM, "c3" * 16))
    ticket = a_ticket(requester=HIM, contact="sealed", created_at=us(0))
    linked = {HER: HIM, HIM: HER}
    customers = [Customer(id=name, linked=(other,), asked_at=us(2)) for name, other in linked.items()]
    put(worker, a_case(ticket=ticket, surveys=(survey,)), *customers)
    worker.box.put([a_letter(survey)], None)

    worker.tell(erasure(UNTIL, HER))

    left = worker.case("1")
    assert (left.surveys[0].state, left.surveys[0].reason, left.surveys[0].people) == (
        "withheld",
        "erased",
        (),
    )
    assert left.ticket is not None
    assert (left.ticket.requester, left.ticket.contact) == (None, None)
    (letter,) = worker.documents("letters")["letters"]
    assert letter["state"] == "withdrawn"
    assert "contact" not in letter
    assert worker.store.customers([HER, HIM]) == {
        name: Customer(id=name, erased_at=us(40)) for name in (HER, HIM)
    }
    (entry,) = Destructions(worker.store.database).latest(10)
    assert entry.pseudonyms == sorted([HER, HIM])
    assert entry.destroyed == {
        "cases": 1,
        "surveys": 1,
        "answers": 0,
        "voices": 0,
        "follow_ups": 0,
        "customers": 2,
    }


def test_a_wish_not_to_be_asked_outlives_an_erasure_in_either_order(worker: Worker) -> None:
    def unsubscribed(hours: float) -> CustomerActed:
        return CustomerActed(
            specversion="1.0",
            id=f"stop:{hours}",
            source="acme",
            subject="7",
            time=at(hours),
            data=Act(customer=HER, kind="unsubscribed"),
        )

    worker.tell(unsubscribed(3), erasure(UNTIL))
    assert worker.store.customers([HER])[HER].opted_out
    worker.tell(unsubscribed(4))
    assert worker.store.customers([HER])[HER].opted_out


def test_the_record_names_no_more_than_pseudonyms_adds_up_and_ends(worker: Worker) -> None:
    worker.tell(*EVENTS, erasure(UNTIL), erasure(UNTIL))

    (entry,) = Destructions(worker.store.database).latest(10)
    assert entry.destroyed == {
        "cases": 2,
        "surveys": 0,
        "answers": 2,
        "voices": 2,
        "follow_ups": 3,
        "customers": 1,
    }
    assert (entry.what, entry.until, entry.pseudonyms) == ("erasure", UNTIL, [HER])
    indexes = worker.store.database["destructions"].index_information()
    assert indexes["kept"]["expireAfterSeconds"] == KEPT.total_seconds()
    assert not any(words in repr(entry) for words in WORDS)


def test_who_is_storing_something_of_hers_right_now_begins_again(worker: Worker) -> None:
    """A transaction under way can't see the erasure: it must not end beside it."""
    positions = Positions(worker.store.database, "feedback")
    here = Position(topic="t", partition=0, topic_id="t1", offset=0)
    positions.start(here)
    event = erasure(UNTIL)
    with worker.store.client.start_session() as slow, slow.start_transaction():
        assert worker.store.customers([HER], slow) == {}
        worker.store.transact(
            lambda session: erase(worker.store, event, micros(UNTIL), session, worker.box.withdraw)
        )
        with pytest.raises(OperationFailure, match="Write"):
            positions.move(here, replace(here, offset=1), slow)
        slow.abort_transaction()
