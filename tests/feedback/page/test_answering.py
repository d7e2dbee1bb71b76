"""Answering over HTTP: what is shown, what is stored, and that opening a page stores nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from feedback.page.surroundings import Present
from harness.surveys import END, NOW, Site, form, site


def test_a_get_shows_the_form_and_stores_nothing(page: Site) -> None:
    answer = page.app.test_client().get(page.path())

    assert answer.status_code == 200
    assert answer.text.count('type="radio"') == 5
    assert " checked" not in answer.text
    assert not page.surveys.given


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_scanner_that_follows_every_link_stores_nothing(page: Site, method: str) -> None:
    web = page.app.test_client()

    for path in [*(f"{page.path()}?r={score}" for score in range(1, 6)), f"{page.path()}/stop"]:
        assert web.open(path, method=method).status_code == 200

    assert (page.surveys.given, page.surveys.remarks, page.surveys.stopped) == ([], [], [])


def test_the_link_in_the_mail_preselects_its_score(page: Site) -> None:
    shown = page.app.test_client().get(f"{page.path()}?r=4").text

    assert shown.count(" checked") == 1
    assert 'value="4" checked' in shown


@pytest.mark.parametrize("score", ["0", "6", "04", "+4", "4.0", "٤", "", "x", "<script>", "9" * 5000])
def test_a_score_that_is_none_preselects_nothing(page: Site, score: str) -> None:
    answer = page.app.test_client().get(page.path(), query_string={"r": score})

    assert answer.status_code == 200
    assert " checked" not in answer.text
    assert "<script" not in answer.text


def test_a_post_stores_and_thanks(page: Site) -> None:
    posted = form(score="5", comment="  Çok hızlıydı,\r\nteşekkürler 🙏 ", language="tr")

    answer = page.app.test_client().post(page.path(), data=posted)

    assert answer.status_code == 200
    assert 'role="status"' in answer.text
    assert "Bilmemizi istediğiniz başka bir şey var mı?" in answer.text
    [(survey, given)] = page.surveys.given
    assert survey == "csat"
    assert (given.score, given.comment) == (5, "Çok hızlıydı,\nteşekkürler 🙏")
    assert (given.language, given.at) == ("tr", NOW)


def test_a_double_click_tells_the_same_twice(page: Site) -> None:
    web = page.app.test_client()

    first, second = (web.post(page.path(), data=form(score="3", comment="tamam")) for _ in range(2))

    assert first.status_code == second.status_code == 200
    assert page.surveys.given[0] == page.surveys.given[1]


def test_an_answer_may_be_changed_until_the_end(page: Site) -> None:
    web = page.app.test_client()
    web.post(page.path(), data=form(score="2", comment="uzun sürdü"))

    shown = web.get(f"{page.path()}?lang=en").text
    changed = web.post(page.path(), data=form(score="4", comment="oldu", language="en")).text

    assert "Your answer so far: <strong>2 – Dissatisfied</strong>" in shown
    assert "You can change your answer until 6 December 2026." in shown
    assert 'value="2" checked' in shown
    assert ">\nuzun sürdü</textarea>" in shown
    assert "replaces the earlier one" in changed
    assert [(given.score, given.comment) for _, given in page.surveys.given] == [
        (2, "uzun sürdü"),
        (4, "oldu"),
    ]


def test_a_link_with_another_score_preselects_that_one_over_the_present_answer(page: Site) -> None:
    page.surveys.open["csat"] = replace(page.surveys.open["csat"], present=Present(2, None))

    shown = page.app.test_client().get(f"{page.path()}?r=5&lang=tr").text

    assert 'value="5" checked' in shown
    assert "<strong>2 – Memnun değilim</strong>" in shown
    assert "6 Aralık 2026" in shown


def test_a_further_remark_is_its_own_form(page: Site) -> None:
    data = {"form": "more", "more": "Bir de: kargo gecikti.", "language": "tr", "score": "1"}

    answer = page.app.test_client().post(page.path(), data=data)

    assert answer.status_code == 200
    assert 'role="status"' in answer.text
    assert "<form" not in answer.text
    assert page.surveys.remarks == [("csat", "Bir de: kargo gecikti.", "tr", NOW)]
    assert not page.surveys.given


def test_an_empty_remark_is_not_stored(page: Site) -> None:
    answer = page.app.test_client().post(page.path(), data={"form": "more", "more": " \r\n "})

    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert not page.surveys.remarks


@pytest.mark.parametrize("score", ["", "6", "0", "4,5", "beş"])
def test_a_faulty_score_is_shown_and_the_text_kept(page: Site, score: str) -> None:
    answer = page.app.test_client().post(page.path(), data=form(score=score, comment="kalsın"))

    assert answer.status_code == 400
    assert '<div class="alert" role="alert" tabindex="-1" autofocus>' in answer.text
    assert 'href="#score-1"' in answer.text
    assert 'aria-describedby=" score-fault"' in answer.text
    assert ">\nkalsın</textarea>" in answer.text
    assert not page.surveys.given


def test_a_comment_is_counted_in_characters(page: Site) -> None:
    web = page.app.test_client()
    longest = "🙂" * 1000

    assert web.post(page.path(), data=form(score="1", comment=longest)).status_code == 200
    answer = web.post(page.path(), data=form(score="1", comment=f"{longest}!"))

    assert answer.status_code == 400
    assert f"{longest}!</textarea>" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'value="1" checked' in answer.text
    assert [given.comment for _, given in page.surveys.given] == [longest]


def test_a_nul_is_refused_and_other_control_characters_are_dropped(page: Site) -> None:
    web = page.app.test_client()

    refused = web.post(page.path(), data=form(score="1", comment="a\0b"))
    taken = web.post(page.path(), data=form(score="1", comment="a\x07\x1b[31mb\tc\x85\nd"))

    assert refused.status_code == 400
    assert taken.status_code == 200
    assert [given.comment for _, given in page.surveys.given] == ["a[31mb c\nd"]


def test_what_cannot_be_stored_just_now_stays_in_the_form(page: Site) -> None:
    page.surveys.stores = False
    web = page.app.test_client()

    answer = web.post(page.path(), data=form(score="2", comment="kaybolmasın", language="tr"))
    remark = web.post(page.path(), data={"form": "more", "more": "bu da"})

    assert answer.status_code == remark.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert 'role="alert"' in answer.text
    assert 'value="2" checked' in answer.text
    assert ">\nkaybolmasın</textarea>" in answer.text
    assert ">\nbu da</textarea>" in remark.text


def test_a_comment_is_kept_only_with_consent_where_that_is_asked_for(tmp_path: Path) -> None:
    page = site(tmp_path, 'consent: {tr: "Yorumum saklanabilir."}')
    web = page.app.test_client()

    shown = web.get(f"{page.path()}?lang=en").text
    without = web.post(page.path(), data=form(score="1", comment="gizli", language="tr"))
    web.post(page.path(), data=form(score="2", comment="açık", consent="yes"))

    assert '<span lang="tr">Yorumum saklanabilir.</span>' in shown
    assert "yorumunuz kaydedilmedi" in without.text
    assert [(given.score, given.comment) for _, given in page.surveys.given] == [(1, None), (2, "açık")]


def test_a_remark_without_consent_is_shown_again(tmp_path: Path) -> None:
    page = site(tmp_path, 'consent: {en: "You may keep it."}')

    answer = page.app.test_client().post(page.path(), data={"form": "more", "more": "gizli"})

    assert answer.status_code == 400
    assert 'href="#consent"' in answer.text
    assert not page.surveys.remarks


def test_one_click_of_a_mail_program_opts_out(page: Site) -> None:
    answer = page.app.test_client().post(
        f"{page.path()}/stop", data={"List-Unsubscribe": "One-Click"}, headers={"Accept": "*/*"}
    )

    assert answer.status_code == 200
    assert page.surveys.stopped == [("csat", NOW)]


def test_one_click_may_come_as_multipart(page: Site) -> None:
    answer = page.app.test_client().post(
        f"{page.path()}/stop",
        data={"List-Unsubscribe": "One-Click"},
        content_type="multipart/form-data",
    )

    assert answer.status_code == 200
    assert page.surveys.stopped == [("csat", NOW)]


def test_opting_out_works_when_the_survey_is_over(page: Site) -> None:
    page.surveys.open["csat"] = replace(page.surveys.open["csat"], standing="closed")

    answer = page.app.test_client().post(
        f"{page.path(expires_at=NOW)}/stop", data={"List-Unsubscribe": "One-Click"}
    )

    assert answer.status_code == 200
    assert page.surveys.stopped == [("csat", NOW)]


@pytest.mark.parametrize("data", [{}, {"List-Unsubscribe": "no"}, {"language": "tr"}])
def test_a_post_that_doesnt_say_so_does_not_opt_out(page: Site, data: dict[str, str]) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = page.app.test_client().post(f"{page.path()}/stop", data=data, headers=headers)

    assert answer.status_code == 400
    assert not page.surveys.stopped


def test_an_opting_out_that_nobody_took_is_not_called_done(page: Site) -> None:
    page.surveys.stores = False

    answer = page.app.test_client().post(f"{page.path()}/stop", data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 503
    assert "One-Click" in answer.text
    assert 'role="status"' not in answer.text


def test_the_end_of_a_survey_is_the_end_of_its_token(page: Site) -> None:
    web = page.app.test_client()

    assert web.get(page.path(expires_at=NOW + 1)).status_code == 200
    assert web.get(page.path(expires_at=NOW)).status_code == 410
    assert web.post(page.path(expires_at=NOW), data=form(score="1")).status_code == 410
    assert web.get(page.path(expires_at=END)).status_code == 200
    assert not page.surveys.given
