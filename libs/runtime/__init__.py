"""How a process starts, is configured, watched, authorised and stopped."""
