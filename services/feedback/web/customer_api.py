"""`/api/v1/customers/<id>`: what is known about one customer, their wish to be asked, and their erasure.

A customer is who has the pseudonym made of the id, and whoever is known to be the same person. Nothing is
written to the store here: wishes and erasures are events, and done once the workers have read them.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from flask import Blueprint, Response, request
from msgspec import to_builtins

from events.codec import encode, key
from events.feedback import Act, CustomerActed, CustomerErased, FeedbackEvent
from events.instants import moment
from events.topics import topics_of
from feedback.customers import SUBSCRIBED, UNSUBSCRIBED
from feedback.forgetting.destructions import Destructions, Place, place_of
from feedback.forgetting.erase import linked
from feedback.forgetting.export import CustomerData, case_of, customer_of
from feedback.store import Store
from feedback.web.described import SEVERAL, TEXT, TIME, exactly, parameter
from privacy.pseudonym import customer_hash, is_hash
from runtime.parameters import check_names, parsed
from runtime.problems import Problem
from runtime.web import json_answer
from streams.clock import SharedClock
from streams.publisher import Message, Publisher, Unavailable

SOURCE: Final = "deskpulse"
"""The source of events about customers that come from this service itself."""
MOST: Final = 500
_KINDS: Final = {"opt-out": UNSUBSCRIBED, "opt-in": SUBSCRIBED}


def add_routes(
    api: Blueprint, store: Store, publisher: Publisher, hash_key: bytes, clock: SharedClock
) -> None:
    """Add the routes to `api`, answered from `store`; events go out by `publisher`, dated by `clock`. Ids are
    hashed with `hash_key`."""
    destructions = Destructions(store.database)

    def people(customer: str) -> list[str]:
        return sorted(linked(store, pseudonyms(customer, hash_key)))

    @api.get("/customers/<anything:customer>")
    def everything(customer: str) -> Response:
        check_names(request.args, ())
        names = people(customer)
        known = store.customers(names)
        cases = store.about(names)
        destroyed = destructions.of(names)
        if not (known or cases or destroyed):
            raise Problem(404, "Unknown customer", "nothing is known of such a customer")
        return json_answer(
            CustomerData(
                pseudonyms=names,
                known=[customer_of(known[name]) for name in names if name in known],
                cases=[case_of(cases[name], set(names)) for name in sorted(cases)],
                destroyed=[to_builtins(one) for one in destroyed],
            )
        )

    @api.delete("/customers/<anything:customer>")
    def erase(customer: str) -> Response:
        check_names(request.args, ())
        names, now = people(customer), clock()
        _publish(publisher, [CustomerErased(**_about(name, f"erased:{name}:{now}", now)) for name in names])
        return json_answer({"pseudonyms": names, "erased_at": moment(now)}, 202)

    def wish(customer: str, what: str) -> Response:
        check_names(request.args, ())
        names, now, kind = people(customer), clock(), _KINDS[what]
        events = [
            CustomerActed(**_about(name, f"{what}:{name}:{now}", now), data=Act(customer=name, kind=kind))
            for name in names
        ]
        _publish(publisher, events)
        return json_answer({"pseudonyms": names, "opted_out": kind == UNSUBSCRIBED}, 202)

    for what in _KINDS:
        api.add_url_rule(
            f"/customers/<anything:customer>/{what}", what, wish, defaults={"what": what}, methods=["POST"]
        )

    @api.get("/destructions")
    def destroyed() -> Response:
        check_names(request.args, ("limit", "after"))
        limit = parsed(request.args, "limit", _limit) or 100
        rows = destructions.latest(limit, parsed(request.args, "after", _place))
        last = place_of(rows[-1]) if len(rows) == limit else None
        return json_answer({"rows": rows, "next": None if last is None else f"{last.at} {last.id}"})


def pseudonyms(customer: str, hash_key: bytes) -> set[str]:
    """The pseudonyms that who is called `customer` may have: of the id as it is; of an e-mail address also in
    small letters, as addresses are hashed; and the id itself where it looks like a pseudonym."""
    names = {customer, customer.strip().lower()} if "@" in customer else {customer}
    return {customer_hash(name, hash_key) for name in names} | ({customer} if is_hash(customer) else set())


def _about(pseudonym: str, name: str, at: int) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": name,
        "source": SOURCE,
        "subject": pseudonym,
        "time": moment(at),
    }


def _publish(publisher: Publisher, events: Sequence[FeedbackEvent]) -> None:
    try:
        publisher.publish([message for event in events for message in _messages(event)])
    except Unavailable:
        problem = Problem(503, "Kafka unavailable", "nothing durable takes this: ask again later")
        raise problem.with_header("Retry-After", "5") from None


def _messages(event: FeedbackEvent) -> Iterable[Message]:
    name, value = key(event.source, event.subject).encode(), encode(event)
    return (Message(topic, name, value) for topic in topics_of(event))


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= MOST:
        raise ValueError(f"expected a number of entries from 1 to {MOST}")
    return int(text[:9])


def _place(text: str) -> Place:
    at, _, name = text.partition(" ")
    if not at.isascii() or not at.isdecimal() or len(at) > 18 or not name:
        raise ValueError("expected the next of an earlier page")
    return Place(int(at), name)


_ID: Final = parameter(
    "id",
    TEXT,
    "The customer's id in the helpdesk or e-mail address, percent-encoded, or the pseudonym (32 hex digits).",
    place="path",
)
_GONE: Final = {"404": {"description": "Nothing is known of such a customer."}}
_LATER: Final = {"503": {"description": "Nothing durable takes it: ask again after Retry-After seconds."}}
_OBJECTS: Final = {"type": "array", "items": {"type": "object"}}
_MAYBE: Final = {"type": ["string", "null"], "format": "date-time"}
_DESTRUCTION: Final = exactly(
    {
        "id": {**TEXT, "description": "The event that asked for it, or the night."},
        "at": TIME,
        "what": {"enum": ["erasure", "retention"]},
        "until": {**_MAYBE, "description": "Up to when things were forgotten; null: see the configuration."},
        "pseudonyms": SEVERAL,
        "destroyed": {"type": "object", "additionalProperties": {"type": "integer"}},
    }
)
_CASE: Final = exactly(
    {
        "source": TEXT,
        "subject": TEXT,
        "ticket": {"type": ["object", "null"]},
        **dict.fromkeys(("surveys", "answers", "voices", "follow_ups"), _OBJECTS),
    }
)
_DATA: Final = exactly(
    {
        "pseudonyms": SEVERAL,
        "known": _OBJECTS,
        "cases": {"type": "array", "items": _CASE},
        "destroyed": {"type": "array", "items": _DESTRUCTION},
    }
)


def _operation(summary: str, status: str, schema: dict[str, Any], *more: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    responses = {status: {"description": summary, "content": content}}
    for others in more:
        responses |= others
    return {"summary": summary, "parameters": [_ID], "responses": responses}


def _wish(summary: str) -> dict[str, Any]:
    schema = exactly({"pseudonyms": SEVERAL, "opted_out": {"type": "boolean"}})
    return {"post": _operation(summary, "202", schema, _LATER)}


PATHS: Final[dict[str, Any]] = {
    "/api/v1/customers/{id}": {
        "get": _operation("Everything that is known about a customer.", "200", _DATA, _GONE),
        "delete": _operation(
            "Every service will forget what the customer was and said until now; numbers stay.",
            "202",
            exactly({"pseudonyms": SEVERAL, "erased_at": TIME}),
            _LATER,
        ),
    },
    "/api/v1/customers/{id}/opt-out": _wish("The customer will not be asked any more."),
    "/api/v1/customers/{id}/opt-in": _wish("The customer may be asked again."),
    "/api/v1/destructions": {
        "get": {
            "summary": "What was destroyed, the newest first.",
            "parameters": [
                parameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST}, "Of a page; 100."),
                parameter("after", TEXT, "The next of the page before."),
            ],
            "responses": {
                "200": {
                    "description": "The record.",
                    "content": {
                        "application/json": {
                            "schema": exactly(
                                {
                                    "rows": {"type": "array", "items": _DESTRUCTION},
                                    "next": {"type": ["string", "null"]},
                                }
                            )
                        }
                    },
                }
            },
        }
    },
}
