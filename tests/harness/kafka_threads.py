"""Threads of Kafka's clients, which live on where a client was never closed."""

import random
import sys
import threading


def kafka_threads() -> set[threading.Thread]:
    """The threads of Kafka's clients in this process."""
    return {thread for thread in threading.enumerate() if thread.name.startswith("kafka-")}


def draw_apart() -> None:
    """Give Kafka's modules a generator of random numbers of their own.

    Their threads draw from Python's own one when a connection fails, and Hypothesis calls that a flaw of the
    strategy whose values it draws at that moment.
    """
    for name, module in list(sys.modules.items()):
        if name.startswith("kafka.") and getattr(module, "random", None) is random:
            vars(module)["random"] = random.Random()
