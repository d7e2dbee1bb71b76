"""Whatever is sent: success or a clear 4xx, nothing stored that wasn't given, nothing of it run."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.page.form import LONGEST, cleaned
from feedback.page.limits import Limits, Rate
from harness.surveys import Site, site

CLEAR = {200, 400, 404, 405, 410, 413, 415}
ODD = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "</textarea><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "{company} {0} %s",
    '=HYPERLINK("https://x.example")',
    "مرحبا بالعالم",
    "\u202eters\u202c",
    "👩‍👩‍👧‍👦" * 40,
    "ı İ ğ ş",
    "a" * 1_001,
    "a" * 1_000_000,
    "\0",
    "\x1b[2J",
    "javascript:alert(1)",
    "\ud800",
    "\u2028\ufeff",
]
TEXTS = st.one_of(st.sampled_from(ODD), st.text(max_size=1_200))
NAMES = st.sampled_from(
    ["score", "comment", "language", "form", "more", "consent", "score[]", "score[0]", "List-Unsubscribe"]
)
PAIRS = st.lists(
    st.tuples(NAMES, st.one_of(TEXTS, st.sampled_from(["1", "5", "10", "more", "answer", "tr", "en"]))),
    max_size=6,
)
TAGS = {
    *("html", "head", "meta", "title", "link", "body", "header", "p", "span", "nav", "ul", "li", "a"),
    *("main", "div", "form", "input", "fieldset", "legend", "h1", "label", "textarea", "button", "footer"),
    "strong",
}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site that may be asked as often as one likes."""
    free = Rate(10**9, 1.0)
    directory: Path = tmp_path_factory.mktemp("page")
    return site(directory, 'company: "Acme <i>&amp;"', Limits(free, free))


class Elements(HTMLParser):
    """Checks that a page holds elements and attributes of ours alone."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            assert not name.startswith("on"), name
            assert name not in ("style", "src"), name
            assert not (value or "").lower().strip().startswith("javascript:"), value


def harmless(text: str) -> None:
    parser = Elements()
    parser.feed(text)
    parser.close()


def encoded(pairs: list[tuple[str, str]]) -> bytes:
    return urlencode(pairs, errors="surrogatepass").encode("ascii")


@settings(max_examples=250, deadline=None)
@given(PAIRS, st.sampled_from(["csat", "nps", "english", "forgotten"]), st.booleans())
def test_a_form_of_anything_is_stored_as_given_or_refused(
    page: Site, pairs: list[tuple[str, str]], name: str, stop: bool
) -> None:
    known = page.surveys
    for told in (known.given, known.remarks, known.stopped):
        told.clear()

    answer = page.app.test_client().post(
        page.path(name) + ("/stop" if stop else ""),
        data=encoded(pairs),
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code in CLEAR
    harmless(answer.text)
    said = dict(pairs)
    assert bool(known.given or known.remarks or known.stopped) == (answer.status_code == 200)
    for survey, stored in known.given:
        assert (survey, str(stored.score)) == (name, said["score"])
        assert stored.comment == (cleaned(said.get("comment", "")) or None)
        assert stored.language in known.open[name].questionnaire.languages
    for text in [
        *(stored.comment or "" for _, stored in known.given),
        *(more for _, more, _, _ in known.remarks),
    ]:
        assert len(text) <= LONGEST
        assert not any(ord(each) < 32 and each != "\n" for each in text)
        text.encode("utf-8")


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=2_000), st.sampled_from(["", "; charset=latin-1", "; charset=x", ";;", "; boundary=a"])
)
def test_a_body_of_any_bytes_is_answered(page: Site, body: bytes, parameter: str) -> None:
    page.surveys.given.clear()
    for content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        for path in (page.path(), f"{page.path()}/stop"):
            answer = page.app.test_client().post(path, data=body, content_type=content_type + parameter)
            assert answer.status_code in CLEAR
    assert all(stored.score in range(1, 6) for _, stored in page.surveys.given)


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from(["GET", "HEAD", "POST", "PUT", "OPTIONS"]), st.booleans())
def test_an_address_of_anything_is_answered(
    page: Site, path: str, query: str, method: str, real: bool
) -> None:
    token = page.path() if real else "/s/" + quote(path[:3_000], errors="surrogatepass")
    asked = {"r": query[:3_000], "lang": query[:3_000]}
    page.surveys.given.clear()

    answer = page.app.test_client().open(
        token, method=method, query_string=urlencode(asked, errors="surrogatepass")
    )

    # The framework sends addresses with a double slash to those without.
    assert answer.status_code in CLEAR or (answer.status_code == 308 and "//" in f"/{path}")
    if answer.status_code != 308:
        harmless(answer.text)
    assert not page.surveys.given


@pytest.mark.parametrize(
    "header", ["Accept-Language", "X-Forwarded-For", "Cookie", "Content-Type", "Referer"]
)
@settings(max_examples=60, deadline=None)
@given(value=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=300))
def test_a_header_of_anything_is_answered(page: Site, header: str, value: str) -> None:
    headers: dict[str, Any] = {header: value}

    answer = page.app.test_client().get(page.path(), headers=headers)

    assert answer.status_code == 200
    harmless(answer.text)


@pytest.mark.parametrize("text", ODD[:9])
def test_what_was_said_is_shown_again_as_text(page: Site, text: str) -> None:
    web = page.app.test_client()
    pairs = [("form", "answer"), ("score", "5"), ("comment", text)]
    urlencoded = "application/x-www-form-urlencoded"

    assert web.post(page.path(), data=encoded(pairs), content_type=urlencoded).status_code == 200
    shown = web.get(page.path()).text

    harmless(shown)
    assert page.surveys.given[-1][1].comment == text
    assert 'dir="auto"' in shown
