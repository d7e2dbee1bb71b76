"""The `calendars` section: what is taken, and what each refusal says."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from calendars.calendar import ALWAYS
from calendars.config import calendars
from runtime.environment import ConfigInvalid

HOUR = 3_600_000_000
NINE_TO_FIVE = ((9 * HOUR, 17 * HOUR),)

REFUSALS = yaml.safe_load(Path(__file__).with_name("refusals.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("mistake", REFUSALS, ids=[mistake["refused"] for mistake in REFUSALS])
def test_a_mistake_is_refused_with_its_path_and_what_to_write(mistake: dict[str, Any]) -> None:
    with pytest.raises(ConfigInvalid) as refusal:
        calendars(mistake["calendars"])

    assert str(refusal.value) == mistake["refused"]


def week(hours: str) -> list[tuple[tuple[int, int], ...]]:
    """The windows that `hours` (YAML) stands for, in hours after midnight."""
    calendar = calendars({"c": {"timezone": "UTC", "hours": yaml.safe_load(hours)}})["c"]
    return [
        tuple((start // HOUR, end // HOUR) for start, end in windows) for windows in calendar.versions[0].week
    ]


def test_a_range_of_days_may_go_over_the_end_of_the_week() -> None:
    assert week("{sat-mon: ['09:00-17:00'], wed: ['10:00-12:00']}") == [
        ((9, 17),), (), ((10, 12),), (), (), ((9, 17),), ((9, 17),),
    ]  # fmt: skip


def test_a_window_that_ends_before_it_begins_ends_on_the_next_day() -> None:
    assert week("{mon: ['22:00-06:00'], tue: ['22:00-00:00'], wed: ['00:00-24:00']}")[:3] == [
        ((22, 30),), ((22, 24),), ((0, 24),),
    ]  # fmt: skip


def test_windows_that_overlap_or_touch_are_one() -> None:
    assert week("{mon: ['16:00-18:00', '09:00-12:00', '12:00-13:00', '14:00-17:00', '15:00-16:00']}")[0] == (
        (9, 13),
        (14, 18),
    )


def test_always_is_there_without_being_written() -> None:
    assert calendars(None) == {"always": ALWAYS}
    assert calendars({}) == {"always": ALWAYS}


def test_a_list_holds_the_versions_of_a_calendar() -> None:
    written = """
      istanbul:
        - {timezone: Europe/Istanbul, hours: {mon-fri: ["09:00-17:00"]}}
        - valid_from: 2026-01-01T00:00:00+03:00
          timezone: Europe/Istanbul
          hours: {mon-sat: ["09:00-17:00"]}
          holidays:
            country: DE
            subdivision: BY
            dates: [1970-01-02]
            half_days: ["1970-01-03"]
            half_day_until: "12:00"
    """

    first, second = calendars(yaml.safe_load(written))["istanbul"].versions

    assert first.valid_from is None
    assert second.valid_from == 1_767_214_800_000_000
    assert (first.week[5], second.week[5]) == ((), NINE_TO_FIVE)
    assert (second.days_off, second.half_days, second.half_day_until) == (
        frozenset({1}),
        frozenset({2}),
        12 * HOUR,
    )
    assert (second.country, second.subdivision) == ("DE", "BY")
