"""Kafka's answers can be read by many threads.

kafka-python compiles how an answer is read when it sees the first of its kind. While it does, the shared
description of that kind is changed, and what a second thread compiles from it at that moment raises TypeError
for every such answer from then on: no client of the process gets any more of them until it is started anew.
"""

from functools import wraps
from threading import RLock
from typing import Any

from kafka.protocol.schemas.fields.struct import StructField


def compile_one_at_a_time() -> None:
    """Have no two threads compile at once, from now on in all of this process."""
    compiled, lock = StructField.compiled_decode_from, RLock()

    @wraps(compiled)
    def alone(*args: Any, **options: Any) -> Any:
        with lock:
            return compiled(*args, **options)

    StructField.compiled_decode_from = alone
