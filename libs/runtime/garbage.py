"""When Python looks for garbage."""

import gc


def collect_rarely() -> None:
    """For processes whose objects live exactly as long as the batch, chunk, scrape or request that made them:
    walking them to find garbage was a fifth of a worker's time, and finds none."""
    gc.set_threshold(100_000, 50, 100)
