"""The texts of mails: those that come along, and an operator's own."""

from pathlib import Path

import pytest
import yaml

from feedback.letters import words
from feedback.letters.words import choices, letter_texts
from runtime.environment import ConfigInvalid

OWN = Path(words.__file__).with_name("texts")


def written(folder: Path, language: str, **changes: object) -> str:
    """A folder of texts in which the file of `language` is the English one with `changes`."""
    content = yaml.safe_load((OWN / "en.yml").read_text(encoding="utf-8")) | changes
    (folder / "letters").mkdir(exist_ok=True)
    (folder / "letters" / f"{language}.yml").write_text(yaml.safe_dump(content, allow_unicode=True))
    return str(folder)


def test_turkish_and_english_come_along_and_name_every_point() -> None:
    for texts in letter_texts(["tr", "en"]).values():
        assert {kind: len(labels) for kind, labels in texts.labels.items()} == {"csat": 5, "nps": 2, "ces": 7}


def test_a_file_of_ones_own_brings_a_language_or_replaces_one(tmp_path: Path) -> None:
    written(tmp_path, "de", greeting="Hallo,")
    folder = written(tmp_path, "en", greeting="Hi,")

    texts = letter_texts(["tr", "en", "de"], folder)

    assert [texts[language].greeting for language in ("tr", "en", "de")] == ["Merhaba,", "Hi,", "Hallo,"]


def test_a_language_without_mails_says_which_file_to_write(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match=r"no mails in de: write <feedback\.texts>/letters/de\.yml"):
        letter_texts(["de"])
    with pytest.raises(ConfigInvalid, match=rf"write {tmp_path}/letters/de\.yml"):
        letter_texts(["de"], str(tmp_path))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"subject": "x\nBcc: y"}, "subject"),
        ({"subject": "{customer}"}, r"subject: only \{company\}, \{ticket\} are filled in"),
        ({"about": "{company.__class__}"}, "about: only"),
        ({"about": "{0}"}, "about: only"),
        ({"about": "{"}, "about: only"),
        ({"until": "{date!x}"}, "until: only"),
        ({"questions": {"csat": "?"}}, "write those of nps"),
        (
            {"labels": {"csat": ["a", "b", "c"], "nps": ["a", "b"], "ces": ["a", "b"]}},
            r"labels\.csat: write 5",
        ),
        ({"months": ["January"]}, "months"),
        ({"greetings": "Hi"}, "greetings"),
    ],
)
def test_a_faulty_file_says_what_is_wrong(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigInvalid, match=message) as raised:
        letter_texts(["de"], written(tmp_path, "de", **changes))
    assert "de.yml" in str(raised.value)


def test_a_scale_that_labels_dont_fit_has_its_ends_named() -> None:
    texts = letter_texts(["en"])["en"]

    assert choices("csat", 1, 3, texts, {}) == [(1, "Very dissatisfied"), (2, ""), (3, "Very satisfied")]
    assert choices("csat", 1, 5, texts, {1: "bad", 5: "good"}) == [
        (1, "bad"),
        (2, ""),
        (3, ""),
        (4, ""),
        (5, "good"),
    ]
