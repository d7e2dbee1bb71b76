"""The topics, and which event travels on which."""

from dataclasses import dataclass
from typing import Final

from events.feedback import CustomerErased, FeedbackEvent
from events.types import AnyEvent

EVENTS: Final = "helpdesk.events"
TICKETS: Final = "helpdesk.tickets"
FEEDBACK: Final = "helpdesk.feedback"

DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it is created: `config` holds Kafka's own topic settings."""

    name: str
    config: dict[str, str]


def dead_letters(topic: str) -> str:
    """The topic that keeps what could never be processed from `topic`."""
    return f"{topic}.dlq"


# Kafka refuses messages dated an hour ahead of its own clock. So it dates them itself, and the publisher's
# clock may be anywhere.
_DATED: Final = {"message.timestamp.type": "LogAppendTime"}

TOPICS: Final = (
    Topic(EVENTS, _DATED | {"retention.ms": "-1"}),
    Topic(dead_letters(EVENTS), _DATED | {"retention.ms": str(90 * DAY_MS)}),
    Topic(TICKETS, _DATED | {"cleanup.policy": "compact"}),
    # Facts have a customer's sealed address, which is kept no longer than what customers say.
    Topic(dead_letters(TICKETS), _DATED | {"retention.ms": str(28 * DAY_MS)}),
    Topic(FEEDBACK, _DATED | {"retention.ms": str(28 * DAY_MS)}),
    Topic(dead_letters(FEEDBACK), _DATED | {"retention.ms": str(28 * DAY_MS)}),
)


def topics_of(event: AnyEvent) -> tuple[str, ...]:
    """The topics on which `event` travels, under one key: who forgets a customer reads either."""
    if isinstance(event, CustomerErased):
        return (FEEDBACK, EVENTS)
    return (FEEDBACK,) if isinstance(event, FeedbackEvent) else (EVENTS,)
