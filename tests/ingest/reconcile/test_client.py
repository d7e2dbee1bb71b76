"""The client of REST APIs against real servers: where it goes, what it takes, what it says."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from harness.reconciling import NOW, TOKEN, Waits
from harness.tools import Asked, Reply, Tool, serving
from ingest.reconcile.client import Access, Bounds, Client, Refused, Unanswered
from ingest.sources.history import Request

TICKETS = Request(kind="tickets", path="/tickets", query={"since": "a day"})


@pytest.fixture
def tool() -> Iterator[Tool]:
    with serving(lambda asked: Reply([asked.path])) as running:
        yield running


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def client(tool: Tool, waits: Waits) -> Iterator[Client]:
    with client_of(tool, waits, Bounds(size=10_000)) as made:
        yield made


def client_of(tool: Tool, waits: Waits, bounds: Bounds) -> closing[Client]:
    access = Access(f"{tool.url}/api/", {"Authorization": f"Bearer {TOKEN}"}, "DESK_TOKEN")
    return closing(Client(access, waits.times(), bounds))


def test_requests_go_below_the_address_with_the_token(client: Client, tool: Tool) -> None:
    answer = client.fetch(TICKETS)

    assert answer is not None
    assert answer.body == b'["/api/tickets"]'
    assert tool.asked[0].query == {"since": "a day"}
    assert tool.asked[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_login_of_this_machine_is_no_login_for_the_tool(
    client: Client, tool: Tool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    client.fetch(TICKETS)

    assert tool.asked[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_redirect_within_the_host_is_followed(client: Client, tool: Tool) -> None:
    tool.faults.append(Reply({}, 301, {"location": "/api/repositories/7/tickets?since=a+day"}))

    answer = client.fetch(TICKETS)

    assert answer is not None
    assert answer.body == b'["/api/repositories/7/tickets"]'
    assert tool.asked[1].query == {"since": "a day"}


def test_the_token_goes_to_no_other_host(client: Client, tool: Tool) -> None:
    with serving(lambda _asked: Reply([])) as other:
        tool.faults.append(Reply({}, 302, {"location": f"{other.url}/tickets"}))

        with pytest.raises(Refused, match=r"set it as api\.url"):
            client.fetch(TICKETS)
        with pytest.raises(Refused, match=r"set it as api\.url"):
            client.fetch(Request(kind="tickets", path=f"{other.url}/tickets?page=2"))

        assert other.asked == []


@pytest.mark.parametrize("address", ["http://[", "http://a:b/", "ftp://127.0.0.1/x", "//elsewhere.test/x"])
def test_an_address_that_is_none_of_the_tools_is_refused(client: Client, tool: Tool, address: str) -> None:
    tool.faults.append(Reply({}, 302, {"location": address}))

    with pytest.raises(Refused):
        client.fetch(TICKETS)


def test_redirects_in_a_circle_end(client: Client, tool: Tool) -> None:
    tool.routes = lambda _asked: Reply({}, 302, {"location": "/api/tickets"})

    with pytest.raises(Refused, match="redirects without end"):
        client.fetch(TICKETS)


def test_an_answer_beyond_all_bounds_is_refused(client: Client, tool: Tool) -> None:
    tool.routes = lambda _asked: Reply("x" * 20_000)

    with pytest.raises(Refused, match="answered with more than"):
        client.fetch(TICKETS)


def test_a_server_that_stays_broken_is_given_up_with_growing_pauses(
    client: Client, tool: Tool, waits: Waits
) -> None:
    tool.routes = lambda _asked: Reply({}, 502)

    with pytest.raises(Unanswered, match=r"/api/tickets gave no answer in 6 attempts \(the last: 502\)"):
        client.fetch(TICKETS)

    assert waits.seconds == [2, 4, 8, 16, 32]


def test_a_server_that_stays_silent_is_asked_again(tool: Tool, waits: Waits) -> None:
    silent = Event()

    def slow_at_first(asked: Asked) -> Reply:
        if len(tool.asked) == 1:
            silent.wait(30)
        return Reply([asked.path])

    tool.routes = slow_at_first
    with client_of(tool, waits, Bounds(silence=2)) as client:
        try:
            answer = client.fetch(TICKETS)
        finally:
            silent.set()

    assert answer is not None
    assert waits.seconds == [2]


def test_a_server_that_is_away_is_given_up(waits: Waits) -> None:
    with serving(lambda _asked: Reply([])) as gone:
        pass

    with (
        closing(Client(Access(gone.url, {}, "DESK_TOKEN"), waits.times())) as client,
        pytest.raises(Unanswered, match="ConnectionError"),
    ):
        client.fetch(TICKETS)


def test_the_next_request_waits_for_the_limit_and_a_success_is_not_held_up(
    client: Client, tool: Tool, waits: Waits
) -> None:
    reset = str(int(NOW.timestamp()) + 600)
    tool.faults.append(Reply([1], 200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}))

    client.fetch(TICKETS)
    assert waits.seconds == []
    client.fetch(TICKETS)
    assert waits.seconds == [601]
    client.fetch(TICKETS)
    assert waits.seconds == [601]


def test_who_asks_for_too_long_a_wait_is_left_for_later(client: Client, tool: Tool) -> None:
    tool.faults.append(Reply({}, 429, {"retry-after": "36000"}))

    with pytest.raises(Unanswered, match="left alone for 600 minutes"):
        client.fetch(TICKETS)


def test_what_may_lack_may_lack(client: Client, tool: Tool) -> None:
    tool.routes = lambda asked: Reply({}, 404 if asked.path.endswith("/1") else 410)

    assert client.fetch(Request(kind="ticket", path="/1", may_lack=True)) is None
    assert client.fetch(Request(kind="ticket", path="/2", may_lack=True)) is None
    with pytest.raises(Refused, match="answers 404: there is nothing there"):
        client.fetch(Request(kind="ticket", path="/1"))


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "DESK_TOKEN holds no token"), (403, "may not read this"), (422, "doesn't take this request")],
)
def test_a_refusal_says_what_to_do_and_no_secret(
    client: Client, tool: Tool, capsys: pytest.CaptureFixture[str], status: int, said: str
) -> None:
    def echo(asked: Asked) -> Reply:
        return Reply({"message": asked.headers["authorization"]}, status)

    tool.routes = echo

    with pytest.raises(Refused, match=said) as refused:
        client.fetch(TICKETS)

    assert TOKEN not in f"{refused.value!r}{capsys.readouterr()}"
    assert "a day" not in str(refused.value)


def test_a_token_that_no_header_can_hold_is_one_sentence(tool: Tool, waits: Waits) -> None:
    access = Access(tool.url, {"Authorization": f"Bearer {TOKEN}\nX: y"}, "DESK_TOKEN")

    with closing(Client(access, waits.times())) as client, pytest.raises(Refused, match="and DESK_TOKEN"):
        client.fetch(TICKETS)
