"""The embedded stack: a real MongoDB and a real Kafka-protocol broker on this machine, and the launcher."""
