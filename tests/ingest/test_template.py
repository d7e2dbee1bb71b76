"""Rows become events."""

import random
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest

from events.codec import encode
from ingest.importer.lines import Lines, Rejected, read_lines
from ingest.importer.mapping import Mapping, load, parse
from ingest.importer.rows import rows_of
from ingest.importer.template import RowUnusable, Translator

ROOT = Path(__file__).parents[2]
LOG_MAPPING = load(ROOT / "examples" / "mappings" / "helpdesk-log.yml")
LOG = (ROOT / "tests" / "fixtures" / "helpdesk-log.csv").read_text()
TICKETS_MAPPING = load(ROOT / "examples" / "mappings" / "tickets.yml")


def translate(text: str, mapping: Mapping, key: bytes = b"key") -> list[Any]:
    """The events of all rows; a row that can't be used is a text in their place."""
    rows = list(rows_of(Lines(read_lines(BytesIO(text.encode()), "auto")), mapping))
    translator = Translator(mapping, mapping.source, key)
    firsts = translator.firsts(rows)
    found: list[Any] = []
    for row in rows:
        assert not isinstance(row, Rejected)
        try:
            found += [msgspec.json.decode(encode(event)) for event in translator.events(row, firsts)]
        except RowUnusable as why:
            found.append(str(why))
    return found


def said(events: list[Any], ticket: str) -> list[tuple[str, str, Any]]:
    """What is said of one ticket, in the order of time: (hour, type, data)."""
    of_ticket = {event["id"]: event for event in events if event["subject"] == ticket}.values()
    return [(e["time"][5:16], e["type"], e["data"]) for e in sorted(of_ticket, key=lambda e: e["time"])]


AYSE = {"author": {"kind": "agent", "id": "Ayşe"}, "public": True}


def test_an_event_log_gives_creation_answer_and_every_status() -> None:
    assert said(translate(LOG, LOG_MAPPING), "T01") == [
        ("03-02T08:00", "ticket.created", {"status": "open", "outbound": False}),
        ("03-02T09:30", "ticket.changed", {"status": "open", "assignee": "Ayşe"}),
        ("03-02T09:30", "ticket.commented", AYSE),
        ("03-02T11:00", "ticket.changed", {"status": "resolved"}),
        ("03-20T11:00", "ticket.changed", {"status": "closed"}),
    ]


def test_a_ticket_that_an_agent_takes_first_is_outbound() -> None:
    events = translate(LOG, LOG_MAPPING)

    outbound = {e["subject"] for e in events if e["type"] == "ticket.created" and e["data"]["outbound"]}
    assert outbound == {"T02", "T10"}
    assert said(events, "T02")[0] == (
        "03-02T08:10",
        "ticket.created",
        {"status": "open", "assignee": "Bülent", "outbound": True},
    )


def test_every_ticket_has_one_creation_however_its_rows_stand_in_the_file() -> None:
    events = translate(LOG, LOG_MAPPING)

    created = {e["id"]: e["subject"] for e in events if e["type"] == "ticket.created"}
    assert sorted(created.values()) == [f"T{n:02}" for n in range(1, 13)]
    assert said(events, "T09")[0][:2] == ("03-10T08:00", "ticket.created")


def test_of_two_first_rows_at_one_time_one_is_the_creation_and_the_other_a_change() -> None:
    first_two = said(translate(LOG, LOG_MAPPING), "T08")[:2]

    assert [when for when, _, _ in first_two] == ["03-09T09:00", "03-09T09:00"]
    assert {what for _, what, _ in first_two} == {"ticket.created", "ticket.changed"}


def test_the_order_of_the_rows_and_duplicates_of_them_change_nothing() -> None:
    header, *rows = LOG.replace("waits,\nover two lines", "waits").splitlines()
    expected = {encoded(e) for e in translate("\n".join([header, *rows]), LOG_MAPPING)}

    for seed in range(20):
        shuffled = random.Random(seed).sample(rows + rows[::3], len(rows) + len(rows[::3]))
        assert {encoded(e) for e in translate("\n".join([header, *shuffled]), LOG_MAPPING)} == expected
    assert len({event for event in expected if '"T08"' in event and "ticket.created" in event}) == 1


def encoded(event: Any) -> str:
    return msgspec.json.encode(event).decode()


def test_a_duplicate_row_gives_the_same_ids_and_another_row_others() -> None:
    events = translate(LOG, LOG_MAPPING)

    times = [e["time"] for e in events if e["subject"] == "T04" and e["data"].get("status") == "resolved"]
    ids = {e["id"] for e in events if e["subject"] == "T04" and e["data"].get("status") == "resolved"}
    assert (len(times), len(ids)) == (3, 2)


