"""Instants as whole microseconds since 1970-01-01T00:00:00Z: exact, ordered, cheap to subtract."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
LAST_MOMENT = 253_402_300_799_999_999
"""The end of the year 9999, the last that a datetime can hold."""

_MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Microseconds since the epoch of an aware `moment`, exactly."""
    return (moment - EPOCH) // _MICROSECOND


def moment(us: int) -> datetime:
    """The UTC datetime of `us` microseconds since the epoch."""
    return EPOCH + timedelta(0, 0, us)


def seconds(us: int) -> int | float:
    """A duration of `us` microseconds in seconds: an int where it is whole."""
    return us / SECOND if us % SECOND else us // SECOND
