"""Business calendars: when a desk is open, as pure functions over frozen values."""
