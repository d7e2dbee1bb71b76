"""Forgetting: what is destroyed on a customer's request, and what has been kept for long enough."""
