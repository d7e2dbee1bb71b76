"""Kafka: durable publish, the exactly-once batch consumer, dead letters, topic creation."""
