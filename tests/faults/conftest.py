"""Trials of faults."""

from contextlib import AbstractContextManager
from typing import Any

import pytest

from faults.trials import PROPERTY, Trial, Try, trying


@pytest.fixture
def try_fault(request: pytest.FixtureRequest) -> Try:
    def report(trial: dict[str, Any]) -> None:
        request.node.user_properties.append((PROPERTY, trial))

    def trial(fault: str, *, seed: int, step: str = "") -> AbstractContextManager[Trial]:
        return trying(fault, seed, step, report)

    return trial
