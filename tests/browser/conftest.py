"""A Chromium, and a site that it can reach."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from feedback.page.limits import Limits, Rate
from harness.browser import browsing, chromium
from harness.surveys import Site, site

BURST = 200
"""Requests that the browser's address may make in a test, which needs a few."""
CONFIG = (
    'company: "Kuzey Kargo", '
    'notice: {tr: "Yanıtınızı hizmetimizi iyileştirmek için kullanırız: https://kuzey.example/kvkk", '
    'en: "We use your answer only to improve our service: https://kuzey.example/privacy"}'
)
CONSENT = (
    ', consent: {tr: "Yorumumun hizmeti iyileştirmek için saklanmasını kabul ediyorum.", '
    'en: "I agree that my comment is kept to improve the service."}'
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium; without one the tests are skipped, but not on CI. Its driver occupies the event
    loop of this thread, so it lasts no longer than a module."""
    executable = chromium()
    if executable is None:
        missing = "Chromium is missing: on Debian, apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with browsing(executable) as running:
        yield running


@pytest.fixture
def page(tmp_path: Path) -> Site:
    """A site with a notice that asks for consent; it may be asked BURST times."""
    rate = Rate(BURST, 0.01)
    return site(tmp_path, CONFIG + CONSENT, Limits(rate, rate))


@pytest.fixture
def url(page: Site) -> Iterator[str]:
    """Where `page` is."""
    server = make_server("127.0.0.1", 0, page.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where screenshots go: the folder that SCREENSHOTS names, for people, else one that is thrown away."""
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
