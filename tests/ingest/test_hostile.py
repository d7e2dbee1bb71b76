"""Whatever is posted, the answer is a sentence and never a 5xx or a redirect."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.posting import Api, at, content

KINDS = ("application/cloudevents+json", "application/cloudevents-batch+json", "application/json")
ANSWERS = {202, 400, 401, 404, 405, 413, 415}

tried = settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
TIMES = ("2026-11-21T09:30:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:60Z", "2026-02-30T00:00:00Z")
DATA = (
    "status",
    "author",
    "public",
    "requester",
    "contact",
    "tags",
    "into",
    "survey",
    "score",
    "customer",
    "amount",
)
TYPES = (
    "ticket.created",
    "ticket.commented",
    "ticket.merged",
    "feedback.rated",
    "customer.acted",
    "ticket.absorbed",
)
almost = st.fixed_dictionaries(
    {},
    optional={
        "specversion": st.just("1.0") | anything,
        "id": st.text(min_size=1, max_size=5) | anything,
        "type": st.sampled_from(TYPES) | anything,
        "time": st.sampled_from(TIMES) | anything,
        "subject": st.text(min_size=1, max_size=5) | anything,
        "timequality": anything,
        "data": st.dictionaries(st.sampled_from(DATA), anything, max_size=4) | anything,
    },
)


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


@tried
@given(body=st.binary(max_size=300), kind=st.sampled_from(KINDS))
def test_any_bytes(api: Api, body: bytes, kind: str) -> None:
    assert api.post(body, f"/webhooks/{api.source}", kind=kind).status_code in {202, 400}


@tried
@given(body=anything.map(as_json), kind=st.sampled_from(KINDS))
def test_any_json(api: Api, body: bytes, kind: str) -> None:
    assert api.post(body, f"/webhooks/{api.source}", kind=kind).status_code in {202, 400}


@tried
@given(events=st.lists(almost, min_size=1, max_size=3))
def test_events_that_are_nearly_right(api: Api, events: list[dict[str, object]]) -> None:
    batch = as_json([{"source": api.source, **event} for event in events])

    answer = api.post(batch, kind=KINDS[1])

    assert answer.status_code in {202, 400}
    if answer.status_code == 400:
        assert all(0 <= fault["index"] < len(events) for fault in content(answer)["errors"])


@tried
@given(whole=st.just({}), cut=st.integers(0, 400))
def test_an_event_cut_off_anywhere(api: Api, whole: object, cut: int) -> None:
    raw = as_json(api.event())

    assert api.post(raw[:cut]).status_code == (202 if cut >= len(raw) else 400)


header_text = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40)


@tried
@given(
    headers=st.dictionaries(
        st.sampled_from(
            (
                "Authorization",
                "webhook-id",
                "webhook-timestamp",
                "webhook-signature",
                "Content-Encoding",
                "Accept",
            )
        ),
        header_text | st.sampled_from(("Bearer x", "v1,", "1e9", "9" * 30)),
    ),
    kind=header_text,
    path=st.text(max_size=30),
    method=st.sampled_from(("GET", "POST", "PUT", "OPTIONS", "TRACE")),
)
def test_any_headers_paths_and_methods(
    api: Api, headers: dict[str, str], kind: str, path: str, method: str
) -> None:
    for target in ("/v1/events", f"/webhooks/{api.source}", "/" + path, "/webhooks/" + path):
        answer = api.client.open(**at(target), method=method, data=b"{}", content_type=kind, headers=headers)

        assert answer.status_code in ANSWERS | {200}
