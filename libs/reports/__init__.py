"""From aggregates to reports: what a request asks, the rows, JSON and CSV."""
