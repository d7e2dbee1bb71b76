"""When something is sent, tried again, given up (pure). Times and durations µs."""

from typing import Final

from events.instants import SECOND

GAP: Final = 60 * SECOND
"""From one message of a lane to the next, at least."""
LEASE: Final = 60 * SECOND
"""How long a claim is left alone: longer than any try takes. Then its sender is taken for dead."""
GIVE_UP_AFTER: Final = 3 * 86_400 * SECOND
_FIRST: Final = 5 * SECOND
_LONGEST: Final = 900 * SECOND
FARTHEST: Final = _LONGEST * 5 // 4
"""How far ahead any of these may reach: what is noted beyond was noted by a clock that ran ahead."""


def pause(attempts: int, draw: float, *, slow: bool = False) -> int:
    """How long to wait after the `attempts`-th failure in a row: 5 s, doubled each time, up to 15 min, which
    is also where what is `slow` begins; and up to a quarter more by `draw` in [0, 1), so that what failed
    together doesn't come back together."""
    length = _LONGEST if slow else min(_LONGEST, _FIRST << min(attempts - 1, 10))
    return int(length * (1 + draw / 4))
