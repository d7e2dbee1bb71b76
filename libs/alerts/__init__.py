"""Telling the people who must act: which alerts there are, and how they reach them."""
