"""The network fails between the feedback web and its parts: a customer always gets a page, what the page
thanked for counts once, and what it asked to send again at most once."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from faults.customers import Customers
from faults.trials import Try
from faults.troubles import KAFKA, Part, go_through_all
from feedback import audit
from feedback.store import Store, database_name
from harness import services
from harness.customers import links, product
from harness.network import between
from harness.wait import until
from local.stack import Stack

pytestmark = pytest.mark.fault

SEED = 61
CUSTOMERS = 40
MONGODB = Part("MongoDB", "MONGODB_URI")


@pytest.mark.parametrize("part", [MONGODB, KAFKA], ids=lambda part: part.name)
def test_what_a_customer_was_thanked_for_counts_once(
    part: Part,
    broker: Stack,
    database: str,
    mongo: MongoClient[dict[str, Any]],
    tmp_path: Path,
    try_fault: Try,
) -> None:
    store = Store(mongo, database_name(database))
    with product(broker, database, tmp_path, delay="0s") as desk, between(part.address(broker)) as link:
        for number in range(CUSTOMERS):
            desk.resolved(f"{number}", f"customer-{number}@example.com")
        mails = [desk.mail_to(f"customer-{number}@example.com") for number in range(CUSTOMERS)]
        pages = [next(found for found in links(mail) if found.endswith("?r=5")) for mail in mails]
        with (
            services.feedback({**desk.env, part.variable: link.address}, tmp_path) as web,
            Customers(web.port, pages, rate=6) as customers,
            go_through_all(try_fault, f"feedback web and {part.name}", SEED) as troubles,
        ):

            def more_thanks() -> None:
                reached = len(customers.thanked)
                until(lambda: len(customers.thanked) >= reached + 10, 90, "more answers to be taken")

            troubles.happen_to(link, part, more_thanks)
            customers.stop()
            assert customers.puzzled == []
            assert customers.most <= 50, "of an answer no more than fifty revisions are kept"
            until(lambda: customers.thanked <= said(store).keys(), 60, "all that was thanked for")
            until(lambda: desk.figures().get("answers") == CUSTOMERS, 30, "an answer of each customer")
            found = said(store)
            unheard_of = found.keys() - customers.thanked - customers.unsure
            troubles.judge(
                len(customers.thanked - found.keys()), found.total() - len(found) + len(unheard_of)
            )
        assert audit.verify(store, lambda _done: None) == []


def said(store: Store) -> Counter[str | None]:
    """The comments of all answers, and of all that they were before they were changed."""
    names = [document["_id"] for document in store.database["cases"].find({}, {"_id": 1})]
    return Counter(
        revision.comment
        for case in store.cases(names).values()
        for answer in case.answers
        for revision in answer.revisions
    )
