"""What can't be answered is told to people: a page of its own and a status for each state."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from flask.testing import FlaskClient

from feedback.page.limits import Buckets, Limits, Rate, asker
from feedback.page.surroundings import Open, Standing
from feedback.page.texts import texts
from harness.surveys import NOW, Site, form, site

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
}
SAID = texts()["en"].problems


def asked(web: FlaskClient, path: str, title: str, **how: object) -> int:
    """The status of the page with this `title`, which is for people and has the headers of every page."""
    answer = web.open(path, **{"method": "GET", **how})  # type: ignore[arg-type]
    assert answer.content_type == "text/html; charset=utf-8"
    assert title.replace("'", "&#39;") in answer.text
    assert HEADERS.items() <= dict(answer.headers).items()
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers
    return answer.status_code


@pytest.mark.parametrize("path", ["/s/nonsense", "/s/", "/s/a/b/c", "/s/%00", "/s/nonsense/stop"])
def test_a_link_that_is_none_leads_to_a_page(page: Site, path: str) -> None:
    assert asked(page.app.test_client(), path, SAID.unknown.title) == 404


def test_a_survey_that_nobody_knows_is_unknown(page: Site) -> None:
    assert asked(page.app.test_client(), page.path("forgotten"), SAID.unknown.title) == 404


def test_each_end_of_a_survey_has_its_own_words(page: Site) -> None:
    web = page.app.test_client()

    assert asked(web, page.path(expires_at=NOW) + "?lang=en", SAID.expired.title) == 410
    for standing, said in [("closed", SAID.closed), ("erased", SAID.erased)]:
        kept: Standing = "closed" if standing == "closed" else "erased"
        page.surveys.open["csat"] = replace(page.surveys.open["csat"], standing=kept)
        assert asked(web, page.path() + "?lang=en", said.title) == 410
        posted = form(score="1", language="en")
        assert asked(web, page.path(), said.title, method="POST", data=posted) == 410
    assert asked(web, f"{page.path()}/stop?lang=en", SAID.erased.title) == 410


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_other_methods_are_named(page: Site, method: str) -> None:
    web = page.app.test_client()

    assert asked(web, page.path(), SAID.method.title, method=method) == 405
    assert web.open(page.path(), method=method).headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    "content_type", ["application/json", "multipart/form-data; boundary=x", "", "text/x"]
)
def test_an_answer_is_a_form(page: Site, content_type: str) -> None:
    how = {"method": "POST", "data": b"score=1", "content_type": content_type}

    assert asked(page.app.test_client(), page.path(), SAID.form.title, **how) == 415


@pytest.mark.parametrize("length", [True, False])
def test_a_body_that_is_too_large_is_refused(page: Site, length: bool) -> None:
    body = b"score=1&comment=" + b"a" * 1_000_000
    how: dict[str, object] = {
        "method": "POST",
        "input_stream": io.BytesIO(body),
        "content_type": "application/x-www-form-urlencoded",
        "content_length": len(body) if length else None,
        "environ_overrides": {"wsgi.input_terminated": True},
    }

    for path in (page.path(), f"{page.path()}/stop"):
        how["input_stream"] = io.BytesIO(body)
        assert asked(page.app.test_client(), path, SAID.large.title, **how) == 413


@pytest.mark.parametrize(
    "body",
    [
        b"score=4&comment=%ED%A0%80",
        b"score=4&comment=%FF",
        b"score=4&comment=\xff",
        b"score=4&score=5",
        b"score=4&comment=a&comment=b",
        b"&".join(b"x%d=1" % each for each in range(100)),
    ],
)
def test_a_garbled_form_is_refused_whole(page: Site, body: bytes) -> None:
    how = {"method": "POST", "data": body, "content_type": "application/x-www-form-urlencoded"}

    assert asked(page.app.test_client(), page.path(), SAID.garbled.title, **how) == 400
    assert not page.surveys.given


def test_surveys_that_cannot_be_read_are_unavailable(page: Site) -> None:
    page.surveys.finds = False
    web = page.app.test_client()

    assert asked(web, page.path(), SAID.unavailable.title) == 503
    assert web.get(page.path()).headers["Retry-After"] == "10"


def test_a_fault_of_ours_tells_neither_the_reader_nor_the_log_what_was_said(page: Site) -> None:
    class Faulty(dict[str, Open]):
        def get(self, key: str, _default: object = None) -> Open:
            raise RuntimeError(f"{key}: gizli")

    page.surveys.open = Faulty()
    with structlog.testing.capture_logs() as logs:
        posted = form(score="1", comment="gizli")
        assert (
            asked(page.app.test_client(), page.path(), SAID.failed.title, method="POST", data=posted) == 500
        )

    assert [entry["error"] for entry in logs] == ["RuntimeError"]
    assert "gizli" not in str(logs)
    assert page.path().removeprefix("/s/") not in str(logs)


def test_one_address_may_not_ask_too_often(tmp_path: Path) -> None:
    page = site(tmp_path, limits=Limits(address=Rate(3, 0.1), survey=Rate(100, 1)))
    web = page.app.test_client()

    for _ in range(3):
        assert web.get("/s/guess").status_code == 404

    assert asked(web, "/s/guess", SAID.busy.title) == 429
    assert 1 <= int(web.get(page.path()).headers["Retry-After"]) <= 10
    assert web.get("/s/style.css").status_code == 200
    elsewhere = {"environ_overrides": {"REMOTE_ADDR": "192.0.2.9"}}
    assert web.get(page.path(), **elsewhere).status_code == 200


def test_one_survey_may_not_be_asked_for_too_often(tmp_path: Path) -> None:
    page = site(tmp_path, limits=Limits(address=Rate(100, 1), survey=Rate(2, 0.1)))
    web = page.app.test_client()

    assert [web.get(page.path()).status_code for _ in range(3)] == [200, 200, 429]
    assert web.get(page.path("nps")).status_code == 200


def test_a_forwarded_address_counts_only_behind_a_trusted_proxy(tmp_path: Path) -> None:
    few = Limits(address=Rate(1, 0.1))
    direct = site(tmp_path, limits=few).app.test_client()
    behind = site(tmp_path, limits=few, DESKPULSE_TRUSTED_PROXIES="1").app.test_client()

    found = {
        web: [
            web.get("/s/guess", headers={"X-Forwarded-For": f"203.0.113.1, 198.51.100.{each}"}).status_code
            for each in range(2)
        ]
        for web in (direct, behind)
    }

    assert found == {direct: [404, 429], behind: [404, 404]}


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "expected"),
    [
        ("192.0.2.1", "203.0.113.7", 0, "192.0.2.1"),
        ("192.0.2.1", "203.0.113.7", 1, "203.0.113.7"),
        ("192.0.2.1", "6.6.6.6, 203.0.113.7, 198.51.100.1", 2, "203.0.113.7"),
        ("192.0.2.1", "203.0.113.7", 5, "203.0.113.7"),
        ("192.0.2.1", "", 1, "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "", 0, "2001:0db8:0001:0002"),
        (None, "", 0, ""),
        ("192.0.2.1", "x" * 500, 1, "x" * 64),
    ],
)
def test_who_asks(remote: str | None, forwarded: str, proxies: int, expected: str) -> None:
    assert asker(remote, forwarded, proxies) == expected


def test_buckets_fill_again_and_stay_few() -> None:
    buckets = Buckets(Rate(2, 0.5), most=100)

    assert [buckets.wait("a", 0.0) for _ in range(3)] == [0.0, 0.0, 2.0]
    assert buckets.wait("a", 1.0) == 1.0
    assert buckets.wait("a", 2.0) == 0.0
    for each in range(1_000):
        buckets.wait(str(each), 3.0)
    assert len(buckets) == 100


def test_the_style_sheet_may_be_kept(page: Site) -> None:
    answer = page.app.test_client().get("/s/style.css?v=1")

    assert answer.content_type == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    assert HEADERS.items() <= dict(answer.headers).items()
