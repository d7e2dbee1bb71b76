"""Reports: what is asked of the aggregates, computed from them alone (pure)."""
