"""What the judge of crash points makes of tickets' marks and alerts."""

import pytest

from faults.crashing_ledger import misfits

BREACHED, RECOVERED = "acme/1/resolution/1/breached", "acme/1/resolution/1/recovered"
KEPT = frozenset({"acme/1/resolution/1"})
BROKEN: frozenset[str] = frozenset()
"""Which promises are kept."""

FIT = {
    "nothing": ([], [], KEPT),
    "a breach": ([BREACHED], [BREACHED], BROKEN),
    "a breach taken back": ([BREACHED, RECOVERED], [BREACHED, RECOVERED], KEPT),
    "a breach taken back before anybody heard of it": ([BREACHED, RECOVERED], [], KEPT),
    "a breach heard of, its taking back withdrawn": ([BREACHED], [BREACHED], BROKEN),
    "a breach that stands again, people heard of both": ([BREACHED], [BREACHED, RECOVERED], BROKEN),
}
MISFIT = {
    "a breach that nobody is told": ([BREACHED], [], BROKEN),
    "a breach that the ticket forgot": ([], [BREACHED], BROKEN),
    "a taking back that the ticket forgot": ([BREACHED], [BREACHED, RECOVERED], KEPT),
    "a taking back of what the ticket never told": ([], [RECOVERED], BROKEN),
}


@pytest.mark.parametrize(("marks", "handed", "kept"), FIT.values(), ids=FIT)
def test_it_fits(marks: list[str], handed: list[str], kept: frozenset[str]) -> None:
    assert misfits(set(marks), set(handed), lambda: set(kept)) == []


@pytest.mark.parametrize(("marks", "handed", "kept"), MISFIT.values(), ids=MISFIT)
def test_it_does_not_fit(marks: list[str], handed: list[str], kept: frozenset[str]) -> None:
    assert len(misfits(set(marks), set(handed), lambda: set(kept))) == 1
