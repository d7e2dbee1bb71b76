"""Cases: what customers were asked and said about one ticket, and what follows from it (pure)."""
