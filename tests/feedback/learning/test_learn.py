"""Learning from what customers scored and said: in the real store, from cases to the worker's readings."""

from collections.abc import Iterable
from typing import Any

import pytest
from msgspec.structs import replace
from pymongo import MongoClient

from feedback.cases.case import Answer, Revision
from feedback.learning.examples import latest
from feedback.learning.learn import Learned, learn
from feedback.learning.models import Models
from feedback.learning.shelf import Shelf
from feedback.sentiment.model import Model, dump
from feedback.sentiment.reading import read
from feedback.sentiment.training import ENOUGH, Example
from feedback.store import Store, database_name
from harness.cases import HOUR, NOON, Cases, a_case, a_revision, a_ticket, an_answer
from local.stack import Stack

# A trade's own words, of which the word list knows none; and ways to say them.
GOOD = ("yeşil lamba yandı", "mavi bant tuttu", "conta oturdu")
BAD = ("kırmızı lamba yandı", "sarı bant attı", "conta terledi")
PLACES = ("depoda", "şantiyede", "bodrumda", "çatıda", "atölyede", "sahada", "bahçede", "limanda")
TIMES = ("sabah", "öğlen", "akşam")


@pytest.fixture
def cases(mongo: MongoClient[Any], database: str) -> Cases:
    return Cases(mongo, database_name(database))


def texts(words: Iterable[str]) -> list[str]:
    return [f"bugün {place} {time} {said}" for said in words for place in PLACES for time in TIMES]


def comment(number: int, score: int, text: str, at: int) -> Answer:
    """An answer whose comment was read, in Turkish, as of `at`."""
    found = Revision(at=at, event=f"e{number}", score=score, comment=text, reading=read(text, locale="tr"))
    return an_answer(id=f"a{number}", revisions=(found,))


def speak(cases: Cases, good: int, bad: int, at: int = NOON, name: str = "a") -> None:
    """144 comments in the trade's words: those of GOOD with the score `good`, of BAD with `bad`."""
    scored = [(good, text) for text in texts(GOOD)] + [(bad, text) for text in texts(BAD)]
    cases.put(
        *(
            a_case(f"{name}{n}", answers=(comment(n, score, text, at + n),))
            for n, (score, text) in enumerate(scored)
        )
    )


def of(learned: list[Learned], language: str = "tr") -> Learned:
    (found,) = [one for one in learned if one.language == language]
    return found


def test_what_customers_score_teaches_words_that_the_list_does_not_know(cases: Cases) -> None:
    speak(cases, good=5, bad=1)
    text = "az önce serada conta terledi"
    assert read(text, locale="tr").label == "unknown"

    found = of(learn(cases.store, NOON + HOUR))

    assert (found.outcome, found.labels) == ("adopted", len(texts(GOOD)) * 2)
    assert found.compared is not None
    assert found.compared.macro_f1 > found.compared.listed_macro_f1
    assert found.version is not None
    assert found.version in str(found)
    reading = read(text, locale="tr", models=Models(cases.store)())
    assert (reading.label, reading.method, reading.version) == ("negative", "learned", found.version)


def test_too_few_comments_teach_nothing_and_that_is_said(cases: Cases) -> None:
    cases.put(a_case(answers=(comment(1, 5, "harika", NOON),)))

    found = learn(cases.store, NOON)

    assert [(one.language, one.outcome, one.version) for one in found] == [
        ("tr", "none", None),
        ("en", "none", None),
    ]
    assert f"too few labels: 1 of {ENOUGH}" in str(of(found))
    assert Models(cases.store)() == {}


def test_the_same_comments_make_the_same_model_which_stays(cases: Cases) -> None:
    speak(cases, good=5, bad=1)
    first = of(learn(cases.store, NOON + HOUR))

    again = of(learn(cases.store, NOON + 2 * HOUR))

    assert (again.outcome, again.version) == ("unchanged", first.version)
    kept = Shelf(cases.store).take(first.version or "")
    assert kept is not None
    assert kept.at == NOON + HOUR


def test_a_better_model_replaces_the_present_one_which_is_kept(cases: Cases) -> None:
    speak(cases, good=5, bad=1)
    first = of(learn(cases.store, NOON + HOUR))
    cases.put(a_case("more", answers=(comment(900, 1, "bugün limanda conta terledi yine", NOON),)))

    second = of(learn(cases.store, NOON + 2 * HOUR))

    assert second.outcome == "adopted"
    assert Shelf(cases.store).in_use() == {"tr": second.version}
    states = {d["_id"]: d["state"] for d in cases.store.database["models"].find()}
    assert states == {first.version: "replaced", second.version: "in_use"}


