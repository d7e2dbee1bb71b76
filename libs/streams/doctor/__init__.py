"""What the `doctor` commands look at in Kafka and MongoDB."""
