"""Kafka: durable publish, the exactly-once batch consumer, dead letters, topic creation."""

from streams.answers import compile_one_at_a_time

compile_one_at_a_time()
