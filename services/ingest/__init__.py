"""Verifies, normalises and appends to Kafka what helpdesks push; keeps no state."""
