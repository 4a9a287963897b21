"""Details of the live view on demand: a record, and the timing of a frame; and pausing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.system.stack import Stack, eventually
from tests.web.pages import PHONE, Pages, diagnostics, difference, seen, text
from tests.web.test_judging import stand_still
from tests.web.wcag import violations, violations_light_and_dark

STAGES = ["capture", "embed", "codes", "transport", "search", "queue", "screen"]


def open_live(pages: Pages, address: str, **options: Any) -> Page:
    """A page that shows a live match."""
    page = pages.open(address, **options)
    page.locator('#badge[data-badge="live"]').wait_for()
    for part in (".best-title", "#runners", ".recent-open"):
        page.locator(part).first.wait_for()
    return page


def pause(page: Page) -> None:
    """Pause it and wait until the parts around the shown match have followed, within a second."""
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Resume").wait_for()
    grown(page, age_s=3)


def grown(page: Page, *, age_s: int) -> None:
    """Wait until the shown match is this old."""
    eventually(lambda: int(re.sub(r"\D", "", text(page, "#age"))) >= age_s, within_s=20)


def test_a_tile_opens_its_record_and_has_the_focus_back(with_clip: Stack, pages: Pages) -> None:
    page = open_live(pages, with_clip.page)
    page.locator("#viewfinder-frame img").wait_for()
    stand_still(page, "match")
    page.locator('#recent-list li:first-child[data-verdict="match"]').wait_for()
    grown(page, age_s=3)
    tile = page.locator('.recent-tile[data-verdict="match"] button').first
    title, at = tile.get_attribute("title"), text(page, '.recent-tile[data-verdict="match"] time >> nth=0')
    page.locator('.recent-open[tabindex="0"]').focus()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    tile.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name=f"Seen at {at}")
    dialog.wait_for()
    assert dialog.locator(".record-title").inner_text() == title
    assert dialog.locator(".verdict").inner_text() == "Match"
    assert re.fullmatch(r"[<>]?\d+% confident", dialog.locator(".record-words .score-number").inner_text())
    # What the camera saw, beside the item.
    assert dialog.locator(".record-seen img").count() == 2
    assert "cam-1" in dialog.inner_text()
    dialog.get_by_text("Diagnostics").click()
    told = dialog.locator("dl").last.inner_text()
    assert re.search(r"capture [\d.]+ · embed [\d.]+ · codes [\d.]+ · transport [\d.]+ · search [\d.]+", told)
    assert violations(page) == []
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert tile.evaluate("(node) => node === document.activeElement")


def test_the_diagnostics_tell_what_answers_and_how_long_a_frame_took(with_clip: Stack, pages: Pages) -> None:
    page = open_live(pages, with_clip.page)
    assert page.get_by_text(with_clip.get("/healthz")["checks"]["index"]["model"]).count() == 0
    diagnostics(page)
    health = with_clip.get("/healthz")["checks"]["index"]
    assert text(page, ".details-index") == f"{health['items']} items, version {health['cursor']}"
    assert text(page, ".details-knn") == f"exact, {health['knn']['vectors']} vectors"
    assert text(page, ".details-model") == health["model"]
    assert float(text(page, ".details-fps")) > 0
    rows = page.locator(".way-table tbody tr")
    eventually(lambda: rows.count() == len(STAGES), within_s=20)
    assert rows.locator("th").all_inner_texts() == STAGES
    for stage in STAGES:
        row = rows.filter(has=page.get_by_role("rowheader", name=stage, exact=True))
        last, median, slow = (float(cell) for cell in row.locator("td").all_inner_texts()[:3])
        assert 0 <= median <= slow < 60_000, stage
        assert last >= 0
    assert re.fullmatch(r"Timing of the last frame: \d+ ms", text(page, ".way .heading"))


def test_a_paused_page_stands_still_is_not_called_live_and_goes_on(with_clip: Stack, pages: Pages) -> None:
    page = open_live(pages, with_clip.page)
    page.locator("#viewfinder-frame img").wait_for()
    asked: list[str] = []
    pause(page)
    page.on("request", lambda request: asked.append(request.url))
    assert text(page, "#badge") == "Paused"
    picture, title = seen(page), text(page, ".best-title")
    tiles = page.locator("#recent-list li").count()
    # Longer than each item is in front of the camera.
    grown(page, age_s=9)
    assert text(page, ".best-title") == title
    assert page.locator("#recent-list li").count() == tiles
    now = seen(page)
    assert picture is not None
    assert now is not None
    assert difference(picture, now) == 0
    assert [url for url in asked if "/preview" in url] == []
    assert text(page, "#badge") == "Paused"
    page.get_by_role("button", name="Resume").click()
    page.locator('#badge[data-badge="live"]').wait_for()
    eventually(lambda: any("/preview" in url for url in asked), within_s=10)
    eventually(lambda: text(page, "#age") in ("updated 0 s ago", "updated 1 s ago"), within_s=10)


@pytest.mark.parametrize("look", ["desktop", "dark", "phone", "wall"])
def test_the_page_fits_its_screen_and_passes_axe(with_clip: Stack, pages: Pages, look: str) -> None:
    looks: dict[str, dict[str, Any]] = {
        "desktop": {},
        "dark": {"color_scheme": "dark"},
        "phone": PHONE,
        "wall": {"viewport": {"width": 1920, "height": 1080}},
    }
    page = open_live(pages, with_clip.page, **looks[look])
    page.get_by_role("button", name="Pause").click()
    width = page.evaluate("document.documentElement.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    if look == "phone":
        small = [
            control.evaluate("(node) => node.outerHTML")
            for control in page.locator("header :is(a, button), #best button:visible").all()
            if (box := control.bounding_box()) and box["height"] < 44
        ]
        assert small == []
    if look == "dark":
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 20, 23)"


def test_korean_is_the_browsers_choice_or_the_persons(with_clip: Stack, pages: Pages) -> None:
    korean = pages.open(with_clip.page, locale="ko-KR")
    korean.get_by_role("button", name="일시정지").wait_for()
    assert korean.evaluate("document.documentElement.lang") == "ko"
    korean.locator('#badge[data-badge="live"]').wait_for()
    korean.locator(".best-title").wait_for()
    assert violations_light_and_dark(korean) == []
    page = pages.open(with_clip.page, locale="en-US")
    page.get_by_role("button", name="Pause").wait_for()
    page.get_by_label("Language").select_option("ko")
    page.get_by_role("button", name="일시정지").wait_for()
    page.reload()
    page.get_by_role("button", name="일시정지").wait_for()
    page.locator('#badge[data-badge="live"]').wait_for()
    assert text(page, "#badge") == "실시간"
    # Nothing is left in the other language but the items' titles.
    assert re.findall(r"\b(?:Match|updated|Recent|Frames)\b", text(page, "body")) == []
