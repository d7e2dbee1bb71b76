"""Kafka's answers, read by many threads."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from kafka.protocol.consumer import FetchResponse
from kafka.protocol.schemas.fields.struct import StructField

import streams  # noqa: F401 # whose import is what protects

VERSION = 12
AMID = 0.5
"""Seconds for which the first thread leaves the second the chance to come in between."""


def test_an_answer_that_two_threads_are_the_first_to_see_can_be_read_by_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    described, emit = FetchResponse._struct, StructField.emit_decode_from
    answer = FetchResponse(version=VERSION, throttle_time_ms=7).encode()
    begun, joined, over = Event(), Event(), Event()

    def in_turns(field: Any, *args: Any, **options: Any) -> None:
        if field is described and not begun.is_set():
            begun.set()
            joined.wait(AMID)
        elif field is described:
            joined.set()
            over.wait(AMID)
        emit(field, *args, **options)

    monkeypatch.setattr(described, "_compiled_encoders", {})
    monkeypatch.setattr(StructField, "emit_decode_from", in_turns)

    def first() -> int:
        try:
            return int(FetchResponse.decode(answer, version=VERSION).throttle_time_ms)
        finally:
            over.set()

    def second() -> int:
        assert begun.wait(10)
        return int(FetchResponse.decode(answer, version=VERSION).throttle_time_ms)

    with ThreadPoolExecutor(2) as threads:
        reads = [threads.submit(first), threads.submit(second)]
    assert [read.result() for read in reads] == [7, 7]
    assert FetchResponse.decode(answer, version=VERSION).throttle_time_ms == 7
