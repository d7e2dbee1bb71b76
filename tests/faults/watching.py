"""Somebody who looks at the metrics service all the time while its store has a fault."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from harness import oracle
from harness.scraping import samples, value
from harness.services import API_TOKEN, RunningService
from harness.wait import until

_REPORT: Final = "/api/v1/reports/volume"


class Watch:
    """What `web` said: the sums of tickets created that its scrapes showed, in order; whether each scrape had
    its store; the statuses of its reports, with the content type of those that are no report."""

    def __init__(self, web: RunningService) -> None:
        self._web = web
        self.created: list[float] = []
        self.up: set[float | None] = set()
        self.reports: set[tuple[int, str]] = set()
        self._stop = Event()
        self._failed: BaseException | None = None
        self._thread = Thread(target=self._run, name="watch")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def assert_sensible(self) -> None:
        """A scrape is always answered and its counters never fall; a report is one or a 503 that says so."""
        assert self._failed is None, self._failed
        assert self.created == sorted(self.created)
        assert self.created[-1] > self.created[0]
        assert self.reports <= {(200, "application/json"), (503, "application/problem+json")}
        assert "Traceback" not in self._web.written()

    def await_right(self, sent: list[oracle.Wire]) -> None:
        """Return once a report says what follows from `sent`, and a scrape is whole."""
        wanted = sum(measures.get("created", 0) for measures in oracle.rollups(sent, 3600).values())

        def right() -> bool:
            status, _, body = _get(self._web, _REPORT)
            return status == 200 and sum(row["created"] for row in json.loads(body)["rows"]) == wanted

        until(right, 30, f"a report of {wanted} tickets")
        until(lambda: self._scrape() == 1.0, 30, "a scrape with the store")

    def _run(self) -> None:
        try:
            while not self._stop.wait(0.1):
                self.up.add(self._scrape())
                status, kind, _ = _get(self._web, _REPORT)
                self.reports.add((status, kind))
        except BaseException as error:  # noqa: BLE001 # told by assert_sensible, in the test's own thread
            self._failed = error

    def _scrape(self) -> float | None:
        status, _, body = _get(self._web, "/metrics")
        assert status == 200, body
        found = samples(body)
        created = sum(v for (name, _), v in found.items() if name == "helpdesk_tickets_created_total")
        if created:
            self.created.append(created)
        return value(found, "helpdesk_store_up")


def _get(web: RunningService, path: str) -> tuple[int, str, str]:
    """Status, content type and body of `path`."""
    request = Request(web.url(path), headers={"Authorization": f"Bearer {API_TOKEN}"})
    try:
        with urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.headers["Content-Type"], refusal.read().decode()


@contextmanager
def watched(web: RunningService) -> Iterator[Watch]:
    """A watch on `web` as long as the block lasts; then what it saw must have been sensible."""
    watch = Watch(web)
    watch.start()
    try:
        yield watch
    finally:
        watch.stop()
    watch.assert_sensible()
