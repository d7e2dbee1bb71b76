"""A real Chromium: pages in a fresh profile, what they fetched and complained of, and audits of them."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, Response, expect, sync_playwright

_FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
expect.set_options(timeout=30_000)
_AUDIT: Final = "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"


@dataclass
class Tab:
    """A page, the addresses that it `fetched`, the statuses of the documents among them, and what it wrote
    to its console (`complaints`)."""

    page: Page
    statuses: list[int] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


def chromium() -> str | None:
    """Where Chromium is on this machine: what CHROMIUM names, else what is in the path; None without one."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def required() -> str:
    """Where Chromium is; where there is none the test is skipped, but not on CI."""
    executable = chromium()
    if executable is None:
        missing = "Chromium is missing: on Debian, apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return executable


@contextmanager
def browsing(executable: str) -> Iterator[Browser]:
    """The browser `executable`, without a window and with a profile that nobody has used."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def tab(
    browser: Browser,
    *,
    width: int = 1280,
    height: int = 800,
    dark: bool = False,
    locale: str = "tr-TR",
    scripts: bool = True,
) -> Iterator[Tab]:
    """A tab of `width` x `height` CSS px for somebody of `locale`; without `scripts` pages run none."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        locale=locale,
        java_script_enabled=scripts,
    )
    try:
        opened = Tab(context.new_page())
        opened.page.on("request", lambda request: opened.fetched.append(request.url))
        opened.page.on("response", lambda response: _note(opened, response))
        opened.page.on("console", lambda message: opened.complaints.append(message.text))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        yield opened
    finally:
        context.close()


def audit(page: Page) -> list[str]:
    """What axe finds wrong with `page`, which must run scripts: one sentence each, with the elements."""
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    violations: list[dict[str, Any]] = page.evaluate(_AUDIT)
    return [
        f"{found['id']} ({found['impact']}): {found['help']}: "
        + json.dumps([node["html"] for node in found["nodes"]], ensure_ascii=False)
        for found in violations
    ]


def overflow(page: Page) -> int:
    """By how many CSS px the content of `page` is wider than its window; 0 where nobody has to scroll."""
    return int(page.evaluate("Math.max(0, document.documentElement.scrollWidth - window.innerWidth)"))


def _note(opened: Tab, response: Response) -> None:
    if response.request.resource_type == "document":
        opened.statuses.append(response.status)
