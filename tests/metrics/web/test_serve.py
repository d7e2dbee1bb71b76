"""The web service as the process that it is."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from urllib.request import Request, urlopen

from pymongo import MongoClient

from harness import services
from harness.telling import Telling, created
from local.stack import Stack


def get(url: str, token: str = services.API_TOKEN) -> str:
    request = Request(url, headers={"Authorization": f"Bearer {token}"})
    with urlopen(request, timeout=20) as answer:
        return str(answer.read().decode())


def test_what_the_worker_wrote_is_served_and_sigterm_ends_the_service(
    stack: Stack, database: str, mongo: MongoClient[dict[str, object]], tmp_path: Path
) -> None:
    telling = Telling(mongo, database)
    telling.tell(created("a/b", "2026-11-01T09:00:00Z", team="billing"))

    with services.metrics(services.environment(stack, database), tmp_path) as running:
        facts = json.loads(get(running.url("/api/v1/tickets/acme/a%2Fb")))
        report = json.loads(get(running.url("/api/v1/reports/volume?group_by=team")))
        metrics = get(running.url("/metrics"), token="")
        many = _scrapes_at_once(running.url("/metrics"), 8)
        code = running.stop()

    assert facts["id"] == "a/b"
    assert report["rows"][0]["created"] == 1
    assert 'helpdesk_tickets_created_total{channel="other"' in metrics
    assert all("helpdesk_store_up 1.0" in text for text in many)
    assert code == 0
    assert services.API_TOKEN not in running.log.read_text()


def _scrapes_at_once(url: str, count: int) -> list[str]:
    texts: list[str] = []
    threads = [threading.Thread(target=lambda: texts.append(get(url, token=""))) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(texts) == count
    return texts


def test_without_a_token_the_service_says_what_to_set(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("DESKPULSE_API_TOKEN")}
    config = tmp_path / "deskpulse.yml"
    config.write_text("metrics: {bucket: 30m}\n")

    ended = subprocess.run(
        [sys.executable, "-m", "metrics", "serve", "--port", "0"],
        env={**env, "DESKPULSE_CONFIG": str(config)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 2
    assert "set DESKPULSE_API_TOKEN or DESKPULSE_API_TOKEN_FILE" in ended.stderr
    assert "Traceback" not in ended.stderr
