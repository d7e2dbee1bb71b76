"""202 means durable: what is on Kafka afterwards."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from events.topics import EVENTS, FEEDBACK
from harness.posting import HASH_KEY, Api, Arrivals
from privacy.pseudonym import customer_hash


def test_an_accepted_event_is_on_kafka_with_its_tickets_key(api: Api, arrivals: Arrivals) -> None:
    event = api.event(
        subject="Ü 12", type="ticket.changed", data={"status": "open", "team": None, "made": "up"}
    )

    assert api.post(event).status_code == 202

    (arrival,) = arrivals(api.source, 1)
    assert (arrival.topic, arrival.key) == (EVENTS, f"{api.source}/Ü 12")
    assert arrival.value == event | {"data": {"status": "open", "team": None}}


def test_feedback_travels_on_its_own_topic(api: Api, arrivals: Arrivals) -> None:
    rating = {"survey": "csat", "score": 5, "customer": "bob"}

    assert api.post(api.event(type="feedback.rated", data=rating)).status_code == 202

    (arrival,) = arrivals(api.source, 1)
    assert arrival.topic == FEEDBACK
    assert arrival.value["data"] == rating | {"customer": customer_hash("bob", HASH_KEY)}


@pytest.mark.parametrize("subject", ["bob", customer_hash("bob", HASH_KEY)])
def test_an_erasure_goes_to_both_topics_under_the_customers_hash(
    subject: str, api: Api, arrivals: Arrivals
) -> None:
    assert api.post(api.event(type="customer.erased", subject=subject, data=None)).status_code == 202

    arrived = arrivals(api.source, 2)

    assert sorted(arrival.topic for arrival in arrived) == [EVENTS, FEEDBACK]
    assert {arrival.key for arrival in arrived} == {f"{api.source}/{customer_hash('bob', HASH_KEY)}"}
    assert arrived[0].value == arrived[1].value


def test_no_customers_id_or_address_reaches_kafka(api: Api, arrivals: Arrivals) -> None:
    fields = {"requester": "bob-1", "contact": "bob@example.org"}
    api.batch(
        [
            api.event(type="ticket.created", data=fields),
            api.event(type="ticket.changed", data=fields),
            api.event(data={"author": {"kind": "customer", "id": "bob-1"}}),
            api.event(type="customer.acted", subject="bob-1", data={"customer": "bob-1", "kind": "order"}),
        ]
    )

    arrived = arrivals(api.source, 4)

    assert len(arrived) == 4
    assert "bob" not in repr(arrived)
    assert repr(arrived).count(customer_hash("bob-1", HASH_KEY)) == 6  # the subject is in the key as well


def test_the_events_of_a_ticket_are_in_one_partition_in_the_order_of_their_batch(
    api: Api, arrivals: Arrivals
) -> None:
    batch = [api.event(id=f"{n}", subject=f"ticket-{n % 20}") for n in range(200)]

    assert api.batch(batch).json == {"accepted": 200}

    arrived = arrivals(api.source, 200)
    homes = {(arrival.key, arrival.partition) for arrival in arrived}
    assert len(homes) == 20
    assert len({partition for _, partition in homes}) > 1
    for key in {arrival.key for arrival in arrived}:
        ids = [int(arrival.value["id"]) for arrival in arrived if arrival.key == key]
        assert ids == sorted(ids)


def test_fifty_requests_at_once_are_all_durable(api: Api, arrivals: Arrivals) -> None:
    def post(n: int) -> int:
        client = api.client.application.test_client()
        event = api.event(id=f"{n}", subject=f"{n}")
        headers = {"Authorization": f"Bearer {api.secret}"}
        return client.post(
            "/v1/events", json=event, headers=headers, content_type="application/cloudevents+json"
        ).status_code

    with ThreadPoolExecutor(50) as pool:
        answers = Counter(pool.map(post, range(200)))

    assert answers == {202: 200}
    assert {arrival.value["id"] for arrival in arrivals(api.source, 200)} == {f"{n}" for n in range(200)}
