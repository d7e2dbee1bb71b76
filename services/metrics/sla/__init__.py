"""Promises to customers: which apply to a ticket, and how each fares (pure)."""
