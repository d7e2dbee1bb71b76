"""The feedback worker's handlers in real transactions: who is asked, once, and what ends that."""

import threading
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from feedback.audit import verify
from feedback.cases.case import Case
from feedback.customers import SUBSCRIBED, UNSUBSCRIBED
from feedback.letters.box import LetterBox
from feedback.letters.ledger import Ledger
from feedback.letters.telemetry import Telemetry
from feedback.store import database_name
from harness.handling import HASH_KEY, Handling, acted
from harness.voices import HOUR, facts, said, us
from privacy.pseudonym import customer_hash
from prometheus_client import CollectorRegistry

HER = "a1" * 16
ADDRESS = "ayse@example.org"
PSEUDONYM = customer_hash(ADDRESS, HASH_KEY)
SURVEYS = {"csat": {"delay": "24h", "reminder": "3d"}}
DUE = us(26)


@pytest.fixture
def worker(mongo: MongoClient[Any], database: str) -> Handling:
    return Handling(mongo, database_name(database), SURVEYS, us(3))


def resolved(ticket: str = "7", **fields: Any) -> Any:
    return facts([(0, 2)], ticket=ticket, **({"requester": HER, "contact": ADDRESS} | fields))


def deliver(worker: Handling, now: int) -> None:
    """Have the next letter reach its customer, as the courier notes it."""
    box = LetterBox(worker.store.database)
    claim = box.claim("mail", now)
    assert claim is not None
    assert box.mark(claim, now)
    Ledger(worker.store, box, Telemetry(CollectorRegistry()), lambda: now).sent(claim, now)


def asked(worker: Handling) -> None:
    """Ticket 7 is resolved, and its survey is in the outbox."""
    worker.tell(resolved())
    worker.elapse(DUE)
    assert worker.states("7") == ["ready"]


def sent(worker: Handling) -> None:
    """The same, and the mail has reached her."""
    asked(worker)
    deliver(worker, DUE)
    assert worker.states("7") == ["sent"]


def test_a_resolved_ticket_is_asked_about_when_its_time_has_come(worker: Handling) -> None:
    worker.tell(resolved())
    assert worker.states("7") == ["planned"]
    assert not worker.tickets.is_due(0, DUE - 1)

    worker.elapse(DUE)

    assert worker.letters() == {"s1": "waiting"}
    assert worker.case().surveys[0].people == (HER, PSEUDONYM)
    known = worker.store.customers([HER, PSEUDONYM])
    assert {name: one.asked_at for name, one in known.items()} == {HER: DUE, PSEUDONYM: DUE}


def test_of_two_tickets_of_one_customer_that_are_due_together_one_is_asked_about(worker: Handling) -> None:
    worker.batch(resolved("7"), resolved("8", requester="elsewhere"))

    worker.elapse(DUE)

    assert sorted(worker.states("7", "8")) == ["cooldown", "ready"]
    assert len(worker.letters()) == 1


