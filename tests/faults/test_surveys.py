"""The feedback worker is killed again and again while surveys are planned, mailed and answered.

Each customer gets one mail; where the answer of the mail server was lost at most one more, and that is
counted. The aggregates stay the sum of all cases. A failing run names its seed.
"""

import re
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
import requests
from pymongo import MongoClient

from faults.trials import Trial, Try
from feedback import audit
from feedback.store import Store, database_name
from harness import services
from harness.customers import Product, links, product
from harness.transactions import short_transactions
from harness.wait import until
from local.services import FEEDBACK_WORKER
from local.stack import Stack

pytestmark = pytest.mark.fault

CUSTOMERS = 40
KILLS = 6


@pytest.mark.parametrize("seed", [7])
def test_a_worker_killed_at_any_moment_mails_nobody_twice(
    seed: int, broker: Stack, database: str, tmp_path: Path, try_fault: Try
) -> None:
    rng = Random(seed)
    with (
        product(broker, database, tmp_path, delay="0s") as desk,
        MongoClient[dict[str, Any]](broker.mongo) as client,
        short_transactions(client),
        try_fault("the feedback worker killed while it mails", seed=seed) as trial,
    ):
        store = Store(client, database_name(database))
        for number in range(CUSTOMERS):
            desk.resolved(str(number), f"customer-{number}@example.com")
        _kill_at_random(desk, rng, trial)
        _pass_leases(store)
        with services.feedback_worker(desk.env, tmp_path):
            until(lambda: len(_recipients(desk)) == CUSTOMERS, 90, f"all mails, with seed {seed}")
            for mail in list(desk.mails.messages)[:10]:
                five = next(link for link in links(mail) if link.endswith("?r=5"))
                requests.post(five.removesuffix("?r=5"), data={"score": "5", "language": "tr"}, timeout=10)
            until(lambda: _states(store) == {"sent": CUSTOMERS}, 60, "all surveys to be sent")
            until(lambda: desk.figures().get("answers", 0) == len(_answered(desk)), 30, "the answers")

        mails = Counter(_recipients(desk, each=True))
        surveys = _surveys(store)
        assert max(mails.values()) <= 2
        unsure = sum(survey.uncertain for survey in surveys)
        # Where the mail server's answer was lost with its worker, one more mail is the price of none lost.
        doubled = max(0, sum(count - 1 for count in mails.values()) - unsure)
        trial.judge(CUSTOMERS - len(mails), doubled)
        assert audit.verify(store, lambda _done: None) == []


def _kill_at_random(desk: Product, rng: Random, trial: Trial) -> None:
    victim = desk.feedback_worker
    for kill in range(KILLS):
        goal = min(CUSTOMERS - 1, len(desk.mails.messages) + rng.randrange(1, 6))
        until(lambda goal=goal: len(desk.mails.messages) >= goal, 90, f"mail {goal}")  # type: ignore[misc]
        if kill:
            trial.recovered()
        victim.kill()
        trial.over()
        if kill < KILLS - 1:
            started = services.running(FEEDBACK_WORKER, desk.env, desk.logs, ready=False)
            victim = started.__enter__()


def _pass_leases(store: Store) -> None:
    """As if the ten minutes had gone by for which nobody touches the letters of the killed."""
    held = {"state": "waiting", "next_at": {"$gt": 0}}
    # What a killed process left open in a transaction stays locked for a while: the update waits for it.
    store.database["letters"].update_many(held, {"$set": {"next_at": 0}})


def _recipients(desk: Product, *, each: bool = False) -> Any:
    found = [
        match[0]
        for mail in desk.mails.messages
        for match in re.findall(r"(customer-\d+)(@)", str(mail["To"]))
    ]
    return found if each else set(found)


def _answered(desk: Product) -> set[str]:
    return {str(mail["To"]) for mail in list(desk.mails.messages)[:10]}


def _surveys(store: Store) -> list[Any]:
    keys = [document["_id"] for document in store.database["cases"].find({}, {"_id": 1})]
    return [survey for case in store.cases(keys).values() for survey in case.surveys]


def _states(store: Store) -> dict[str, int]:
    return dict(Counter(survey.state for survey in _surveys(store)))
