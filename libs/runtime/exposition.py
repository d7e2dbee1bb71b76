"""A registry in the formats of Prometheus, as prometheus_client writes them, at a fraction of the cost.

What takes the library's time are names and labels, which are the same in every scrape: so it writes those of
a series once, and what it wrote is kept for as long as the series is there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from functools import lru_cache

from flask import Response, request
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample
from prometheus_client.utils import floatToGoString

Encode = Callable[[Collector], bytes]

_EOF = "# EOF\n"
"""What a document ends with, in formats that have an end."""


def exposition(registry: CollectorRegistry) -> Response:
    """What `registry` holds, in the Prometheus format that the current request accepts."""
    encode, content_type = _encoder(request.headers.get("Accept", ""))
    return Response(_writer(content_type).write(encode, registry), content_type=content_type)


class Writer:
    """Writes registries in one format, each byte as the library would, but for `_created` series: these
    double counters and histograms, and tell nobody anything."""

    def __init__(self) -> None:
        self._series: dict[object, str] = {}

    def write(self, encode: Encode, registry: Collector) -> bytes:
        """What `registry` holds. `encode` is the library's encoder for the format, always the same one."""
        known: Mapping[object, str] = self._series
        series: dict[object, str] = {}
        lines = []
        for family in registry.collect():
            family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
            if not _is_plain(family):
                lines.append(_written(encode, family, family.samples))
                continue
            lines.append(_written(encode, family, ()))
            for sample in family.samples:
                name = (sample.name, *sample.labels.items())
                text = known.get(name) or _name(encode, family, sample)
                series[name] = text
                value = floatToGoString(sample.value)  # type: ignore[no-untyped-call]
                lines.append(f"{text} {value}\n")
        # Only now: whoever writes at the same time has the whole of what was known.
        self._series = series
        lines.append(_EOF if encode(_Families()).endswith(_EOF.encode()) else "")
        return "".join(lines).encode()


@lru_cache(maxsize=8)
def _writer(_content_type: str) -> Writer:
    return Writer()


def _encoder(accept: str) -> tuple[Encode, str]:
    try:
        return choose_encoder(accept)
    except TypeError:
        # The library fails at a version that is none: whoever asks for that gets what everybody can read.
        return choose_encoder("")


def _is_plain(family: Metric) -> bool:
    """Whether each sample of `family` is a line of its own with a name, labels and a value."""
    return not any(
        sample.timestamp is not None
        or sample.exemplar is not None
        or sample.native_histogram is not None
        or sample.name.endswith(("_gsum", "_gcount"))
        for sample in family.samples
    )


def _name(encode: Encode, family: Metric, sample: Sample) -> str:
    """Name and labels of `sample`, as its line begins."""
    line = _written(encode, family, (sample,)).removesuffix("\n").rpartition("\n")[2]
    return line.rpartition(" ")[0]


def _written(encode: Encode, family: Metric, samples: Sequence[Sample]) -> str:
    """`family` with these `samples` alone."""
    alone = copy(family)
    alone.samples = list(samples)
    return encode(_Families(alone)).decode().removesuffix(_EOF)


class _Families(Collector):
    def __init__(self, *families: Metric) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        return iter(self._families)
