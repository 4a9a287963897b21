"""The catalogue's view: browsing it by all means and in all states of the server."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.system.stack import Stack
from tests.web.pages import PHONE, Pages
from tests.web.proxy import proxy
from tests.web.shelf import MUG, TITLE, dialog, open_mug, opened, toast

pytestmark = pytest.mark.usefixtures("unchanged")


def test_nothing_is_read_before_the_view_is_shown_and_then_all_of_it(
    without_camera: Stack, pages: Pages
) -> None:
    asked: list[str] = []
    page = pages.open("about:blank")
    page.on("request", lambda request: asked.append(request.url))
    page.goto(without_camera.page)
    page.locator("#stage").wait_for()
    page.get_by_role("link", name="Catalogue").wait_for()
    assert not [url for url in asked if "/items?" in url]
    page.get_by_role("link", name="Catalogue").click()
    items = without_camera.get("/items?limit=1000")["items"]
    assert len(items) > 60
    # Cards below the first page load by scrolling.
    page.locator(".card").first.wait_for()
    page.mouse.move(400, 500)
    page.mouse.wheel(0, 20_000)
    expect(page.locator(".card")).to_have_count(len(items))
    assert page.locator(".card-title").all_text_contents() == [each["title"] for each in items]
    expect(page.get_by_role("status").filter(has_text="items")).to_have_text(f"{len(items)} items")
    assert page.get_by_role("button", name="Show more").count() == 0
    first = page.locator(".card img").first
    assert first.get_attribute("loading") == "lazy"


def test_the_filter_is_kept_in_the_address_and_cleared(without_camera: Stack, pages: Pages) -> None:
    page = opened(pages, without_camera)
    page.keyboard.press("/")
    page.keyboard.type("MUG")
    mugs = without_camera.get("/items?text=mug&limit=1000")["items"]
    expect(page.locator(".catalogue-count")).to_have_text(f"{len(mugs)} items found")
    assert page.locator(".card-title").all_text_contents() == [each["title"] for each in mugs]
    assert page.url.endswith("text=MUG")
    page.reload()
    expect(page.locator(".card")).to_have_count(len(mugs))
    assert page.get_by_label("Search the catalogue").input_value() == "MUG"
    page.get_by_label("Search the catalogue").fill("no such thing")
    page.get_by_role("heading", name="Nothing found for “no such thing”").wait_for()
    page.locator(".catalogue-state").get_by_role("button", name="Clear the search").click()
    expect(page.locator(".card")).not_to_have_count(0)
    assert "text" not in page.url
    assert page.evaluate("document.activeElement.type") == "search"


def test_by_keyboard_alone(without_camera: Stack, pages: Pages) -> None:
    page = opened(pages, without_camera)
    page.keyboard.press("/")
    page.keyboard.type("harbour stripe")
    expect(page.locator(".card")).to_have_count(1)
    for _ in range(5):  # clear, add, import, check, the card
        page.keyboard.press("Tab")
    assert TITLE in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    title = dialog(page).get_by_label("Title")
    title.wait_for()
    while not title.evaluate("(node) => node === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("End")
    page.keyboard.type(" with a key")
    page.keyboard.press("Enter")
    toast(page, f"Saved: {TITLE} with a key")
    page.keyboard.press("z")
    toast(page, "Undone")
    expect(page.locator(".card-title")).to_have_text(TITLE)


def test_on_a_phone_nothing_is_cut_off_and_targets_are_large(without_camera: Stack, pages: Pages) -> None:
    page = opened(pages, without_camera, **PHONE)
    page.get_by_role("button", name="Add an item").click()
    assert dialog(page).get_by_role("button", name="Take a photo").is_visible()
    assert dialog(page).locator("input[capture=environment]").count() == 1
    dialog(page).get_by_role("button", name="Close").click()
    open_mug(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert dialog(page).evaluate("(node) => node.scrollWidth - node.clientWidth") == 0
    for button in page.locator("#catalogue button:visible, dialog .item-room button:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 36, button.inner_text()


def test_in_korean(without_camera: Stack, pages: Pages) -> None:
    page = opened(pages, without_camera, locale="ko-KR")
    expect(page.locator(".catalogue-count")).to_contain_text("품목")
    page.locator(f'[data-id="{MUG}"] .card').click()
    dialog(page).get_by_role("button", name="저장").wait_for()
    words = page.locator("#catalogue .button:visible, dialog .button, dialog .field-name").all_inner_texts()
    assert not [word for word in words if "." in word], "a text has no Korean"


def test_a_busy_proxys_own_answer_does_not_keep_the_items_away(without_camera: Stack, pages: Pages) -> None:
    with proxy(without_camera.port) as way:
        page = pages.open(way.page)
        page.get_by_role("button", name="Help").wait_for()
        body = b'{"message": "no healthy upstream"}'
        head = f"HTTP/1.1 503 Busy\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        way.answers[b"GET /healthz"] = head.encode() + body
        page.get_by_role("link", name="Catalogue").click()
        page.locator(".card").first.wait_for()
        page.close()
        pages.expect_errors("/healthz")


def test_a_lost_server_is_said_and_the_items_come_when_it_is_back(
    without_camera: Stack, pages: Pages
) -> None:
    page = pages.open(without_camera.page)
    page.get_by_role("link", name="Catalogue").wait_for()
    page.context.set_offline(True)
    page.get_by_role("link", name="Catalogue").click()
    page.locator(".catalogue-state").get_by_role("heading", name="The server does not answer").wait_for()
    page.context.set_offline(False)
    page.locator(".catalogue-state").get_by_role("button", name="Try now").click()
    page.locator(".card").first.wait_for()
    expect(page.locator(".catalogue-state")).to_be_hidden()
    pages.forget_errors("ERR_INTERNET_DISCONNECTED")
