"""`deskpulse.yml` is checked whole, and what is wrong in it is named."""

from pathlib import Path

import pytest

from runtime.config import Config, Secret, load, parse, secrets, span_seconds
from runtime.environment import ConfigInvalid

WHOLE = b"""
sources:
  acme: {adapter: cloudevents, secrets: [env:NEW, env:OLD], tolerance: 90s, teams: {"1": billing}}
metrics: {bucket: 15m, label_values: 7}
"""

WRONG = {
    b"sources: {acme: {secrets: []}}": "sources.acme: ",
    b"sources: {acme: {adapter: a, secret: x}}": "sources.acme: ",
    b"sources: {acme: {adapter: a, secrets: [plain-text]}}": "sources.acme.secrets[0]: ",
    b"sources: {acme: {adapter: a, tolerance: soon}}": "sources.acme.tolerance: expected a span such as",
    b"sources: {'a/b': {adapter: a}}": "sources: the key a/b: expected a name of at most",
    b"metrics: {bucket: 2h}": "metrics.bucket: ",
    b"metrics: {label_values: 0}": "metrics.label_values: ",
    b"metric: {}": "metric",
    b"- a list": "",
    b"sources: [": "not YAML",
}


def test_a_whole_file_is_read() -> None:
    config = parse(WHOLE, "x.yml")

    assert (config.metrics.bucket, config.metrics.label_values) == ("15m", 7)
    assert (config.sources["acme"].adapter, config.sources["acme"].teams) == ("cloudevents", {"1": "billing"})
    assert secrets(config, {"NEW": "n", "OLD": "o"}) == {"acme": [Secret("n"), Secret("o")]}


@pytest.mark.parametrize("raw", [b"", b"   \n", b"# nothing yet\n"])
def test_an_empty_file_is_the_defaults(raw: bytes) -> None:
    assert parse(raw, "x.yml") == Config()


@pytest.mark.parametrize(("raw", "where"), WRONG.items(), ids=str)
def test_what_is_wrong_is_named_with_its_file(raw: bytes, where: str) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        parse(raw, "x.yml")

    assert str(refused.value).startswith("x.yml: ")
    assert where in str(refused.value)


def test_a_secret_that_is_not_set_is_named_and_never_shown() -> None:
    with pytest.raises(ConfigInvalid) as refused:
        secrets(parse(WHOLE, "x.yml"), {"NEW": "very secret"})

    assert str(refused.value) == "set OLD or OLD_FILE: sources.acme.secrets[1] refers to it"


def test_a_file_that_is_not_there_says_what_names_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match=r"No such file.*DESKPULSE_CONFIG names the file"):
        load(tmp_path / "missing.yml")


@pytest.mark.parametrize(
    ("span", "seconds"), [("0s", 0), ("90s", 90), ("15m", 900), ("8h", 28_800), ("2d", 172_800)]
)
def test_a_span_is_seconds(span: str, seconds: int) -> None:
    assert span_seconds(span) == seconds
