"""The words all services speak: event and fact types, their wire codec, the topics (pure)."""
