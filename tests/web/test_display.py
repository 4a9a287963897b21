"""The display view: the answer alone over the whole screen, and what it shows while there is none."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, ViewportSize, expect

from tests.system.pictures import picture
from tests.system.played import PlayedCamera
from tests.system.stack import Stack
from tests.web.pages import Pages, text
from tests.web.played import doubtful, items, nowhere, playing
from tests.web.wcag import violations, violations_light_and_dark

WALL: ViewportSize = {"width": 1920, "height": 1080}
PORTRAIT: ViewportSize = {"width": 1080, "height": 1920}
# Three metres from a screen of a metre's width, letters of its 40th part are as large as those of a book.
READABLE = 1 / 40
_AWAKE = """
window.locks = [];
Object.defineProperty(navigator, "wakeLock", { value: {
  request: async (kind) => { window.locks.push(kind); return new EventTarget(); },
} });
"""


def font_share(page: Page, selector: str) -> float:
    """The height of letters as a share of the screen's shorter side."""
    size = page.locator(selector).evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)")
    return float(size) / float(page.evaluate("Math.min(innerWidth, innerHeight)"))


def test_each_answer_is_read_from_afar_and_nothing_else_is_on_the_screen(
    without_camera: Stack, pages: Pages
) -> None:
    one = items(without_camera)[0]
    with playing(without_camera, "window") as window:
        window.see(one.vectors[0])
        address = f"{without_camera.page}#view=display&camera=window&fields=price,colour"
        page = pages.open(address, viewport=WALL, script=_AWAKE)
        expect(page.locator(".display-title")).to_have_text(one.title)
        assert text(page, ".display-price") == one.metadata["price"]
        assert one.metadata["colour"] in text(page, ".display-fields")
        assert one.metadata["category"] not in text(page, ".display-fields")
        assert page.get_by_role("banner").is_hidden()
        assert page.evaluate("window.locks") == ["screen"]
        for part in (".display-title", ".display-price", ".display-fields", ".display-verdict"):
            assert font_share(page, part) >= READABLE, part
        assert violations_light_and_dark(page) == []

        window.see(doubtful(without_camera, one))
        page.locator('.display-verdict .display-sign[data-verdict="unsure"]').wait_for()
        assert one.title in page.locator(".display-several li").all_inner_texts()
        page.set_viewport_size(PORTRAIT)
        assert page.evaluate("document.documentElement.scrollHeight") <= PORTRAIT["height"]

        window.see(nowhere(one))
        page.locator('.display-card > .display-sign[data-verdict="no_match"]').wait_for()
        assert text(page, ".display-title") == "No match"
        # An empty counter is no answer.
        page.get_by_text("Show an item to the camera").wait_for()


def test_its_fields_stand_in_the_address_and_its_idle_picture_in_the_browser(
    without_camera: Stack, pages: Pages
) -> None:
    with PlayedCamera(without_camera, "shut") as shut:
        shut.say("offline")
        page = pages.open(f"{without_camera.page}#view=display&camera=shut")
        page.locator("#display").get_by_text("shut is off").wait_for()
        page.get_by_text("Open the live view: it says what to do.").wait_for()
        # By keyboard alone.
        page.keyboard.press("Tab")
        page.get_by_role("button", name="Set up the display").press("Enter")
        dialog = page.get_by_role("dialog", name="Set up the display")
        dialog.get_by_label("Category").uncheck()
        assert "fields=price" in page.url
        assert violations(page) == []
        file: Any = {"name": "shop.png", "mimeType": "image/png", "buffer": picture(3)}
        dialog.get_by_label("Choose a picture").last.set_input_files(file)
        page.locator('.display-idle[data-own="true"] img[src^="data:image/jpeg"]').wait_for()
        page.reload()
        page.locator('.display-idle[data-own="true"] img[src^="data:image/jpeg"]').wait_for()
        page.mouse.move(50, 50)
        page.get_by_role("button", name="Live view").click()
        page.get_by_role("heading", name="shut is off").wait_for()
