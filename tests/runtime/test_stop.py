"""The wish to stop."""

import os
import signal
from collections.abc import Iterator
from threading import Thread
from time import monotonic

import pytest

from runtime.stop import Stop


@pytest.fixture
def handlers() -> Iterator[None]:
    """The signal handlers of the test run, put back afterwards."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_asks_to_stop_for_good(number: signal.Signals, handlers: None) -> None:
    stop = Stop().on_signals()
    assert not stop.is_set()

    os.kill(os.getpid(), number)

    assert stop.wait(5)
    assert stop.is_set()


def test_waiting_ends_early_once_somebody_asks_to_stop() -> None:
    stop, started = Stop(), monotonic()
    assert stop.wait(0.01) is False

    asking = Thread(target=stop.set)
    asking.start()

    assert stop.wait(30)
    assert monotonic() - started < 10
    asking.join()
