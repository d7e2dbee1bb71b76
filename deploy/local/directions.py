"""What the launcher tells once all runs: where to look, and how to post."""

import json
import shlex
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from local import demo, web
from local.credentials import API_TOKEN, DEMO_SECRET
from local.services import FEEDBACK, FEEDBACK_WORKER, INGEST, METRICS, WORKER, Service, url


def lines(ports: Mapping[Service, int], credentials: Mapping[str, str], now: datetime) -> Iterator[str]:
    """The lines to print, commands ready to paste; of the addresses to look at only those that answer."""
    token = credentials[API_TOKEN]
    for title, address in _places(ports, now):
        if web.answers(address, token):
            yield from (title, f"  {_curl(address, token if '/api/' in address else None)}", "")
    yield from ("Post an event of your own", f"  {_post(ports, credentials[DEMO_SECRET], now)}", "")
    yield from ("and see what became of it", f"  {_curl(ticket(ports[METRICS], 'my-1'), token)}", "")


def ticket(port: int, subject: str) -> str:
    """Where the facts of a ticket of the demonstration source are."""
    return url(port, f"/api/v1/tickets/{demo.SOURCE}/{subject}")


def _places(ports: Mapping[Service, int], now: datetime) -> list[tuple[str, str]]:
    start, end = (
        moment.strftime("%Y-%m-%dT00:00:00Z") for moment in (now - timedelta(7), now + timedelta(1))
    )
    report = f"/api/v1/reports/first_response?from={start}&to={end}&interval=day&group_by=team"
    kept = "/api/v1/reports/attainment?target=first_response&group_by=team"
    comments = "/api/v1/feedback/comments?contradicts=1"
    return [
        ("Figures for Prometheus", url(ports[METRICS], "/metrics")),
        ("First response by day and team", url(ports[METRICS], report)),
        ("Promises that still run, the most urgent first", url(ports[METRICS], "/api/v1/sla/open?limit=5")),
        ("Promises of a first response that were kept, by team", url(ports[METRICS], kept)),
        ("What is known about one ticket", ticket(ports[METRICS], str(demo.TICKETS))),
        ("Satisfaction by team", url(ports[FEEDBACK], "/api/v1/feedback/csat?group_by=team")),
        ("What customers wrote, where the score says otherwise", url(ports[FEEDBACK], comments)),
        ("Who should be called back", url(ports[FEEDBACK], "/api/v1/follow-ups?state=open&limit=5")),
        ("The customer's voice for Prometheus", url(ports[FEEDBACK], "/metrics")),
        ("The events that ingest takes", url(ports[INGEST], "/schema/events.json")),
        ("How ingest fares", url(ports[INGEST], "/metrics")),
        ("How the worker fares", url(ports[WORKER], "/metrics")),
        ("How the feedback worker fares", url(ports[FEEDBACK_WORKER], "/metrics")),
    ]


def _curl(address: str, token: str | None) -> str:
    words = ["curl", "-s", *(["-H", f"Authorization: Bearer {token}"] if token else []), address]
    return shlex.join(words)


def _post(ports: Mapping[Service, int], secret: str, now: datetime) -> str:
    event = {
        "specversion": "1.0",
        "id": "my-event-1",
        "source": demo.SOURCE,
        "type": "ticket.created",
        "time": now.isoformat(timespec="seconds"),
        "subject": "my-1",
        "data": {"team": "billing", "priority": "high"},
    }
    headers = ["Content-Type: application/cloudevents+json", f"Authorization: Bearer {secret}"]
    marked = [word for header in headers for word in ("-H", header)]
    return shlex.join(["curl", "-i", url(ports[INGEST], "/v1/events"), *marked, "-d", json.dumps(event)])
