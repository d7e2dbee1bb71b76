"""History from files: rows become the same canonical events that live senders post."""
