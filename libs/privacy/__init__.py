"""Redaction, pseudonyms and seals: what of a person may travel and be kept."""
