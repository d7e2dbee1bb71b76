"""What a process takes from its environment."""

from pathlib import Path

import pytest

from runtime.environment import Addresses, ConfigInvalid, addresses, required, variable


def test_a_variable_wins_over_its_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of the file\n")
    env = {"SECRET_FILE": str(tmp_path / "secret")}

    assert variable(env, "SECRET") == "of the file"
    assert variable({**env, "SECRET": "of the variable"}, "SECRET") == "of the variable"
    assert variable({}, "SECRET") is None


def test_a_file_that_can_not_be_read_is_named_with_its_variable(tmp_path: Path) -> None:
    missing = tmp_path / "missing"

    with pytest.raises(ConfigInvalid, match=f"SECRET_FILE: can't read {missing}: No such file"):
        variable({"SECRET_FILE": str(missing)}, "SECRET")


@pytest.mark.parametrize("env", [{}, {"SECRET": ""}])
def test_what_is_required_and_not_there_says_what_it_is_for(env: dict[str, str]) -> None:
    with pytest.raises(ConfigInvalid, match="set SECRET or SECRET_FILE: it signs"):
        required(env, "SECRET", "it signs")


def test_addresses_are_those_of_the_environment_else_of_this_machine() -> None:
    chosen = {"KAFKA_BOOTSTRAP_SERVERS": "a:1,b:2", "MONGODB_URI": "mongodb://c", "MONGODB_DATABASE": "d"}

    assert addresses(chosen) == Addresses("a:1,b:2", "mongodb://c", "d")
    assert addresses({}) == Addresses(
        "127.0.0.1:9092", "mongodb://127.0.0.1:27017/?replicaSet=rs0", "deskpulse"
    )
