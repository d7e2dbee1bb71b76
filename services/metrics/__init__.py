"""Tickets: folded from events into facts, kept as aggregates, answered and exposed."""
