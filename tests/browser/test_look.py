"""Every state of the page, as people see it: audited, pictured, and nowhere wider than the window."""

from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from browser.states import STATES
from harness.browser import Tab, audit, overflow, tab
from harness.surveys import Site

LOCALES = {"tr": "tr-TR", "en": "en-GB"}
SIZES = {"phone": (360, 740), "desktop": (1280, 800)}
NARROW = (320, 568)
COLOURS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
MIN_TARGET = 44


def enter(opened: Tab, name: str, page: Site, url: str) -> None:
    """Get into the state `name`, and see that it is that."""
    status, way = STATES[name]
    way(opened.page, page, url)
    assert opened.statuses[-1] == status


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("name", STATES)
def test_a_state_is_accessible_and_fits_in_every_size_and_colour(
    browser: Browser, page: Site, url: str, pictures: Path, name: str, language: str
) -> None:
    with tab(browser, locale=LOCALES[language]) as opened:
        enter(opened, name, page, url)
        web = opened.page

        assert web.get_attribute("html", "lang") == language
        for colour, (size, (width, height)) in product(COLOURS, SIZES.items()):
            web.emulate_media(color_scheme=colour)
            web.set_viewport_size({"width": width, "height": height})
            assert overflow(web) == 0
            assert audit(web) == []
            picture = pictures / f"{name}-{size}-{colour}-{language}.png"
            web.screenshot(path=picture, full_page=True)
            assert picture.stat().st_size > 5_000
        web.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
        assert overflow(web) == 0
        # The console is told of each status that is no success.
        assert [said for said in opened.complaints if "status of" not in said] == []
        assert all(address.startswith(f"{url}/s/") for address in opened.fetched)


@pytest.mark.parametrize("name", ["csat", "nps", "hundred-points", "answered", "faulty", "thanks", "stop"])
def test_everything_to_press_is_large_enough(browser: Browser, page: Site, url: str, name: str) -> None:
    with tab(browser, width=NARROW[0], height=NARROW[1]) as opened:
        enter(opened, name, page, url)

        targets = opened.page.locator(
            "a:not(footer p[lang] a), button, textarea, input[type=radio], label.consent"
        )
        sizes = [box for each in targets.all() if (box := each.bounding_box()) is not None]
        assert sizes
        assert min(min(box["width"], box["height"]) for box in sizes) >= MIN_TARGET


def test_an_audit_finds_what_is_wrong(browser: Browser) -> None:
    with tab(browser, width=300) as opened:
        opened.page.set_content("<p style='color: #999; width: 400px'>pale</p><input>")

        assert {found.split(" ")[0] for found in audit(opened.page)} >= {"color-contrast", "label"}
        assert overflow(opened.page) > 100
