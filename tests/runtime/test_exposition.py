"""What a scrape is answered, beside prometheus_client's own writing."""

from collections.abc import Iterator

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric
from prometheus_client.core import GaugeHistogramMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar, Sample

from runtime.exposition import Writer, exposition

ACCEPTED = [
    "",
    "text/plain;version=1.0.0;escaping=allow-utf-8",
    "application/openmetrics-text;version=1.0.0",
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8",
    "application/openmetrics-text;version=1.0.0;escaping=dots",
]

texts = st.text(st.characters(codec="utf-8"), max_size=8)
values = st.one_of(st.floats(), st.integers(-(10**18), 10**18))
labels = st.dictionaries(st.sampled_from(["team", "le", "channel", "müşteri.adı"]), texts, max_size=3)


@st.composite
def families(draw: st.DrawFn) -> list[Metric]:
    """Families of any type, each with samples of any labels and values, with and without a time."""
    made = []
    kinds = ["counter", "gauge", "histogram", "summary", "info", "stateset", "unknown", "gaugehistogram"]
    for number in range(draw(st.integers(0, 3))):
        metric = Metric(f"things{number}", draw(texts), draw(st.sampled_from(kinds)))
        suffixes = st.sampled_from(
            ["", "_total", "_bucket", "_sum", "_count", "_created", "_gsum", "_gcount"]
        )
        moments = st.sampled_from([None, None, None, 1_753_100_000.5])
        for suffix, own, value, moment in draw(
            st.lists(st.tuples(suffixes, labels, values, moments), max_size=6)
        ):
            metric.add_sample(metric.name + suffix, own, value, moment)
        made.append(metric)
    return made


class Fixed(Collector):
    """Always the same families."""

    def __init__(self, metrics: list[Metric]) -> None:
        self.metrics = metrics

    def collect(self) -> Iterator[Metric]:
        yield from self.metrics


def plainly(accept: str, metrics: list[Metric]) -> bytes:
    """What the library writes of `metrics`, `_created` series left out."""
    for metric in metrics:
        metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
    encode, _ = choose_encoder(accept)
    return encode(Fixed(metrics))


@pytest.mark.parametrize("accept", ACCEPTED)
@given(scrapes=st.lists(families(), min_size=1, max_size=3))
def test_each_of_several_scrapes_is_written_as_the_library_writes_it(
    accept: str, scrapes: list[list[Metric]]
) -> None:
    writer, (encode, _) = Writer(), choose_encoder(accept)

    for metrics in (*scrapes, *scrapes):
        assert writer.write(encode, Fixed(metrics)) == plainly(accept, metrics)


@pytest.mark.parametrize("accept", ACCEPTED)
def test_a_series_whose_value_has_changed_is_written_with_the_new_one(accept: str) -> None:
    registry = CollectorRegistry()
    counter = Counter("tickets", "Tickets.", ["team"], registry=registry)
    took = Histogram("took_seconds", "Seconds.", buckets=(1, 2.5), registry=registry)
    open_now = Gauge("open", "Open.", registry=registry)
    writer, (encode, _) = Writer(), choose_encoder(accept)
    for number in range(3):
        counter.labels(f'a {number}\n"b"\u2028').inc(1.5)
        took.observe(number)
        open_now.set(-number)

        assert writer.write(encode, registry) == plainly(accept, list(registry.collect()))


def test_samples_with_exemplars_and_gauge_histograms_are_written_too() -> None:
    family = Metric("tickets", "Tickets.", "counter")
    family.samples = [Sample("tickets_total", {}, 1.0, None, Exemplar({"trace": "x"}, 1.0))]
    gauges = GaugeHistogramMetricFamily("ages", "Ages.", buckets=[("1.0", 2), ("+Inf", 3)], gsum_value=4)

    for accept in ACCEPTED:
        encode, _ = choose_encoder(accept)
        assert Writer().write(encode, Fixed([family, gauges])) == plainly(accept, [family, gauges])


def test_a_scrape_that_accepts_a_version_that_is_none_gets_plain_text() -> None:
    registry = CollectorRegistry()
    app = Flask("test")
    app.add_url_rule("/metrics", view_func=lambda: exposition(registry))

    for kind in ("text/plain", "application/openmetrics-text"):
        answer = app.test_client().get("/metrics", headers={"Accept": f"{kind};version=abc"})

        assert (answer.status_code, answer.content_type) == (200, choose_encoder("")[1])


@pytest.mark.parametrize("accept", ACCEPTED)
def test_a_scrape_is_answered_in_the_format_that_it_accepts(accept: str) -> None:
    registry = CollectorRegistry()
    Counter("things_total", "Things.", registry=registry).inc(3)
    app = Flask("test")
    app.add_url_rule("/metrics", view_func=lambda: exposition(registry))

    answer = app.test_client().get("/metrics", headers={"Accept": accept})

    assert answer.headers["Content-Type"] == choose_encoder(accept)[1]
    assert b"total 3.0\n" in answer.data
    assert b"_created" not in answer.data
    assert answer.data.endswith(b"# EOF\n") == ("openmetrics" in accept)
