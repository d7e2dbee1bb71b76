"""How much is logged, and at which level."""

import json
import logging
import os
import subprocess
import sys

import pytest

from runtime.environment import ConfigInvalid
from runtime.logs import Sparing, configure

PROGRAM = """
import os, logging, structlog
from runtime import logs
logs.configure("test", os.environ)
structlog.get_logger().debug("detail", batch="a/0/1-2")
structlog.get_logger().info("news")
logging.getLogger("pymongo.command").debug("what a customer wrote")
"""
BROKEN = """
import os, logging, structlog
from runtime import logs
logs.configure("test", os.environ)
for log in (logging.getLogger("kafka.net.transport"), structlog.get_logger()):
    try:
        raise ConnectionResetError("by the peer")
    except OSError:
        log.exception("connection to %s lost", "b1")
"""


def lines(program: str, **env: str) -> list[dict[str, str]]:
    """What `program` logs."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **env},
        capture_output=True,
        timeout=30,
        check=True,
    )
    return [json.loads(line) for line in done.stderr.splitlines()]


def logged(**env: str) -> list[str]:
    """What the program logs at which level."""
    return [line["event"] for line in lines(PROGRAM, **env)]


def test_details_are_logged_where_they_are_asked_for_and_never_those_of_libraries() -> None:
    assert logged() == ["news"]
    assert logged(DESKPULSE_LOG_LEVEL="debug") == ["detail", "news"]
    assert logged(DESKPULSE_LOG_LEVEL="WARNING") == []


def test_a_connection_that_broke_is_told_without_a_stack_and_an_error_of_ours_with_its_own() -> None:
    theirs, ours = lines(BROKEN)

    assert theirs["event"] == "connection to b1 lost (ConnectionResetError)"
    assert "exception" not in theirs
    assert "Traceback" in ours["exception"]


def test_a_level_that_does_not_exist_is_refused_before_anything_is_changed() -> None:
    handlers = list(logging.getLogger().handlers)

    with pytest.raises(
        ConfigInvalid, match="DESKPULSE_LOG_LEVEL: expected one of DEBUG, INFO, WARNING, ERROR"
    ):
        configure("test", {"DESKPULSE_LOG_LEVEL": "LOUD"})

    assert logging.getLogger().handlers == handlers


def test_some_lines_a_second_are_admitted_and_the_next_says_how_many_were_not() -> None:
    sparing = Sparing(2)

    admitted = [sparing.admits(second) for second in (7.0, 7.1, 7.2, 7.9, 8.0, 8.1, 8.2, 9.0)]

    assert admitted == [0, 0, None, None, 2, 0, None, 1]
