"""What the doctor commands share, and this machine's clock beside another's."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Event
from time import monotonic

import pytest

from runtime.clocks import compared
from runtime.doctor import Check, Finding, as_json, as_text, examine, fail, ok, plain, readable, report, warn
from runtime.environment import ConfigInvalid

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AT_NOON = NOON.timestamp()


def check(name: str, *found: Finding) -> Check:
    return Check(name, lambda: found, f"see {name}")


def broken(error: Exception) -> Check:
    def look() -> Iterator[Finding]:
        yield ok("a beginning")
        raise error

    return Check("broken", look, "mend it")


def refused() -> None:
    raise ConfigInvalid("sources.acme: no such adapter")


def found(*checks: Check, seconds: float = 5.0) -> list[tuple[str, str, str]]:
    return [(line.check, line.finding.state, line.finding.found) for line in examine(checks, seconds)]


def test_a_check_that_breaks_or_hangs_hides_no_other() -> None:
    forever = Event()
    began = monotonic()

    lines = found(
        broken(RuntimeError("gone")),
        Check("hanging", lambda: [ok(str(forever.wait()))], "see why"),
        check("well", ok("all is well"), warn("nearly", "look")),
        seconds=2,
    )
    forever.set()

    assert monotonic() - began < 6
    assert lines == [
        ("broken", "ok", "a beginning"),
        ("broken", "FAIL", "RuntimeError: gone"),
        ("hanging", "FAIL", "not done within 2 s"),
        ("well", "ok", "all is well"),
        ("well", "warn", "nearly"),
    ]


def test_all_checks_share_one_deadline() -> None:
    forever = Event()
    began = monotonic()

    lines = found(*[Check("hanging", lambda: [ok(str(forever.wait()))], "") for _ in range(5)], seconds=1)
    forever.set()

    assert len(lines) == 5
    assert monotonic() - began < 4


def test_what_hangs_on_a_faulty_configuration_is_not_checked_and_does_not_fail() -> None:
    assert found(broken(ConfigInvalid("policies[0]: no"))) == [
        ("broken", "ok", "a beginning"),
        ("broken", "warn", "not checked"),
    ]


def test_every_part_of_the_configuration_is_read_and_each_fault_told_once() -> None:
    parts = {"sources": refused, "settings": refused, "alerts": lambda: None}

    assert [one.found for one in readable(parts)] == ["sources.acme: no such adapter"]
    assert [one.state for one in readable({"alerts": lambda: None})] == ["ok"]


def test_an_error_is_one_line_without_the_credentials_of_an_address() -> None:
    error = OSError("no\n answer from mongodb://me:p4ss@word@db.example:27017/x")

    assert plain(error) == "OSError: no answer from mongodb://…@db.example:27017/x"
    assert len(plain(OSError("x" * 5000))) < 250
    assert plain(KeyError()) == "KeyError"


def test_a_report_has_one_line_for_each_finding_with_what_to_do() -> None:
    lines = examine([check("kafka", ok("there")), check("topics", fail("none", "make them"))])

    assert as_text(lines) == "ok    kafka   there\nFAIL  topics  none → make them"


@pytest.mark.parametrize(
    ("finding", "code"), [(ok("a"), 0), (warn("b", "c"), 0), (fail("d", "e"), 1)], ids=["ok", "warn", "FAIL"]
)
def test_only_a_failure_fails(finding: Finding, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert report([check("x", finding)], json=True) == code

    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is (code == 0)
    assert told["checks"] == [
        {"check": "x", "state": finding.state, "found": finding.found, "advice": finding.advice}
    ]
    assert as_json([]) == '{"ok":true,"checks":[]}'


@pytest.mark.parametrize(
    ("ahead", "took", "exact", "state"),
    [
        (0, 0.01, 0.001, "ok"),
        (1.9, 0.01, 0.001, "ok"),
        (2.1, 0.01, 0.001, "warn"),
        (-2.1, 0.01, 0.001, "warn"),
        (3.5, 4.0, 0.001, "ok"),
        (2.5, 0.01, 1.0, "ok"),
        (-3600, 0.5, 1.0, "warn"),
    ],
)
def test_clocks_that_are_surely_more_than_two_seconds_apart_are_told(
    ahead: float, took: float, exact: float, state: str
) -> None:
    middle = AT_NOON - ahead

    finding = compared("Acme", NOON, middle - took / 2, middle + took / 2, exact)

    assert finding.state == state
    if state == "warn":
        assert f"{abs(ahead):.1f} s {'behind' if ahead > 0 else 'ahead of'} that of Acme" in finding.found
