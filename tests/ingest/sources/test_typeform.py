"""What forms say beyond their fixtures: scales of all lengths, test requests, and responses told again."""

from typing import Any

import msgspec
import pytest

from events.feedback import FeedbackRated
from feedback.cases.told import identity, with_said
from harness.sources import Case, Desk, cases, wire
from ingest.sources.contract import PayloadInvalid

(CSAT,) = (case for case in cases("typeform") if case.name == "csat")
(MENTIONED,) = (case for case in cases("typeform") if case.name == "mentioned")


def changed(case: Case = CSAT, event_id: str | None = None, **response: Any) -> bytes:
    """The body of `case` with other members of its `form_response`."""
    body = msgspec.json.decode(case.body)
    body["form_response"] |= response
    return msgspec.json.encode(body if event_id is None else body | {"event_id": event_id})


def rated(
    survey: str, kind: str, number: int, properties: dict[str, Any] | None = None, **hidden: str
) -> tuple[int, int | None]:
    """What the answer `number` to a question of the `kind` is told as: the score and its scale."""
    field = {"id": "Q1", "ref": survey, "type": kind}
    body = changed(
        hidden=hidden,
        definition={"fields": [field | {"properties": properties or {}}]},
        answers=[{"type": "number", "number": number, "field": field}],
    )
    (event,) = wire(CSAT.read(body).events)
    assert event["data"]["survey"] == survey
    return event["data"]["score"], event["data"].get("scale")


@pytest.mark.parametrize(
    ("survey", "kind", "number", "properties", "meant"),
    [
        ("csat", "rating", 5, {"steps": 5}, (5, None)),
        ("csat", "rating", 10, {"steps": 10}, (10, 10)),
        ("csat", "rating", 1, {"steps": 3}, (1, 3)),
        ("csat", "opinion_scale", 5, {"steps": 5, "start_at_one": True}, (5, None)),
        ("csat", "opinion_scale", 0, {"steps": 5, "start_at_one": False}, (1, None)),
        ("csat", "opinion_scale", 10, {"steps": 11, "start_at_one": False}, (11, 11)),
        ("ces", "opinion_scale", 7, {"steps": 7, "start_at_one": True}, (7, None)),
        ("ces", "opinion_scale", 5, {"steps": 5, "start_at_one": True}, (5, 5)),
        ("nps", "opinion_scale", 0, {"steps": 11, "start_at_one": False}, (0, None)),
        ("nps", "nps", 10, {"steps": 11}, (10, None)),
        ("nps", "nps", 10, {}, (10, None)),
        ("nps", "opinion_scale", 10, {}, (10, None)),
        ("csat", "number", 3, {}, (3, None)),
    ],
)
def test_a_score_is_on_the_scale_that_the_form_says_it_has(
    survey: str, kind: str, number: int, properties: dict[str, Any], meant: tuple[int, int | None]
) -> None:
    assert rated(survey, kind, number, properties) == meant


def test_the_link_says_how_long_a_scale_is_where_the_form_does_not() -> None:
    assert rated("csat", "rating", 6, scale="7") == (6, 7)
    assert rated("csat", "rating", 3, {"steps": 3}, scale="7") == (3, 3)
    assert rated("nps", "opinion_scale", 10, scale="7") == (10, None)
    assert rated("csat", "rating", 4, scale="xxxxx") == (4, None)


@pytest.mark.parametrize(
    ("survey", "kind", "number", "properties"),
    [
        ("csat", "rating", 0, {}),
        ("csat", "rating", 6, {}),
        ("csat", "rating", 6, {"steps": 5}),
        ("csat", "opinion_scale", 5, {"steps": 5, "start_at_one": False}),
        ("ces", "opinion_scale", 8, {}),
        ("csat", "opinion_scale", 4, {"steps": 5}),
        ("csat", "rating", 1, {"steps": 1}),
        ("csat", "rating", 1, {"steps": 101}),
        ("nps", "opinion_scale", 11, {}),
        ("nps", "opinion_scale", 9, {"steps": 10, "start_at_one": True}),
        ("nps", "rating", 9, {}),
    ],
)
def test_a_number_that_is_no_point_of_its_scale_is_refused(
    survey: str, kind: str, number: int, properties: dict[str, Any]
) -> None:
    with pytest.raises(PayloadInvalid, match=r"number|steps|start_at_one"):
        rated(survey, kind, number, properties)


