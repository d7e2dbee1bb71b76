"""Structured logs: one JSON object a line on standard error, ids and counts, never contents."""

import logging
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any, Final

import structlog
from structlog.typing import EventDict, Processor

from runtime.environment import ConfigInvalid

_LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")
_OURS: Final = "deskpulse"


def configure(service: str, env: Mapping[str, str], *, command: bool = False) -> None:
    """Send this process's logs, those of libraries included, to standard error, marked with `service`.

    A `command` says in a sentence where Kafka is away: there Kafka's client itself is silent.
    DESKPULSE_LOG_LEVEL in `env` says how much of our own is told (DEBUG to ERROR, else INFO): libraries tell
    what they wrote or read on DEBUG, which is nobody's business. Raises ConfigInvalid.
    """
    level = _level(env)

    def marked(_logger: Any, _method: str, event: EventDict) -> EventDict:
        event.setdefault("service", service)
        return event

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        marked,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_names: logging.getLogger(_OURS),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    handler.addFilter(_without_stack)
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    logging.getLogger(_OURS).setLevel(level)
    logging.getLogger("kafka").setLevel(logging.CRITICAL if command else logging.ERROR)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)


def _without_stack(record: logging.LogRecord) -> bool:
    """Kafka's client tells of each connection that broke with a stack of its own: which error it was is
    enough where the network is to blame, and what concerns us is raised as well."""
    if record.name.startswith("kafka.") and record.exc_info and record.exc_info[0]:
        record.msg, record.args = f"{record.getMessage()} ({record.exc_info[0].__name__})", ()
        record.exc_info = None
    return True


class Sparing:
    """Admits `most` lines a second, so that a log stays cheap and small however much there is to tell. For
    many threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._second = 0
        self._admitted = 0
        self._held_back = 0
        self._lock = Lock()

    def admits(self, now: float) -> int | None:
        """How many lines were held back since the last one, if one more may be told at `now` (s); None where
        it is held back."""
        with self._lock:
            if int(now) != self._second:
                self._second, self._admitted = int(now), 0
            if self._admitted >= self._most:
                self._held_back += 1
                return None
            self._admitted += 1
            held_back, self._held_back = self._held_back, 0
            return held_back


def _level(env: Mapping[str, str]) -> int:
    name = env.get("DESKPULSE_LOG_LEVEL", "INFO").upper()
    if name not in _LEVELS:
        raise ConfigInvalid(f"DESKPULSE_LOG_LEVEL: expected one of {', '.join(_LEVELS)}, got {name!r}")
    return int(getattr(logging, name))


def frames(error: BaseException) -> list[str]:
    """Where `error` came from, outermost first, as `file.py:line function`, without what it says."""
    return [
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
