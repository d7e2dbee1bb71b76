"""A fault of ours in one letter ends no courier, and says nothing of the customer."""

import pytest

from feedback.letters.letter import Letter
from feedback.letters.way import Leaving
from harness.letters import ADDRESS, Office, a_case


class Faulty:
    """A way that breaks, before the letter leaves or after."""

    def __init__(self, *, after: bool) -> None:
        self._after = after

    def send(self, _letter: Letter, _now: int, leaving: Leaving) -> None:
        """See Way."""
        if self._after:
            leaving()
        raise ZeroDivisionError(ADDRESS)


@pytest.mark.parametrize(("after", "uncertain"), [(False, 0), (True, 1)])
def test_a_fault_counts_as_what_is_known_of_the_letter(
    office: Office, after: bool, uncertain: int, capsys: pytest.CaptureFixture[str]
) -> None:
    office.decide(a_case(at=office.clock()))
    courier = office.courier(Faulty(after=after))

    assert courier.turn()

    assert office.survey().state == "ready"
    assert office.survey().uncertain == uncertain
    assert ADDRESS not in "".join(capsys.readouterr())