def test_a_test_request_is_accepted_and_counts_nothing() -> None:
    at = "2026-03-02T11:05:00Z"
    desk = Desk(CSAT)

    answer = desk.post(changed(event_id="01K", token="01K", landed_at=at, submitted_at=at), {})

    assert (answer.status_code, desk.published) == (202, [])


@pytest.mark.parametrize("odd", [{"token": "01K"}, {"landed_at": "2026-03-02T11:05:00Z"}])
def test_half_of_what_marks_a_test_request_marks_none(odd: dict[str, Any]) -> None:
    assert len(CSAT.read(changed(event_id="01K", **odd)).events) == 1


@pytest.mark.parametrize("case", [CSAT, MENTIONED], ids=str)
def test_a_response_in_another_delivery_is_the_same_event(case: Case) -> None:
    assert wire(case.read(changed(case, event_id="another")).events) == wire(case.read().events)


def test_a_response_told_anew_with_another_score_replaces_the_first() -> None:
    answers = msgspec.json.decode(CSAT.body)["form_response"]["answers"]
    answers[0]["number"] = 1

    told = [
        *CSAT.read(changed(answers=answers, submitted_at="2026-03-02T11:06:00Z")).events,
        *CSAT.read().events,
    ]
    case = None
    for event in told:
        assert isinstance(event, FeedbackRated)
        case = with_said(case, event, "helpdesk.feedback-0", None)

    assert case is not None
    assert [(answer.latest.score, len(answer.revisions)) for answer in case.answers] == [(1, 2)]


def test_two_responses_about_one_ticket_are_two_answers() -> None:
    (first,), (other,) = CSAT.read().events, CSAT.read(changed(token="another")).events

    assert first.subject == other.subject == "4711"
    assert identity(first.id) != identity(other.id)


def test_a_choice_is_no_score() -> None:
    answer = {"type": "choice", "choice": {"label": "Very"}, "field": {"id": "Q1stars", "type": "rating"}}

    with pytest.raises(PayloadInvalid, match=r"answers\[0\]\.number: missing"):
        CSAT.read(changed(answers=[answer]))


def test_who_left_must_be_said() -> None:
    with pytest.raises(PayloadInvalid, match=r"hidden\.customer: missing"):
        CSAT.read(changed(hidden={"kind": "exit"}))


def test_a_skipped_score_leaves_a_remark() -> None:
    text = {"type": "text", "text": "Hello there", "field": {"id": "Q2text", "type": "long_text"}}

    (event,) = wire(CSAT.read(changed(answers=[text])).events)

    assert (event["type"], event["data"]["text"]) == ("feedback.mentioned", "Hello there")
    assert wire(CSAT.read(changed(answers=[text | {"text": " "}])).events) == []


def test_an_older_dropdown_tells_its_choice_as_text() -> None:
    answer = {"type": "text", "text": "Too slow", "field": {"id": "Q9", "type": "dropdown"}}

    (event,) = wire(CSAT.read(changed(hidden={"kind": "exit", "customer": "55"}, answers=[answer])).events)

    assert event["data"] == {"customer": "55", "reason": "Too slow"}


def test_of_several_choices_ticked_the_first_is_the_reason() -> None:
    choices = {"labels": ["Price", "Speed"], "other": "And more"}
    answer = {"type": "choices", "choices": choices, "field": {"id": "Q9", "type": "multiple_choice"}}

    (event,) = wire(CSAT.read(changed(hidden={"kind": "exit", "customer": "55"}, answers=[answer])).events)

    assert event["data"] == {"customer": "55", "reason": "Price", "comment": "And more"}


def test_groups_within_groups_without_end_are_survived() -> None:
    fields: list[Any] = []
    for depth in range(300):
        fields = [{"id": f"G{depth}", "type": "group", "properties": {"fields": fields}}]

    assert Desk(CSAT).post(changed(definition={"fields": fields}), {}).status_code in (202, 400)
