"""Numbers that merge and can be taken back: counters, sketches, time buckets, and their store."""
