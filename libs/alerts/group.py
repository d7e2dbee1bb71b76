"""A group: the alerts of one team that are told in one message."""

from dataclasses import dataclass

from alerts.alert import Alert


@dataclass(frozen=True, slots=True)
class Group:
    """`id` stays the same however often its delivery is tried, so that a receiver can tell a repetition."""

    id: str
    team: str | None
    alerts: tuple[Alert, ...]
