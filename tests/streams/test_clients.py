"""Clients that find no broker, or find it no more."""

import gc
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer
from kafka.errors import KafkaError

from harness.parts import broker_of_own
from harness.wait import until
from streams.clients import open_client
from streams.publisher import Publisher

REFUSALS = 20


@pytest.fixture(autouse=True)
def nobody_looks_for_garbage() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("kind", [KafkaAdminClient, KafkaConsumer])
def test_a_client_that_finds_no_broker_leaves_neither_threads_nor_descriptors(
    kind: Callable[..., Any],
) -> None:
    before = threads(), descriptors()
    for _ in range(3):
        with pytest.raises(KafkaError):
            open_client(kind, bootstrap_servers="127.0.0.1:1", bootstrap_timeout_ms=300)

    assert threads() <= before[0]
    # What earlier tests closed may be on its way out.
    assert descriptors() <= before[1]


def test_a_client_whose_broker_is_away_holds_no_more_descriptors_with_each_try(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with broker_of_own(tmp_path) as queue:
        publisher = Publisher(queue.address)
        before = threads(), descriptors()
        queue.kill()

        until(lambda: caplog.text.count("ECONNREFUSED") > 2 * REFUSALS, 60, "refused connections")

        assert threads() <= before[0]
        # Some may be under way.
        assert descriptors() < before[1] + REFUSALS / 2
        publisher.close()


def threads() -> set[threading.Thread]:
    """All of this process."""
    return set(threading.enumerate())


def descriptors() -> int:
    """How many this process has."""
    return len(list(Path("/proc/self/fd").iterdir()))
