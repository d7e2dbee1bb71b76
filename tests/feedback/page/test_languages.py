"""The language of a page, what a question says in it, and translation files."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from feedback.page import texts as module
from feedback.page.texts import texts
from harness.surveys import Site, form, site
from runtime.environment import ConfigInvalid

OWN = Path(module.__file__).with_name("texts")


def language(page: Site, name: str = "csat", query: str = "", **headers: str) -> str:
    """The language of the page for the survey `name`."""
    shown = page.app.test_client().get(page.path(name) + query, headers=headers).text
    return shown.partition('<html lang="')[2][:2]


def test_the_language_asked_for_goes_before_the_tickets_and_the_browsers(page: Site) -> None:
    browser = {"Accept-Language": "en-GB,en;q=0.9"}
    assert language(page) == "tr"
    assert language(page, **browser) == "en"
    page.surveys.open["csat"] = replace(page.surveys.open["csat"], locale="tr_TR")
    assert language(page, **browser) == "tr"
    assert language(page, query="?lang=en") == "en"


@pytest.mark.parametrize("asked", ["de", "", "EN", "tr'><script>", "x" * 3000])
def test_an_unknown_language_is_ignored(page: Site, asked: str) -> None:
    answer = page.app.test_client().get(page.path(), query_string={"lang": asked})

    assert '<html lang="tr"' in answer.text
    assert "<script" not in answer.text


def test_only_the_languages_of_the_questionnaire_are_spoken(page: Site) -> None:
    assert language(page, "english", "?lang=tr", **{"Accept-Language": "tr"}) == "en"
    assert "<nav" not in page.app.test_client().get(page.path("english")).text


def test_the_choice_of_a_language_keeps_the_preselected_score(page: Site) -> None:
    shown = page.app.test_client().get(f"{page.path()}?r=4&lang=tr").text

    assert '<a href="?lang=en&amp;r=4" lang="en" hreflang="en">English</a>' in shown
    assert '<a href="?lang=tr&amp;r=4" lang="tr" hreflang="tr" aria-current="true">Türkçe</a>' in shown


def test_an_answer_is_thanked_for_in_the_language_of_its_form(page: Site) -> None:
    browser = {"Accept-Language": "tr"}
    answer = page.app.test_client().post(page.path(), data=form(score="1", language="en"), headers=browser)

    assert "Is there anything else you would like us to know?" in answer.text
    assert page.surveys.given[0][1].language == "en"


@pytest.mark.parametrize(
    ("name", "lang", "points", "said"),
    [
        ("csat", "tr", 5, ["Aldığınız destekten ne kadar memnun kaldınız?", "Ne memnunum ne değilim"]),
        ("csat", "en", 5, ["How satisfied were you with the support you received?", "Very satisfied"]),
        ("nps", "tr", 11, ["Acme şirketini", "0 – Kesinlikle önermem", "10 – Kesinlikle öneririm"]),
        ("nps", "en", 11, ["recommend Acme to a friend or colleague", "0 – Not at all likely"]),
        ("ces", "tr", 7, ["“Acme, sorunumu çözmemi kolaylaştırdı.”", "Kısmen katılıyorum"]),
        ("ces", "en", 7, ["“Acme made it easy for me to handle my issue.”", "Somewhat disagree"]),
        ("short", "tr", 2, ["Sorununuz çözüldü mü?", "Hayır", "Evet"]),
        ("wide", "en", 100, ["Out of a hundred?", "1 – Very dissatisfied", "100 – Very satisfied"]),
        ("english", "en", 7, ["&lt;b&gt;Easy?&lt;/b&gt;", "Strongly agree"]),
    ],
)
def test_a_question_and_its_scale(page: Site, name: str, lang: str, points: int, said: list[str]) -> None:
    shown = page.app.test_client().get(f"{page.path(name)}?lang={lang}").text

    assert shown.count('type="radio"') == points
    for words in said:
        assert words in shown


def test_the_page_asks_as_the_mail_does() -> None:
    letters = OWN.parents[1] / "letters" / "texts"
    for lang, written in texts().items():
        mail = yaml.safe_load((letters / f"{lang}.yml").read_text(encoding="utf-8"))
        for kind in ("csat", "nps", "ces"):
            assert getattr(written.questions, kind) == mail["questions"][kind]
            assert list(getattr(written.labels, kind)) == mail["labels"][kind]


def test_without_a_name_the_company_is_known_by_its_address(tmp_path: Path) -> None:
    named = site(tmp_path, 'from: "Acme Destek <destek@acme.example>"').app.test_client()
    unnamed = site(tmp_path, "enough: 9", DESKPULSE_PUBLIC_URL="https://ask.acme.example").app.test_client()

    assert "<span>Acme Destek</span>" in named.get("/s/x").text
    assert "<span>ask.acme.example</span>" in unnamed.get("/s/x").text


def test_the_notice_stands_on_the_page_and_its_link_can_be_followed(tmp_path: Path) -> None:
    page = site(tmp_path, 'notice: {tr: "Ayrıntı <b>: https://acme.example/kvkk"}')

    shown = page.app.test_client().get(f"{page.path()}?lang=en").text

    assert '<p lang="tr" dir="auto">Ayrıntı &lt;b&gt;: <a href="https://acme.example/kvkk"' in shown


def written(folder: Path, **changed: Any) -> Path:
    """A folder with German texts, which are the English ones with `changed` ones (None: without)."""
    said = {**yaml.safe_load((OWN / "en.yml").read_text(encoding="utf-8")), **changed}
    (folder / "page").mkdir()
    kept = {name: value for name, value in said.items() if value is not None}
    (folder / "page" / "de.yml").write_text(yaml.safe_dump(kept), encoding="utf-8")
    return folder


def test_a_translation_file_adds_a_language(tmp_path: Path) -> None:
    folder = written(tmp_path, name="Deutsch", direction="rtl")
    assert list(texts(folder)) == ["de", "en", "tr"]

    page = site(tmp_path, f"texts: {folder}, company: Acme")
    shown = page.app.test_client().get("/s/x?lang=de").text

    assert '<html lang="de" dir="rtl">' in shown
    assert "Deutsch" in shown


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"stop": None}, "missing required field `stop`"),
        (
            {"problems": {"unknown": {"title": "a", "text": "b"}}},
            "problems: Object missing required field `expired`",
        ),
        ({"labels": {"csat": ["a"]}}, "labels.csat: "),
        ({"greeting": "Hallo"}, "`greeting`"),
        ({"name": "{customer}"}, "name: only {company}, {date}, {limit} are filled in"),
        ({"languages": "{company.x}"}, "languages: only {company}"),
        ({"languages": "a { brace"}, "languages: only {company}"),
        (
            {"dates": {"pattern": "{date}", "months": ["m"] * 12}},
            "dates.pattern: only {day}, {month}, {year}",
        ),
    ],
)
def test_a_faulty_translation_names_its_file_and_text(
    tmp_path: Path, changed: dict[str, Any], named: str
) -> None:
    with pytest.raises(ConfigInvalid) as raised:
        texts(written(tmp_path, **changed))

    assert "de.yml: " in str(raised.value)
    assert named in str(raised.value)


def test_a_file_that_is_no_yaml_and_a_folder_that_is_none_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="nowhere"):
        texts(tmp_path / "nowhere")
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "de.yml").write_text("a: [")
    with pytest.raises(ConfigInvalid, match=r"de\.yml"):
        texts(tmp_path)


def test_a_questionnaire_in_a_language_without_texts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match=r"surveys\.csat\.languages: the page has no texts in de"):
        site(tmp_path, surveys="csat: {languages: [tr, de]}")


def test_every_language_that_comes_along_is_whole() -> None:
    assert list(texts()) == ["en", "tr"]
