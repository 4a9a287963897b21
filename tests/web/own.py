"""Switching this device's camera on and off, as a visitor does."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page

START, STOP = "Use this device's camera", "Stop this device's camera"


def starter(page: Page) -> Locator:
    """The header's button that switches it on; a page without a camera also offers it as the next step."""
    return page.get_by_role("banner").get_by_role("button", name=START)


def start(page: Page) -> str:
    """Switch this device's camera on and return its name."""
    starter(page).click()
    page.get_by_role("button", name=STOP).wait_for()
    (thing,) = parse_qs(urlsplit(str(page.url)).fragment)["camera"]
    return thing