def test_a_model_that_no_longer_beats_the_list_is_retired(cases: Cases, model: Model) -> None:
    Shelf(cases.store).adopt(model, NOON - HOUR)
    # The trade's words mean the opposite now, and plain ones are scored as the list reads them.
    plain = [(5, "mükemmeldi"), (1, "çok kötüydü")]
    cases.put(
        *(
            a_case(f"p{n}", answers=(comment(n, score, f"{place} {time} {words}", NOON + n),))
            for n, (score, words, place, time) in enumerate(
                (score, words, place, time)
                for score, words in plain
                for place in PLACES
                for time in (*TIMES, "gece", "dün", "pazar", "salı")
            )
        )
    )

    found = of(learn(cases.store, NOON + HOUR))

    assert (found.outcome, found.version) == ("retired", None)
    assert "no longer better" in found.reason
    assert found.compared is not None
    assert found.compared.texts == 112
    assert Models(cases.store)() == {}


def test_a_model_stays_while_there_is_too_little_that_it_has_not_seen(cases: Cases, model: Model) -> None:
    Shelf(cases.store).adopt(model, NOON)

    found = of(learn(cases.store, NOON + HOUR))

    assert (found.outcome, found.version) == ("kept", model.version)
    assert Models(cases.store)().keys() == {"tr"}


def test_a_model_that_cannot_be_read_is_ignored_and_retired_at_night(cases: Cases, model: Model) -> None:
    Shelf(cases.store).adopt(model, NOON)
    spoilt = dump(replace(model, lexicon="another")).decode()
    cases.store.database["models"].update_one({"_id": model.version}, {"$set": {"model": spoilt}})

    assert Models(cases.store)() == {}
    assert of(learn(cases.store, NOON + HOUR)).outcome == "retired"
    assert Shelf(cases.store).in_use() == {}


def test_models_are_looked_up_once_a_minute_and_stay_while_the_store_is_away(
    stack: Stack, cases: Cases, model: Model
) -> None:
    now = [0.0]
    client = MongoClient[Any](stack.mongo)
    models = Models(Store(client, cases.store.database.name), lambda: now[0])
    assert models() == {}
    Shelf(cases.store).adopt(model, NOON)

    now[0] = 59.0
    assert models() == {}
    now[0] = 61.0
    assert models()["tr"].version == model.version
    Shelf(cases.store).retire(model.version, NOON, None)
    client.close()
    now[0] = 122.0
    assert models()["tr"].version == model.version


def test_only_the_latest_comments_are_taken_as_they_stand_now(cases: Cases) -> None:
    edited = an_answer(
        id="a1",
        revisions=(a_revision(1, NOON, "berbat bir hizmet"), a_revision(5, NOON + 5, "harika bir hizmet")),
    )
    cases.put(
        a_case("1", answers=(edited,)),
        a_case("2", answers=(comment(2, 1, "çok kötü bir ekip", NOON + 1),)),
        a_case("3", answers=(comment(3, 3, "fena değil bir şey", NOON + 2), an_answer(2, id="a9"))),
        a_case("4", answers=(an_answer(9, "harika bir ekip", id="a4", scale=10, at=NOON + 9),)),
        a_case("5", ticket=a_ticket(excluded="spam"), answers=(comment(5, 1, "kötü", NOON + 9),)),
    )

    def taken(most: int) -> list[Example]:
        return [example for _, example in latest(cases.store, lambda _: None, most)["tr"]]

    assert taken(9) == [
        Example("çok kötü bir ekip", "negative"),
        Example("fena değil bir şey", "neutral"),
        Example("harika bir hizmet", "positive"),
    ]
    assert taken(2) == taken(9)[1:]


def test_the_latest_are_found_also_in_cases_where_something_else_was_said_last(cases: Cases) -> None:
    english = an_answer(5, "the support team was excellent and very helpful", id="a2", at=NOON + 9)
    cases.put(
        a_case("1", answers=(comment(1, 1, "çok kötü bir ekip", NOON + 1), english)),
        a_case("2", answers=(comment(3, 5, "harika bir ekip", NOON + 5),)),
    )

    found = latest(cases.store, lambda _: None, most=1)

    assert [[example.text for _, example in found[language]] for language in ("tr", "en")] == [
        ["harika bir ekip"],
        ["the support team was excellent and very helpful"],
    ]
