"""Times as exports write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from ingest.importer.times import reader


def moment(year: int, month: int, day: int, hour: int, minute: int, second: int = 0, us: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, us, UTC)


ISTANBUL = ZoneInfo("Europe/Istanbul")
ROME = ZoneInfo("Europe/Rome")


@pytest.mark.parametrize(
    ("format_", "zone", "text", "utc"),
    [
        ("iso", None, "2026-03-02 09:30:00+00:00", moment(2026, 3, 2, 9, 30)),
        ("iso", None, "2026-03-02T09:30:00.123456Z", moment(2026, 3, 2, 9, 30, 0, 123456)),
        ("iso", ISTANBUL, "2026-03-02T09:30:00Z", moment(2026, 3, 2, 9, 30)),
        ("iso", ISTANBUL, "2026-03-02 09:30", moment(2026, 3, 2, 6, 30)),
        ("iso", ROME, "2026-07-01 09:30", moment(2026, 7, 1, 7, 30)),
        ("iso", ROME, "2026-10-25 02:30", moment(2026, 10, 25, 0, 30)),
        ("%d.%m.%Y %H:%M", ISTANBUL, "02.03.2026 09:30", moment(2026, 3, 2, 6, 30)),
        ("%Y-%m-%d %H:%M:%S %z", None, "2026-03-02 09:30:00 +0300", moment(2026, 3, 2, 6, 30)),
        ("unix", None, "1772443800", moment(2026, 3, 2, 9, 30)),
        ("unix", None, "1772443800.25", moment(2026, 3, 2, 9, 30, 0, 250000)),
        ("unix_ms", None, "1772443800250", moment(2026, 3, 2, 9, 30, 0, 250000)),
    ],
)
def test_a_time_is_read_in_its_format_and_zone(
    format_: str, zone: ZoneInfo | None, text: str, utc: datetime
) -> None:
    assert reader(format_, zone)(text) == utc


@pytest.mark.parametrize(
    ("format_", "text", "reason"),
    [
        ("iso", "2026-03-02 09:30", "has no time zone; set time.timezone in the mapping"),
        ("iso", "02.03.2026", "'02.03.2026' isn't a time in the format iso"),
        ("iso", "2026-02-30T00:00:00Z", "isn't a time"),
        ("iso", "0001-01-01T00:00:00+14:00", "out of range"),
        ("%d.%m.%Y", "2026-03-02", "isn't a time in the format %d.%m.%Y"),
        ("unix", "soon", "isn't a time"),
        ("unix", "nan", "isn't a time"),
        ("unix", "9" * 30, "isn't a time"),
    ],
)
def test_what_is_no_time_is_refused_with_a_reason(format_: str, text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason.replace(".", r"\.")):
        reader(format_, None)(text)
