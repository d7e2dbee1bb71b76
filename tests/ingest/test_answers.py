"""Every answer of the intake."""

import json
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook
from werkzeug.test import TestResponse

from harness.posting import Api, Arrivals, at, content
from ingest.refusals import MAX_BODY_BYTES

PATHS = ("/v1/events", "/webhooks/{source}")


def problem(answer: TestResponse) -> tuple[int, str]:
    """Its status and detail; it must be a problem as RFC 9457 has it."""
    body = content(answer)
    assert answer.content_type == "application/problem+json"
    assert body["status"] == answer.status_code
    return answer.status_code, body["detail"]


@pytest.mark.parametrize("path", PATHS)
def test_an_event_is_accepted_with_a_bearer_token(api: Api, path: str) -> None:
    answer = api.post(api.event(), path.format(source=api.source))

    assert (answer.status_code, answer.json) == (202, {"accepted": 1})


@pytest.mark.parametrize("path", PATHS)
def test_a_batch_is_accepted_with_a_signature(api: Api, path: str) -> None:
    events = [api.event(), api.event()]
    body = json.dumps(events)
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "msg_ü",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(api.secret).sign("msg_ü", now, body),
    }
    as_wsgi = {name: value.encode().decode("latin-1") for name, value in headers.items()}

    answer = api.batch(body.encode(), path=path.format(source=api.source), token=None, headers=as_wsgi)

    assert (answer.status_code, answer.json) == (202, {"accepted": 2})


def test_an_empty_batch_and_a_repeated_event_are_accepted(api: Api) -> None:
    event = api.event()

    assert api.batch([]).json == {"accepted": 0}
    assert [api.post(event).status_code for _ in range(2)] == [202, 202]


def test_a_webhook_takes_plain_json_but_the_events_endpoint_does_not(api: Api) -> None:
    kind = "application/json; charset=utf-8"

    assert api.post([api.event()], f"/webhooks/{api.source}", kind=kind).status_code == 202
    assert problem(api.post([api.event()], kind=kind))[0] == 415


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "kind", ["text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_another_content_type_is_415_even_without_credentials(api: Api, path: str, kind: str) -> None:
    status, detail = problem(api.post(api.event(), path.format(source=api.source), kind=kind, token=None))

    assert status == 415
    assert "application/cloudevents+json" in detail


def test_a_compressed_body_is_415(api: Api) -> None:
    assert problem(api.post(api.event(), headers={"Content-Encoding": "gzip"}))[0] == 415


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("token", [None, "wrong", "whsec_", "Bearer"])
def test_wrong_or_no_credentials_are_401_before_the_body_is_looked_at(
    api: Api, path: str, token: str | None
) -> None:
    answer = api.post(b"not even json", path.format(source=api.source), token=token)

    assert problem(answer)[0] == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_source_without_secrets_accepts_nothing(api: Api) -> None:
    assert problem(api.post(api.event(source=api.mute), f"/webhooks/{api.mute}"))[0] == 401
    assert problem(api.post(api.event(source=api.mute)))[0] == 401


def test_the_credentials_of_one_source_do_not_post_for_another(api: Api) -> None:
    assert problem(api.post(api.event(source=api.other)))[0] == 401
    assert problem(api.batch([api.event(), api.event(source=api.other)]))[0] == 401
    assert problem(api.post(api.event(), f"/webhooks/{api.other}"))[0] == 401
    assert api.post(api.event(source=api.other), token=api.other_secret).status_code == 202


def test_a_source_that_is_not_configured_is_400_naming_the_field_or_404_in_the_path(api: Api) -> None:
    answer = api.batch([api.event(), api.event(source="nobody")])

    assert problem(answer)[0] == 400
    assert [(fault["index"], fault["field"]) for fault in content(answer)["errors"]] == [(1, "source")]
    assert problem(api.post(api.event(), "/webhooks/nobody"))[0] == 404


def test_a_foreign_event_in_a_webhook_is_400_naming_the_field(api: Api) -> None:
    answer = api.post(api.event(source=api.other), f"/webhooks/{api.source}")

    assert problem(answer)[0] == 400
    assert content(answer)["errors"][0]["field"] == "source"


def test_a_single_faulty_event_is_400_naming_the_field(api: Api) -> None:
    answer = api.post(api.event(time=None))

    assert problem(answer) == (400, "time: missing")
    assert content(answer)["errors"] == [{"field": "time", "reason": "missing"}]


def test_a_batch_with_faulty_elements_is_rejected_whole_and_names_them_all(
    api: Api, arrivals: Arrivals
) -> None:
    answer = api.batch([api.event(), api.event(id=None), api.event(), api.event(data={})])

    assert problem(answer) == (400, "element 1: id: missing (and 1 more)")
    assert content(answer)["errors"] == [
        {"field": "id", "reason": "missing", "index": 1},
        {"field": "data.author", "reason": "missing", "index": 3},
    ]
    api.post(api.event(id="the next one"))
    assert [arrival.value["id"] for arrival in arrivals(api.source, 1)] == ["the next one"]


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_over_the_limit_is_413_before_anything_else(api: Api, declared: bool) -> None:
    def post(size: int) -> TestResponse:
        environ = {"wsgi.input_terminated": True} | ({} if declared else {"CONTENT_LENGTH": ""})
        return api.client.post("/v1/events", data=b"x" * size, environ_overrides=environ)

    assert problem(post(MAX_BODY_BYTES))[0] == 415
    assert problem(post(MAX_BODY_BYTES + 1))[0] == 413
    assert problem(post(3 * MAX_BODY_BYTES))[0] == 413


def test_a_body_shorter_than_it_says_is_400(api: Api) -> None:
    answer = api.client.post("/v1/events", data=b"{", environ_overrides={"CONTENT_LENGTH": "100"})

    assert problem(answer)[0] == 400


def test_too_many_events_or_a_too_heavy_one_are_413(api: Api) -> None:
    assert problem(api.batch([{}] * 1001))[0] == 413
    assert problem(api.post(api.event(note="x" * 300_000)))[0] == 413


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/events/", "/webhooks", "/webhooks/", "/webhooks/a/b", "/../etc"]
)
def test_an_unknown_path_is_404_and_never_a_redirect(api: Api, path: str) -> None:
    assert problem(api.post(api.event(), path))[0] == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "BREW"])
@pytest.mark.parametrize("path", [*PATHS, "//v1//events"])
def test_another_method_or_a_doubled_slash_is_405_or_404_and_never_a_redirect(
    api: Api, method: str, path: str
) -> None:
    answer = api.client.open(**at(path.format(source=api.source)), method=method)

    assert problem(answer)[0] == (404 if "//" in path else 405)
