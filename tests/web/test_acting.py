"""Acting on a match: its id, its page and its sound, while a played camera sees it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from services.core.domain import Item
from tests.system import single
from tests.system.stack import Stack, eventually
from tests.web.pages import Pages, text
from tests.web.played import SeeingCamera, doubtful, items, nowhere, playing
from tests.web.wcag import violations

# The pitches that the page plays, in their order.
_EARS = """
window.heard = [];
const Tone = window.OscillatorNode;
window.OscillatorNode = class extends Tone {
  constructor(context, options) {
    super(context, options);
    window.heard.push(options.frequency);
  }
};
"""
_MATCH, _UNSURE = [660, 880], [392]


def heard(page: Page) -> list[int]:
    """The pitches that were played so far."""
    return list(page.evaluate("window.heard"))


def open_on(stack: Stack, pages: Pages, camera: SeeingCamera, **options: Any) -> Page:
    """The page on that camera, which has no pictures."""
    return pages.open(f"{stack.page}#camera={camera.thing}", script=_EARS, **options)


def newest(stack: Stack, camera: SeeingCamera) -> int:
    """The id of the camera's newest record."""
    return int(stack.get(f"/matches?limit=1&thing={camera.thing}")["records"][0]["id"])


def turned_to(page: Page, verdict: str) -> None:
    """Wait until a live best match has this verdict."""
    page.locator(f'body[data-shown="fresh"] #best[data-holds="match"][data-verdict="{verdict}"]').wait_for()


@pytest.fixture
def linked(without_camera: Stack) -> Iterator[Item]:
    """An item with a page of its own."""
    link = "https://shop.example/linked"
    change = single.add(without_camera, 901, id="linked", title="Linked", link=link)["change"]
    eventually(lambda: without_camera.get("/healthz")["checks"]["index"]["cursor"] >= change, within_s=20)
    (item,) = [each for each in items(without_camera) if each.id == "linked"]
    yield item
    without_camera.client.delete("/items/linked").raise_for_status()


@pytest.mark.usefixtures("unchanged")
def test_the_id_is_copied_and_the_item_s_page_opens_by_button_and_key(
    without_camera: Stack, pages: Pages, linked: Item
) -> None:
    with playing(without_camera, "cam-till") as camera:
        page = open_on(without_camera, pages, camera, permissions=["clipboard-read", "clipboard-write"])
        camera.see(linked.vectors[0])
        turned_to(page, "match")
        assert violations(page) == []
        page.get_by_role("button", name="Copy id").click()
        expect(page.locator("#acting")).to_contain_text(f"Copied: {linked.id}")
        assert page.evaluate("navigator.clipboard.readText()") == linked.id
        page.context.route(f"{linked.link}**", lambda route: route.fulfill(body="the item's own page"))
        with page.expect_popup() as opened:
            page.keyboard.press("o")
        expect(opened.value).to_have_url(str(linked.link))
        assert opened.value.evaluate("window.opener") is None


def test_without_a_clipboard_the_id_is_copied_as_a_selection_is(without_camera: Stack, pages: Pages) -> None:
    item = items(without_camera)[0]
    with playing(without_camera, "cam-plain") as camera:
        page = open_on(without_camera, pages, camera)
        # As by plain http, where browsers have none.
        page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
        page.evaluate(
            "addEventListener('copy', () => { window.copied = String(document.activeElement.value); })"
        )
        camera.see(item.vectors[0])
        turned_to(page, "match")
        page.keyboard.press("c")
        eventually(lambda: page.evaluate("window.copied") == item.id, within_s=10)


def test_a_no_match_has_neither_an_id_nor_a_page(without_camera: Stack, pages: Pages) -> None:
    with playing(without_camera, "cam-none") as camera:
        page = open_on(without_camera, pages, camera)
        camera.see(nowhere(items(without_camera)[0]))
        turned_to(page, "no_match")
        expect(page.locator("#acting button:visible")).to_have_count(0)


def test_each_showing_sounds_once_and_otherwise_for_unsure_and_only_when_switched_on(
    without_camera: Stack, pages: Pages
) -> None:
    first, second = items(without_camera)[:2]
    with playing(without_camera, "cam-sound") as camera:
        page = open_on(without_camera, pages, camera)
        camera.see(first.vectors[0])
        turned_to(page, "match")
        assert heard(page) == []

        switch = page.get_by_role("button", name="Sound:")
        assert text(page, "#sound") == "Sound: off"
        switch.click()
        assert text(page, "#sound") == "Sound: on"
        # Its own sample, so that its loudness is known.
        eventually(lambda: heard(page) == _MATCH, within_s=10)

        camera.see(doubtful(without_camera, second))
        turned_to(page, "unsure")
        eventually(lambda: heard(page) == _MATCH + _UNSURE, within_s=10)
        camera.see(second.vectors[0])
        turned_to(page, "match")
        eventually(lambda: heard(page) == [*_MATCH, *_UNSURE, *_MATCH], within_s=10)
        # A scene that stays is refreshed twice a second, and is one showing.
        seen = newest(without_camera, camera)
        eventually(lambda: newest(without_camera, camera) >= seen + 2, within_s=10)
        assert heard(page) == [*_MATCH, *_UNSURE, *_MATCH]

        # The switch is kept. No match has no tone, so that what follows is the next match's alone.
        camera.see(nowhere(first))
        turned_to(page, "no_match")
        page.reload()
        turned_to(page, "no_match")
        page.keyboard.press("Shift")
        expect(page.locator("#sound")).to_have_text("Sound: on")
        camera.see(first.vectors[0])
        turned_to(page, "match")
        page.get_by_role("heading", name=first.title).wait_for()
        eventually(lambda: heard(page) == _MATCH, within_s=10, why=lambda: str(heard(page)))


def test_the_webhook_s_errors_are_seen_in_the_diagnostics(without_camera: Stack, pages: Pages) -> None:
    with playing(without_camera, "till-hook") as camera:
        camera.see(items(without_camera)[0].vectors[0])
        eventually(lambda: without_camera.get("/healthz")["webhook"]["trouble"], within_s=30)
    page = pages.open(without_camera.page)
    page.get_by_role("button", name="Help").click()
    page.get_by_text("Diagnostics").click()
    hook = page.get_by_role("dialog").locator(".webhook")
    expect(hook.get_by_role("heading")).to_have_text(["Webhook", "Webhook repair"])
    expect(hook).to_contain_text("The last post failed: it can't be reached: [Errno 111] Connection refused")
    expect(hook.get_by_role("listitem").first).to_contain_text("till-hook")
    assert violations(page) == []
