"""What `/api/v1/sources` says of a source, and what it tells the reader to do."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from harness.posting import API_TOKEN, Api
from harness.scraping import samples, value
from harness.sources import Desk, cases
from ingest.health import ADVICE, Configured, SourceHealth, Watch
from ingest.refusals import REASONS, plainly
from ingest.sources.contract import Fault, PayloadInvalid, Reading, Unmapped

MORNING = datetime(2026, 3, 2, 10, 2, tzinfo=UTC)
NOTHING = Reading([])


def watch(*ends: datetime | None) -> Watch:
    return Watch({"desk": Configured("zendesk", ends or (None,))})


def at(minutes: float) -> datetime:
    return MORNING + timedelta(minutes=minutes)


def health(watch: Watch, minutes: float) -> SourceHealth:
    (found,) = watch.report(at(minutes))
    return found


def test_before_the_first_delivery_a_source_waits() -> None:
    found = health(watch(), 0)

    assert (found.state, found.healthy) == ("waiting", True)
    assert "send a test" in found.advice[0]


def test_a_source_that_delivers_is_healthy_and_nothing_is_to_do() -> None:
    seen = watch()
    seen.accepted("desk", NOTHING, at(0))

    assert (health(seen, 5).state, health(seen, 5).advice) == ("healthy", [])


def test_a_signature_that_fails_after_it_was_right_means_another_secret() -> None:
    seen = watch()
    seen.accepted("desk", NOTHING, at(-30))
    for minute in (0, 1, 2):
        seen.refused("desk", "unauthorized", "", at(minute))

    found = health(seen, 3)

    assert (found.state, found.healthy, found.rejected) == ("failing", False, {"unauthorized": 3})
    (advice,) = found.advice
    assert advice == (
        "signature fails since 2026-03-02 10:02 UTC (3 deliveries): the secret was probably changed; "
        "it was right until 2026-03-02 09:32 UTC"
    )


def test_a_signature_that_was_never_right_means_a_wrong_copy() -> None:
    seen = watch()
    seen.refused("desk", "unauthorized", "", at(0))

    assert "none was right yet: copy the secret" in health(seen, 1).advice[0]


def test_somebody_who_posts_nonsense_once_or_twice_does_not_alarm_anybody() -> None:
    seen = watch()
    seen.accepted("desk", NOTHING, at(0))
    for minute in (1, 2):
        seen.refused("desk", "unauthorized", "", at(minute))

    assert (health(seen, 3).state, health(seen, 3).advice) == ("healthy", [])


def test_what_a_sender_wrote_is_in_no_advice() -> None:
    said = plainly(
        PayloadInvalid(Fault("data.status", "Invalid enum value 'Ayşe's card'"), Fault("x", "y" * 999))
    )

    assert said.startswith("data.status: Invalid enum value …; x: yyy")
    assert len(said) == 200


def test_one_accepted_delivery_ends_the_failure() -> None:
    seen = watch()
    seen.refused("desk", "malformed", "detail.id: missing", at(0))
    assert "detail.id: missing" in health(seen, 1).advice[0]

    seen.accepted("desk", NOTHING, at(2))

    assert health(seen, 3).advice == []
    assert health(seen, 3).rejected == {"malformed": 1}


@pytest.mark.parametrize(
    ("gap_hours", "quiet_hours", "state"),
    [(1, 23, "healthy"), (1, 25, "silent"), (60, 200, "healthy"), (60, 301, "silent")],
)
def test_a_source_is_silent_when_it_is_so_for_far_longer_than_ever(
    gap_hours: int, quiet_hours: int, state: str
) -> None:
    seen = watch()
    seen.accepted("desk", NOTHING, at(-60 * gap_hours))
    seen.accepted("desk", NOTHING, at(0))

    assert health(seen, 60 * quiet_hours).state == state


def test_words_that_nobody_mapped_are_named_with_their_place_in_the_configuration() -> None:
    seen = watch()
    seen.accepted("desk", Reading([], [Unmapped("status", "Beklemede"), Unmapped("priority", "P0")]), at(0))

    assert health(seen, 1).advice == [
        "the status 'Beklemede' means nothing here: add it to sources.desk.statuses",
        "the priority 'P0' means nothing here: add it to sources.desk.priorities",
    ]


def test_what_no_configuration_can_map_is_explained_on_the_adapters_page() -> None:
    seen = watch()
    seen.accepted("desk", Reading([], [Unmapped("author", "robot"), Unmapped("survey", "f1/q1")]), at(0))

    assert health(seen, 1).advice == [
        "who wrote can't be told (robot): see the page of this adapter",
        "what a score is about can't be told (f1/q1): see the page of this adapter",
    ]


def test_secrets_that_are_missing_or_have_ended_are_named() -> None:
    assert "sources.desk.secrets" in health(Watch({"desk": Configured("jira", ())}), 0).advice[0]
    ended = health(watch(at(-5)), 0)
    assert not ended.healthy
    assert "every secret has ended" in ended.advice[0]
    assert (
        health(watch(None, at(-5)), 0).advice[0].startswith("sources.desk.secrets[1] ended 2026-03-02 09:57")
    )


def test_there_is_advice_for_every_way_of_being_refused() -> None:
    assert ADVICE.keys() == set(REASONS) - {"unknown_source"}


def test_many_unknown_words_do_not_fill_the_memory() -> None:
    seen = watch()
    for number in range(1000):
        seen.accepted("desk", Reading([], [Unmapped("status", f"word {number}")]), at(0))

    assert len(health(seen, 1).unmapped) == 50


def test_the_api_says_it_of_a_real_delivery_and_only_to_who_has_the_token() -> None:
    case = cases("zendesk")[0]
    desk = Desk(case)
    desk.post(case.body, case.headers)
    for _ in range(3):
        desk.post(case.body, case.headers, secret="another")

    answer = desk.request("GET", "/api/v1/sources", headers={"Authorization": f"Bearer {API_TOKEN}"})

    (found,) = content(answer)["sources"]
    assert (found["source"], found["adapter"], found["state"]) == ("desk", "zendesk", "failing")
    assert found["accepted"] == len(case.events)
    assert desk.request("GET", "/api/v1/sources").status_code == 401


def test_events_posted_for_a_source_count_as_its_deliveries(api: Api) -> None:
    api.batch([api.event(), api.event()])

    answer = api.client.get("/api/v1/sources", headers={"Authorization": f"Bearer {API_TOKEN}"})

    found = {source["source"]: source for source in content(answer)["sources"]}
    assert (found[api.source]["state"], found[api.source]["accepted"]) == ("healthy", 2)
    assert found[api.other]["state"] == "waiting"


def test_the_metrics_say_it_too() -> None:
    case = cases("zendesk")[0]
    desk, began = Desk(case), time.time()
    for _ in range(3):
        desk.post(case.body, case.headers)

    text = desk.request("GET", "/metrics").text

    accepted, again = len(case.events) * 3, len(case.events) * 2
    assert f'helpdesk_ingest_events_accepted_total{{source="desk"}} {accepted}.0' in text
    assert f'helpdesk_ingest_events_duplicate_total{{source="desk"}} {again}.0' in text
    assert f'helpdesk_ingest_lateness_seconds_count{{source="desk"}} {accepted}.0' in text
    last = value(samples(text), "helpdesk_ingest_last_delivery_timestamp_seconds", source="desk")
    assert last is not None
    assert began <= last <= time.time()
    assert 'helpdesk_ingest_unmapped_words_total{field="status",source="desk"} 0.0' in text


def content(answer: Any) -> Any:
    return msgspec.json.decode(answer.data)
