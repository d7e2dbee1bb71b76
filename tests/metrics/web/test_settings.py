"""What the web service takes from its environment."""

from pathlib import Path

import pytest

from metrics.settings import read_settings
from runtime.environment import ConfigInvalid


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "deskpulse.yml"
    path.write_text("metrics: {bucket: 15m, label_values: 7}\n")
    return str(path)


def test_the_api_may_have_several_tokens(config: str) -> None:
    settings = read_settings({"DESKPULSE_CONFIG": config, "DESKPULSE_API_TOKEN": "one, two,"})

    assert settings.tokens == ("one", "two")
    assert (settings.ways.width, settings.label_values) == (900, 7)


def test_a_token_may_come_from_a_file(config: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-a-file\n")

    settings = read_settings(
        {"DESKPULSE_CONFIG": config, "DESKPULSE_API_TOKEN_FILE": str(tmp_path / "token")}
    )

    assert settings.tokens == ("from-a-file",)


def test_the_hash_key_is_optional(config: str) -> None:
    env = {"DESKPULSE_CONFIG": config, "DESKPULSE_API_TOKEN": "one"}

    assert read_settings(env).hash_key is None
    assert read_settings({**env, "DESKPULSE_HASH_KEY": "long and random"}).hash_key == b"long and random"


@pytest.mark.parametrize("text", ["", " , "])
def test_an_api_without_a_token_is_refused(config: str, text: str) -> None:
    with pytest.raises(ConfigInvalid, match="DESKPULSE_API_TOKEN"):
        read_settings({"DESKPULSE_CONFIG": config, "DESKPULSE_API_TOKEN": text})
