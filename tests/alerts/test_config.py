"""The `alerts` section: what it means, and what is said about mistakes in it."""

from typing import Any

import pytest
import yaml

from alerts.config import routing
from alerts.routes import Routing
from calendars.calendar import ALWAYS
from calendars.config import calendars
from harness.alerting import SECRET, an_alert
from runtime.environment import ConfigInvalid

ENV = {
    "MAIL": "mailto://user:S3CRET-MAIL@mail.example.com?from=desk@example.com&to=lead@example.com",
    "CHAT": "slack://T1JJ3T3L2/A1BRTD4JD/S3CRETs3crets3crets3cret/#support",
    "HOOK": "https://hooks.example.com/S3CRET-HOOK",
    "HOOK_SECRET": SECRET,
    "PLAIN_SECRET": "S3CRET-not-base64",
    "TYPO": "slakc://S3CRET/S3CRET",
    "TWO": "json://one.example.com/S3CRET,json://two.example.com",
}


def read(text: str) -> Routing:
    return routing(yaml.safe_load(text), {"always": ALWAYS}, ENV)


def test_no_section_tells_nobody() -> None:
    assert not routing(None, {}, {}).entries


def test_an_entry_fits_alerts_that_have_one_of_its_values_for_each_field() -> None:
    (entry,) = read(
        "[{match: {team: [billing, sales], stage: breached, priority: high}, notify: [env:MAIL]}]"
    ).entries

    assert entry.fits(an_alert())
    assert not entry.fits(an_alert(team="tech"))
    assert not entry.fits(an_alert(team=None))
    assert not entry.fits(an_alert(stage="due_soon"))


def test_destinations_go_by_the_name_of_their_variable() -> None:
    found = read("[{notify: [env:MAIL, {webhook: env:HOOK, secret: env:HOOK_SECRET}]}, {notify: [env:CHAT]}]")

    assert list(found.destinations) == ["MAIL", "HOOK", "CHAT"]
    assert found.destinations["HOOK"].secret == SECRET
    assert "S3CRET" not in repr(found)
    assert SECRET not in repr(found)


WRONG: dict[str, tuple[Any, str]] = {
    "no list": ("{notify: [env:MAIL]}", "alerts: Expected `array`"),
    "no notify": ("[{match: {team: billing}}]", "alerts[0]: Object missing required field `notify`"),
    "empty notify": ("[{notify: []}]", "alerts[0].notify: "),
    "an address in the file": ("[{notify: [env:MAIL, 'slack://token']}]", "alerts[0].notify[1]: "),
    "a variable that is not set": ("[{notify: [env:GONE]}]", "GONE"),
    "no service of that name": ("[{notify: [env:TYPO]}]", "alerts[0].notify[0]: TYPO is not one Apprise URL"),
    "two addresses in one": ("[{notify: [env:TWO]}]", "alerts[0].notify[0]: TWO is not one Apprise URL"),
    "a hook without a secret": ("[{notify: [{webhook: env:HOOK}]}]", "alerts[0].notify[0]: Object missing"),
    "a secret that is none": (
        "[{notify: [{webhook: env:HOOK, secret: env:PLAIN_SECRET}]}]",
        "alerts[0].notify[0]: HOOK needs a secret that is whsec_ followed by base64",
    ),
    "a hook that is none": (
        "[{notify: [{webhook: env:MAIL, secret: env:HOOK_SECRET}]}]",
        "alerts[0].notify[0]: MAIL is no http(s) URL",
    ),
    "one name for two things": (
        "[{notify: [env:MAIL]}, {notify: [{webhook: env:MAIL, secret: env:HOOK_SECRET}]}]",
        "alerts[1].notify[0]: MAIL",
    ),
    "an unknown field": ("[{match: {tags: vip}, notify: [env:MAIL]}]", "alerts[0].match: "),
    "an unknown stage": ("[{match: {stage: late}, notify: [env:MAIL]}]", "alerts[0].match.stage: "),
    "an unknown calendar": (
        "[{notify: [env:MAIL], quiet: {calendar: x}}]",
        "alerts[0].quiet.calendar: no cal",
    ),
    "recoveries alone": ("[{match: {stage: recovered}, notify: [env:MAIL]}]", "alerts[0].match.stage: "),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_told_with_its_path_and_without_any_secret(
    case: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    text, expected = WRONG[case]

    with pytest.raises(ConfigInvalid) as raised:
        read(text)

    assert expected in str(raised.value)
    for said in (str(raised.value), caplog.text, *capfd.readouterr()):
        assert "S3CRET" not in said
        assert "slack://" not in said


def test_a_calendar_is_quiet_while_it_is_closed() -> None:
    office = calendars({"office": {"timezone": "UTC", "hours": {"mon": ["09:00-10:00"]}}})
    found = routing([{"notify": ["env:MAIL"], "quiet": {"calendar": "office"}}], office, ENV)
    nine = an_alert().due_at

    assert found.quiet(nine - 1) == ["office"]
    assert found.quiet(nine) == []
    assert found.quiet(nine + 3_600_000_000) == ["office"]
