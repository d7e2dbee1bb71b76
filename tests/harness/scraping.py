"""What a scrape of `/metrics` shows, as values by name and labels."""

from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(text: str) -> Samples:
    """The samples in the text format."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scrape(web: FlaskClient) -> Samples:
    """The samples that `web` shows now."""
    answer = web.get("/metrics")
    assert answer.status_code == 200
    return samples(answer.text)


def value(found: Samples, name: str, **labels: str) -> float | None:
    """One sample's value, None where there is no such sample."""
    return found.get((name, tuple(sorted(labels.items()))))
