"""The feedback worker's handlers in real transactions: who is asked, once, and what ends that."""

import threading
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from feedback.audit import verify
from feedback.customers import SUBSCRIBED, UNSUBSCRIBED
from feedback.store import database_name
from harness.forgetting import erasure
from harness.handling import ADDRESS, DUE, HER, PSEUDONYM, SURVEYS, Handling, acted, ask, resolved, send
from harness.voices import HOUR, at, facts, said, us


@pytest.fixture
def worker(mongo: MongoClient[Any], database: str) -> Handling:
    return Handling(mongo, database_name(database), SURVEYS, us(3))


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
    ask(worker)

    worker.tell(acted(UNSUBSCRIBED, 27, PSEUDONYM))

    assert worker.states("7") == ["opted_out"]
    assert worker.letters() == {"s1": "withdrawn"}
    assert ADDRESS not in str(worker.everything())


def test_who_opts_out_while_the_reminder_waits_or_before_gets_none(worker: Handling) -> None:
    send(worker)
    worker.elapse(DUE + 72 * HOUR)
    assert worker.letters()["s1:reminder"] == "waiting"

    worker.tell(acted(UNSUBSCRIBED, 110, HER))

    assert worker.states("7") == ["sent"]
    assert worker.letters() == {"s1": "sent", "s1:reminder": "withdrawn"}
    assert ADDRESS not in str(worker.everything())


def test_a_wish_that_was_taken_back_stops_nothing(worker: Handling) -> None:
    ask(worker)

    worker.batch(acted(UNSUBSCRIBED, 10, HER), acted(SUBSCRIBED, 11, HER))
    worker.tell(acted(UNSUBSCRIBED, 9, HER))

    assert worker.letters() == {"s1": "waiting"}


@pytest.mark.parametrize(
    "later", [{}, {"nps": {}}, {"csat": {"deliver": "link"}}], ids=["none", "other", "link"]
)
def test_no_reminder_is_sent_of_a_survey_that_is_configured_no_more(worker: Handling, later: Any) -> None:
    send(worker)
    worker.configure(later)

    worker.elapse(DUE + 72 * HOUR)

    assert worker.letters() == {"s1": "sent"}
    worker.elapse(DUE + 15 * 24 * HOUR)
    assert worker.states("7") == ["closed"]


def test_who_answers_before_the_mail_has_left_was_asked_by_then(worker: Handling) -> None:
    ask(worker)

    worker.tell(said("rated", 27, "survey:s1:1", survey="csat", score=4))

    [survey] = worker.case().surveys
    assert (survey.state, survey.sent_at) == ("sent", us(27))
    assert worker.letters() == {"s1": "withdrawn"}
    assert ADDRESS not in str(worker.everything())
    assert verify(worker.store) == []


def test_the_address_goes_when_nothing_is_to_be_sent_any_more(worker: Handling) -> None:
    worker.configure({"csat": {"delay": "24h"}})
    send(worker)

    assert ADDRESS not in str(worker.everything())


def test_the_address_goes_with_the_answer_though_a_reminder_was_meant(worker: Handling) -> None:
    send(worker)
    assert ADDRESS in str(worker.everything())

    worker.tell(said("rated", 27, "survey:s1:1", survey="csat", score=4))

    assert ADDRESS not in str(worker.everything())


def test_a_worker_that_was_down_for_days_asks_nobody_late(worker: Handling) -> None:
    worker.tell(resolved())

    worker.elapse(DUE + 73 * HOUR)

    assert worker.states("7") == ["too_late"]
    assert not worker.letters()


def test_a_reopened_ticket_takes_the_waiting_mail_back(worker: Handling) -> None:
    ask(worker)

    worker.tell(facts([(0, 2), (27, None)], version=2, requester=HER, contact=ADDRESS))

    assert worker.states("7") == ["reopened"]
    assert worker.letters() == {"s1": "withdrawn"}
    assert ADDRESS not in str(worker.everything())


def test_a_mail_that_leaves_while_its_customer_is_erased_opens_nothing(worker: Handling) -> None:
    ask(worker)
    claim = worker.box.claim("mail", DUE)
    assert claim is not None
    assert worker.box.mark(claim, DUE)

    worker.tell(erasure(at(27), HER))
    worker.courier_notes(claim)

    [survey] = worker.case().surveys
    assert (survey.state, survey.reason, survey.sent_at, survey.people) == ("closed", "erased", DUE, ())
    assert ADDRESS not in str(worker.everything())
    assert verify(worker.store) == []
