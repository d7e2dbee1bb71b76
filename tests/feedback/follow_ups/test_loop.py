"""The closed-loop share, worked by hand."""

from typing import Any

from feedback.cases.case import FollowUp, Note
from feedback.follow_ups.loop import closed_loop
from harness.speaking import HOUR, START

DUE = START + 48 * HOUR


def one(*contacts: int, state: Any = None) -> FollowUp:
    """A follow-up with contacts so many hours after it was opened."""
    notes = tuple(Note(at=START + hours * HOUR, by="ayse", contacted=True) for hours in contacts)
    return FollowUp(
        id="f",
        rule="detractor",
        about="a",
        owner=None,
        opened_at=START,
        due_at=DUE,
        state=state or ("contacted" if contacts else "open"),
        notes=notes,
    )


def test_what_is_decided_counts_and_what_still_waits_does_not() -> None:
    loop = closed_loop([one(1), one(47), one(48), one(50, 1), one(), one(state="withdrawn")], DUE - 1)

    assert (loop.opened, loop.in_time, loop.late, loop.missed, loop.waiting) == (5, 2, 2, 0, 1)
    assert loop.rate == 0.5
    assert loop.too_few


def test_at_the_deadline_what_waited_is_missed() -> None:
    loop = closed_loop([one(1)] * 3 + [one()], DUE, enough=4)

    assert (loop.missed, loop.waiting, loop.rate, loop.too_few) == (1, 0, 0.75, False)
    # Wilson, 3 of 4: middle (3 + 1.920729) / 7.841459 = 0.627527;
    # half 1.959964 * √(3 * 1 / 4 + 0.960365) / 7.841459 = 0.326882
    assert loop.rate_low is not None
    assert loop.rate_high is not None
    assert (round(loop.rate_low, 4), round(loop.rate_high, 4)) == (0.3006, 0.9544)


def test_of_nothing_decided_there_is_no_share() -> None:
    loop = closed_loop([one(), one(state="withdrawn")], START)

    assert (loop.opened, loop.waiting, loop.rate, loop.rate_low) == (1, 1, None, None)
