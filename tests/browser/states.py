"""The states of the survey page that customers meet, and how to get into each."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from playwright.sync_api import Page

from feedback.page.surroundings import Present, Standing
from harness.surveys import NOW, Site

Enter = Callable[[Page, Site, str], None]


def _opened(name: str, query: str = "") -> Enter:
    return lambda page, site, to: _go(page, to + site.path(name) + query)


def _go(page: Page, address: str) -> None:
    page.goto(address)


def _send(page: Page) -> None:
    with page.expect_navigation():
        page.click("form button")


def _answered(page: Page, site: Site, to: str) -> None:
    known = site.surveys.open["csat"]
    site.surveys.open["csat"] = replace(known, present=Present(2, "Kargom çok geç geldi, kimse aramadı."))
    page.goto(to + site.path())


def _faulty(page: Page, site: Site, to: str) -> None:
    page.goto(to + site.path())
    page.fill("#comment", "x" * 1_001)
    _send(page)


def _thanked(page: Page, site: Site, to: str) -> None:
    page.goto(f"{to}{site.path()}?r=4")
    page.fill("#comment", "مرحبا")
    _send(page)


def _empty_remark(page: Page, site: Site, to: str) -> None:
    _thanked(page, site, to)
    _send(page)


def _remarked(page: Page, site: Site, to: str) -> None:
    _thanked(page, site, to)
    page.fill("#more", "Teşekkürler")
    page.check("#consent")
    _send(page)


def _unsaved(page: Page, site: Site, to: str) -> None:
    page.goto(f"{to}{site.path()}?r=1")
    page.fill("#comment", "Kaybolmasın.")
    site.surveys.stores = False
    _send(page)
    site.surveys.stores = True


def _stopping(page: Page, site: Site, to: str) -> None:
    page.goto(f"{to}{site.path()}/stop")


def _stopped(page: Page, site: Site, to: str) -> None:
    _stopping(page, site, to)
    _send(page)


def _standing(standing: Standing) -> Enter:
    def enter(page: Page, site: Site, to: str) -> None:
        site.surveys.open["csat"] = replace(site.surveys.open["csat"], standing=standing)
        page.goto(to + site.path())

    return enter


def _unavailable(page: Page, site: Site, to: str) -> None:
    site.surveys.finds = False
    page.goto(to + site.path())
    site.surveys.finds = True


def _busy(page: Page, site: Site, to: str) -> None:
    web = site.app.test_client()
    while web.get("/s/nothing").status_code != HTTPStatus.TOO_MANY_REQUESTS:
        pass
    page.goto(to + site.path())


STATES: Final[dict[str, tuple[int, Enter]]] = {
    "csat": (200, _opened("csat")),
    "csat-preselected": (200, _opened("csat", "?r=4")),
    "nps": (200, _opened("nps", "?r=9")),
    "ces": (200, _opened("ces")),
    "two-points": (200, _opened("short")),
    "hundred-points": (200, _opened("wide")),
    "answered": (200, _answered),
    "faulty": (400, _faulty),
    "unsaved": (503, _unsaved),
    "thanks": (200, _thanked),
    "remark-empty": (400, _empty_remark),
    "remark-added": (200, _remarked),
    "stop": (200, _stopping),
    "stopped": (200, _stopped),
    "unknown": (404, lambda page, _site, to: _go(page, f"{to}/s/nothing/of/ours")),
    "expired": (410, lambda page, site, to: _go(page, to + site.path(expires_at=NOW))),
    "closed": (410, _standing("closed")),
    "erased": (410, _standing("erased")),
    "busy": (429, _busy),
    "unavailable": (503, _unavailable),
}
"""By name: the status of the answer, and what leads there."""