def test_of_two_that_are_due_in_two_partitions_at_once_one_is_asked_about(worker: Handling) -> None:
    worker.tell(resolved("7"))
    worker.tell(resolved("8"), partition=1)
    both = threading.Barrier(2, timeout=10)
    failed: list[str] = []

    def elapse(partition: int) -> None:
        def work(session: Any) -> None:
            worker.store.customers([HER], session)  # the snapshot is taken
            both.wait()
            worker.tickets.elapse(partition, DUE, session)
            both.wait()

        try:
            worker.transact(work)
        except (PyMongoError, threading.BrokenBarrierError) as error:
            both.abort()
            failed.append(type(error).__name__)

    threads = [threading.Thread(target=elapse, args=(partition,)) for partition in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed, "both decided without knowing of each other"

    for partition in (0, 1):
        worker.elapse(DUE, partition)
    assert sorted(worker.states("7", "8")) == ["cooldown", "ready"]
    assert len(worker.letters()) == 1


@pytest.mark.parametrize("name", [HER, PSEUDONYM])
def test_who_opted_out_before_the_time_is_not_asked(worker: Handling, name: str) -> None:
    worker.tell(resolved(), acted(UNSUBSCRIBED, 5, name))

    worker.elapse(DUE)

    assert worker.states("7") == ["opted_out"]
    assert not worker.letters()


def test_who_opts_out_while_the_mail_waits_gets_none(worker: Handling) -> None:
    asked(worker)

    worker.tell(acted(UNSUBSCRIBED, 27, PSEUDONYM))

    assert worker.states("7") == ["opted_out"]
    assert worker.letters() == {"s1": "withdrawn"}
    assert ADDRESS not in str(worker.everything())


def test_who_opts_out_while_the_reminder_waits_or_before_gets_none(worker: Handling) -> None:
    sent(worker)
    worker.elapse(DUE + 72 * HOUR)
    assert worker.letters()["s1:reminder"] == "waiting"

    worker.tell(acted(UNSUBSCRIBED, 110, HER))

    assert worker.states("7") == ["sent"]
    assert worker.letters() == {"s1": "sent", "s1:reminder": "withdrawn"}
    assert ADDRESS not in str(worker.everything())


def test_a_wish_that_was_taken_back_stops_nothing(worker: Handling) -> None:
    asked(worker)

    worker.batch(acted(UNSUBSCRIBED, 10, HER), acted(SUBSCRIBED, 11, HER))
    worker.tell(acted(UNSUBSCRIBED, 9, HER))

    assert worker.letters() == {"s1": "waiting"}


@pytest.mark.parametrize(
    "later", [{}, {"nps": {}}, {"csat": {"deliver": "link"}}], ids=["none", "other", "link"]
)
def test_no_reminder_is_sent_of_a_survey_that_is_configured_no_more(worker: Handling, later: Any) -> None:
    sent(worker)
    worker.configure(later)

    worker.elapse(DUE + 72 * HOUR)

    assert worker.letters() == {"s1": "sent"}
    worker.elapse(DUE + 15 * 24 * HOUR)
    assert worker.states("7") == ["closed"]


def test_who_answers_before_the_mail_has_left_was_asked_by_then(worker: Handling) -> None:
    asked(worker)

    worker.tell(said("rated", 27, "survey:s1:1", survey="csat", score=4))

    [survey] = worker.case().surveys
    assert (survey.state, survey.sent_at) == ("sent", us(27))
    assert worker.letters() == {"s1": "withdrawn"}
    assert ADDRESS not in str(worker.everything())
    assert verify(worker.store) == []


def test_the_address_goes_when_nothing_is_to_be_sent_any_more(worker: Handling) -> None:
    worker.configure({"csat": {"delay": "24h"}})
    sent(worker)

    assert ADDRESS not in str(worker.everything())


def test_the_address_goes_with_the_answer_though_a_reminder_was_meant(worker: Handling) -> None:
    sent(worker)
    assert ADDRESS in str(worker.everything())

    worker.tell(said("rated", 27, "survey:s1:1", survey="csat", score=4))

    assert ADDRESS not in str(worker.everything())


def test_a_worker_that_was_down_for_days_asks_nobody_late(worker: Handling) -> None:
    worker.tell(resolved())

    worker.elapse(DUE + 73 * HOUR)

    assert worker.states("7") == ["too_late"]
    assert not worker.letters()


def test_a_reopened_ticket_takes_the_waiting_mail_back(worker: Handling) -> None:
    asked(worker)

    worker.tell(facts([(0, 2), (27, None)], version=2, requester=HER, contact=ADDRESS))

    assert worker.states("7") == ["reopened"]
    assert worker.letters() == {"s1": "withdrawn"}
    assert ADDRESS not in str(worker.everything())


GOOD = said("rated", 30, "r1", survey="csat", score=5)
DEAD = {
    b"{": "invalid",
    msgspec.json.encode(said("rated", 30, "r2", survey="csat", score=6)): "out_of_scale",
    msgspec.json.encode(said("rated", 30, "r3", survey="nps", score=6, question="gone")): "unknown_question",
    msgspec.json.encode(said("rated", 30, "r4", survey="nps", score=6, question="csat")): "unknown_question",
}


def test_what_can_not_be_taken_is_dead_with_its_reason_and_the_rest_counts(worker: Handling) -> None:
    outcome = worker.batch(*DEAD, GOOD)

    assert {dead.record.value: dead.reason for dead in outcome.dead} == DEAD
    assert [answer.id for answer in worker.case().answers] == ["r1"]
    assert outcome.counts == {"handled": 1, "duplicate": 0}


def test_facts_that_contradict_themselves_are_dead_and_stop_nobody(worker: Handling) -> None:
    broken = msgspec.json.encode(resolved("9", credited=[["ayse"], ["mehmet"]]))

    outcome = worker.facts(b"[]", broken, b"", msgspec.json.encode(resolved()))

    assert [dead.reason for dead in outcome.dead] == ["invalid", "invalid"]
    assert worker.states("7") == ["planned"]


def test_several_answers_in_one_case_are_all_handled_and_only_repeated_ones_are_duplicates(
    worker: Handling,
) -> None:
    edited = [said("rated", 30 + n, f"survey:s1:{n}", survey="csat", score=n + 1) for n in range(3)]

    assert worker.batch(*edited).counts == {"handled": 3, "duplicate": 0}
    assert worker.batch(*edited, GOOD).counts == {"handled": 1, "duplicate": 3}


BATCH = [
    said("rated", 27, "survey:s1:1", survey="csat", score=1, comment="çok kötü", customer=HER),
    said("rated", 28, "survey:s1:2", survey="csat", score=2, comment="berbat", customer=HER),
    said("mentioned", 29, "m1", "post-1", text="rezalet bir hizmet", channel="x", author=HER),
    said("exited", 29, "x1", HER, customer=HER, reason="price", comment="pahalı"),
    acted(UNSUBSCRIBED, 30, HER),
]


def test_a_batch_that_is_told_again_changes_nothing(worker: Handling) -> None:
    sent(worker)
    worker.batch(*BATCH)
    before = worker.everything()

    outcome = worker.batch(*BATCH)
    worker.tell(resolved())

    assert worker.everything() == before
    assert outcome.counts["duplicate"] == 4
    assert verify(worker.store) == []


FACTS = [
    facts([(0, None)], requester=HER, version=1),
    facts([(0, 2)], requester=HER, version=2),
    facts([(0, 2), (5, 9)], requester=HER, version=4, team="orders", credited=[["ayse"], ["mehmet"]]),
]
SAID = [
    *BATCH[:3],
    said("rated", 10, "rated:1:x", survey="nps", score=9, team="one", agent="ali"),
    said("rated", 11, "rated:1:y", survey="nps", score=3, team="two"),
    said("mentioned", 6, "mentioned:9:a", text="berbat", channel="x"),
    said("mentioned", 6, "mentioned:9:b", text="harika, teşekkürler", channel="x"),
    said("reported", 7, "e1", subject="team", team="billing", score=2),
]


def kept(worker: Handling) -> list[Case]:
    """All cases, sorted; then the store is empty again."""
    names = [d["_id"] for d in worker.everything()["cases"]]
    found = worker.store.cases(names)
    for name in ("cases", "customers", "rollups", "totals", "letters"):
        worker.store.database[name].delete_many({})
    worker.configure(SURVEYS)
    return [found[name] for name in sorted(found)]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_facts_and_answers_in_any_order_and_any_batches_give_equal_cases(
    worker: Handling, data: st.DataObject
) -> None:
    worker.now = us(31)
    worker.restart_ids()
    worker.tell(*FACTS, *SAID)
    usual = kept(worker)

    worker.restart_ids()
    said_in = data.draw(st.permutations([*SAID, SAID[0]]))
    facts_at = sorted(data.draw(st.tuples(*[st.integers(0, len(said_in))] * len(FACTS))))
    rest = list(zip(facts_at, FACTS, strict=True))
    position = 0
    while position < len(said_in) or rest:
        while rest and rest[0][0] <= position:
            worker.tell(rest.pop(0)[1])
        size = data.draw(st.integers(1, 4))
        if position < len(said_in):
            worker.batch(*said_in[position : position + size])
        position += size

    assert verify(worker.store) == []
    assert kept(worker) == usual
