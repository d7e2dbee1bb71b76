"""What is costly to read, beside the scrapes that show it."""

import threading

from harness.wait import until
from rollups.background import PAUSE, SHARE, Background


def test_what_is_costly_is_read_anew_beside_the_scrapes_and_seldom() -> None:
    now, asked, go_on = [0.0], [], threading.Event()

    def read() -> int:
        asked.append(now[0])
        if len(asked) > 1:
            go_on.wait(timeout=10)
            now[0] += 2
        return len(asked)

    background = Background("what is costly", read, lambda: now[0])
    assert background.get() == 1
    now[0] = PAUSE - 1
    assert background.get() == 1

    now[0] = PAUSE
    assert [background.get() for _ in range(5)] == [1] * 5
    go_on.set()
    until(lambda: background.get() == 2, 10, "the second value")

    assert asked == [0, PAUSE]
    now[0] = PAUSE + 2 / SHARE - 1
    assert background.get() == 2
    now[0] += 2
    until(lambda: background.get() == 3, 10, "the third value")
