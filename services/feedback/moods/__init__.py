"""Moods: how customers usually speak, and where that changes."""