def test_ids_need_the_key_because_a_row_may_hold_a_customers_id() -> None:
    ids = [{e["id"] for e in translate(LOG, LOG_MAPPING, key)} for key in (b"one", b"two")]

    assert not ids[0] & ids[1]


TICKETS = """Ticket ID,Created,Priority,Group,Source,Tags,Customer,Replied,By,Agent,Resolved,Closed
1,02.03.2026 09:00,High,Billing,E-mail,vip; new ,c-1,02.03.2026 09:20,Person,ayse,02.03.2026 12:00,
2,02.03.2026 10:00,,,Carrier pigeon,,,02.03.2026 10:00,Bot,,,
3,02.03.2026 11:00,Panic,Billing,Phone,,c-1,,,,,
4,tomorrow,High,Billing,Phone,,c-1,,,,,
5,02.03.2026 11:00,High,Billing,Phone,,c-1,,,,later,
,02.03.2026 11:00,High,Billing,Phone,,c-1,,,,,
"""


def test_a_ticket_list_gives_several_events_a_row_at_their_own_times() -> None:
    events = translate(TICKETS, TICKETS_MAPPING)

    assert said([e for e in events if isinstance(e, dict)], "1") == [
        (
            "03-02T06:00",
            "ticket.created",
            {
                "status": "new",
                "priority": "high",
                "team": "Billing",
                "channel": "email",
                "tags": ["vip", "new"],
                "requester": "c-1",
                "outbound": False,
            },
        ),
        ("03-02T06:20", "ticket.commented", {"author": {"kind": "agent", "id": "ayse"}, "public": True}),
        ("03-02T09:00", "ticket.changed", {"status": "resolved", "assignee": "ayse"}),
    ]


def test_an_empty_cell_says_nothing_and_an_unknown_word_takes_the_default() -> None:
    events = translate(TICKETS, TICKETS_MAPPING)

    assert said([e for e in events if isinstance(e, dict)], "2") == [
        ("03-02T07:00", "ticket.created", {"status": "new", "channel": "other", "outbound": False}),
        ("03-02T07:00", "ticket.commented", {"author": {"kind": "bot", "id": None}, "public": True}),
    ]


def test_a_row_that_cannot_be_used_says_why_and_gives_no_event_at_all() -> None:
    events = translate(TICKETS, TICKETS_MAPPING)

    assert [e for e in events if isinstance(e, str)] == [
        "Priority: 'Panic' isn't in its map; add it there, or a default",
        "Created: 'tomorrow' isn't a time in the format %d.%m.%Y %H:%M",
        "Resolved: 'later' isn't a time in the format %d.%m.%Y %H:%M",
        "Ticket ID: empty",
    ]
    assert {e["subject"] for e in events if isinstance(e, dict)} == {"1", "2"}


def test_a_later_export_of_a_row_with_an_id_adds_only_what_is_new_in_it() -> None:
    before = translate(TICKETS, TICKETS_MAPPING)
    after = translate(
        TICKETS.replace("02.03.2026 12:00,", "02.03.2026 12:00,03.03.2026 12:00", 1), TICKETS_MAPPING
    )

    new = [e for e in after if e not in before]
    assert [(e["type"], e["data"]) for e in new] == [("ticket.changed", {"status": "closed"})]


def test_numbers_booleans_and_constants_are_what_the_event_needs() -> None:
    mapping = parse(
        b"""
        format: csv
        source: acme
        ticket: Id
        time: {column: At, format: unix}
        events:
          - type: feedback.rated
            data: {survey: csat, score: {column: Score, kind: number}, scale: 5, customer: {column: Who}}
          - type: ticket.commented
            when: {not: {Public: [""]}}
            data: {author.kind: customer, public: {column: Public, map: {"yes": true, "no": false}}}
        """,
        "m.yml",
    )

    events = translate("Id,At,Score,Who,Public\n1,100,4,c-1,no\n2,100,good,c-1,\n3,100,101,,\n", mapping)

    assert [e if isinstance(e, str) else e["data"] for e in events] == [
        {"survey": "csat", "score": 4, "scale": 5, "customer": "c-1"},
        {"author": {"kind": "customer", "id": None}, "public": False},
        "Score: not a number",
        "feedback.rated: data.score: Expected `int` <= 100",
    ]


@pytest.mark.parametrize("when", ["{first: false}", "{is: {Kind: b}}", "{not: {Kind: [a, c]}}"])
def test_a_template_is_for_the_rows_that_its_conditions_choose(when: str) -> None:
    mapping = parse(
        f"""{{format: csv, source: acme, ticket: Id, time: {{column: At, format: unix}},
              events: [{{type: ticket.deleted, when: {when}}}]}}""".encode(),
        "m.yml",
    )

    assert [e["time"] for e in translate("Id,At,Kind\n1,200,b\n1,100,a\n", mapping)] == [
        "1970-01-01T00:03:20Z"
    ]
