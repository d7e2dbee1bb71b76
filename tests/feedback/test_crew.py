"""What a worker does side by side, and how it ends."""

import time
from typing import Any, cast

import pytest

from feedback.crew import Crew, Failed
from runtime.stop import Stop


class Loop:
    """A consumer's loop that does `work` once, then waits for the end."""

    last_turn = 0.0

    def __init__(self, work: Any = None) -> None:
        self._work = work
        self.ended = False

    def run(self, stop: Stop) -> None:
        try:
            if self._work is not None:
                self._work()
            stop.wait(30)
        finally:
            self.ended = True


class Slow:
    """Something beside that takes its time to end, and `waits` for it, in seconds."""

    def __init__(self, waits: list[float]) -> None:
        self._waits = waits

    def start(self, stop: Stop) -> None:
        """Nothing to do."""

    def is_alive(self) -> bool:
        """It never ends."""
        return True

    def join(self, seconds: float) -> None:
        """Wait in vain."""
        self._waits.append(seconds)
        time.sleep(seconds)


def fail() -> None:
    raise KeyError("a customer's word")


@pytest.mark.parametrize("faulty", [0, 1])
def test_a_consumer_that_fails_ends_the_other_in_order_and_then_the_worker(
    faulty: int, capsys: pytest.CaptureFixture[str]
) -> None:
    loops = [Loop(fail if number == faulty else None) for number in range(2)]
    stop = Stop()

    with pytest.raises(Failed, match="KeyError"):
        Crew(cast("Any", loops), [], lambda: None).run(stop)

    assert stop.is_set()
    assert all(loop.ended for loop in loops)
    assert "a customer's word" not in "".join(capsys.readouterr())


def test_however_many_take_long_to_end_they_are_waited_for_a_few_seconds_together() -> None:
    stop = Stop()
    stop.set()
    waits: list[float] = []

    Crew(cast("Any", [Loop()]), [Slow(waits), Slow(waits), Slow(waits)], lambda: None).run(stop)

    assert len(waits) == 3
    assert 0 < sum(waits) <= 5
