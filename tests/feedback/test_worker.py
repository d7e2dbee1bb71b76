"""The feedback worker's handlers in real transactions: what is told, in whatever order."""

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pymongo import MongoClient

from feedback.audit import verify
from feedback.cases.case import Case
from feedback.customers import UNSUBSCRIBED
from feedback.store import database_name
from harness.handling import HER, SURVEYS, Handling, acted, resolved, send
from harness.voices import facts, said, us


@pytest.fixture
def worker(mongo: MongoClient[Any], database: str) -> Handling:
    return Handling(mongo, database_name(database), SURVEYS, us(3))


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
    send(worker)
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


def begin(worker: Handling) -> None:
    """Nothing has happened yet."""
    for name in ("cases", "customers", "rollups", "totals", "letters"):
        worker.store.database[name].delete_many({})
    worker.restart_ids()
    worker.now = us(31)


def kept(worker: Handling) -> list[Case]:
    """All cases, in order; the aggregates are theirs. A follow-up that was opened and withdrawn since is the
    record of an alert: there is none where nobody had to be told."""
    assert verify(worker.store) == []
    found = worker.store.cases(d["_id"] for d in worker.everything()["cases"])
    return [
        replace(case, follow_ups=tuple(one for one in case.follow_ups if one.state != "withdrawn"))
        for _, case in sorted(found.items())
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_facts_and_answers_in_any_order_and_any_batches_give_equal_cases(
    worker: Handling, data: st.DataObject
) -> None:
    begin(worker)
    worker.tell(*FACTS, *SAID)
    usual = kept(worker)
    said_in = data.draw(st.permutations([*SAID, SAID[0]]))
    before = data.draw(st.lists(st.integers(0, len(said_in)), min_size=3, max_size=3).map(sorted))

    begin(worker)
    start = 0
    for end, one in zip(before, FACTS, strict=True):
        worker.tell_in_batches(said_in[start:end], data.draw(st.integers(1, 4)))
        worker.tell(one)
        start = end
    worker.tell_in_batches(said_in[start:], data.draw(st.integers(1, 9)))

    assert kept(worker) == usual


def test_what_we_asked_may_be_answered_whatever_has_become_of_the_configuration(worker: Handling) -> None:
    loyalty = {"kind": "nps", "delay": "0s", "deliver": "link", "question": {"tr": "?", "en": "?"}}
    worker.configure({"loyalty": loyalty})
    worker.tell(facts([(0, 2)]))
    worker.elapse(us(3))
    [survey] = worker.case().surveys
    worker.configure(SURVEYS)

    answer = said("rated", 30, f"survey:{survey.id}:1", survey="nps", score=9, question="loyalty")
    outcome = worker.batch(answer)

    assert outcome.dead == []
    assert [(one.name, one.latest.score) for one in worker.case().answers] == [("loyalty", 9)]
