"""What the log says of batches: enough to find the one that a delivery went into."""

import logging
import time
from typing import Final

import structlog

from runtime.logs import Sparing
from streams.batch import Batch, Outcome

_TOLD_A_SECOND: Final = 20
_MOST_OFFSETS: Final = 20

_log = structlog.get_logger()


class Journal:
    """Tells of the batches of one consumer: of some a second, or on DEBUG of all and what was in them."""

    def __init__(self) -> None:
        self._sparing = Sparing(_TOLD_A_SECOND)

    def stored(self, batch: Batch, outcome: Outcome) -> None:
        """What `batch` came to is stored."""
        left_out = self._sparing.admits(time.monotonic())
        (_log.debug if left_out is None else _log.info)(
            "batch stored",
            batch=batch.name,
            messages=len(batch.records),
            **outcome.counts,
            left_out=left_out or 0,
        )
        if _log.is_enabled_for(logging.DEBUG):
            _log.debug("batch held", batch=batch.name, keys=batch.keys)
        if outcome.dead:
            _log.warning("messages that can't be processed", batch=batch.name, offsets=_offsets(outcome))


def _offsets(outcome: Outcome) -> dict[str, list[int]]:
    """Reason → the first offsets that it holds for."""
    found: dict[str, list[int]] = {}
    for dead in outcome.dead[:_MOST_OFFSETS]:
        found.setdefault(dead.reason, []).append(dead.record.offset)
    return found
