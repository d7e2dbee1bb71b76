"""Kafka: durable publish, the exactly-once batch consumer, dead letters, topic creation."""

from streams.answers import compile_one_at_a_time
from streams.sockets import close_what_fails

compile_one_at_a_time()
close_what_fails()
