"""Undoing a change is still possible after the server could not be reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.system.pictures import picture
from tests.system.stack import Stack
from tests.web.pages import Pages
from tests.web.proxy import Proxy, proxy
from tests.web.shelf import MUG, VIEW, forgotten, open_mug
from tests.web.test_teaching import save, taken


@pytest.fixture
def way(without_camera: Stack) -> Iterator[Proxy]:
    """A connection to the server that can be barred; the catalogue is restored afterwards."""
    before = without_camera.get("/items?limit=1000")["items"]
    with proxy(without_camera.port) as standing:
        yield standing
    assert without_camera.get("/items?limit=1000")["items"] == before


def undo_twice(page: Page, way: Proxy, *, refused: str) -> None:
    """Undo by the line: in vain while nothing answers, then with success."""
    way.bar()
    line = page.locator("#toast")
    line.get_by_role("button", name="Undo").click()
    expect(line).to_contain_text(refused)
    way.refusing = False
    line.get_by_role("button", name="Undo").click()
    expect(line).to_contain_text("Undone")
    assert line.get_by_role("button", name="Undo").count() == 0


def test_a_deleted_item_comes_back_after_the_server_did(
    without_camera: Stack, pages: Pages, way: Proxy
) -> None:
    page = pages.open(f"{way.page}/{VIEW}")
    page.locator(f'[data-id="{MUG}"] .card').click()
    page.get_by_role("button", name="Delete the item").click()
    page.locator("#toast", has_text="Deleted").wait_for()
    undo_twice(page, way, refused="The server does not answer.")
    page.locator(f'[data-id="{MUG}"]').wait_for()
    # An undo that the server has refused is not offered again.
    page.locator(f'[data-id="{MUG}"] .card').click()
    with page.expect_response(lambda response: response.request.method == "DELETE") as deleted:
        page.get_by_role("button", name="Delete the item").click()
    page.locator("#toast", has_text="Deleted").wait_for()
    token = {"undo": deleted.value.json()["undo"]}
    without_camera.client.post("/items/undo", json=token).raise_for_status()
    page.locator("#toast").get_by_role("button", name="Undo").click()
    expect(page.locator("#toast")).to_contain_text("Not possible")
    assert page.locator("#toast").get_by_role("button", name="Undo").count() == 0
    page.close()
    pages.forget_errors("net::ERR")
    pages.expect_errors("/items/undo")


def test_a_picture_in_an_items_dialog_goes_after_the_server_came_back(pages: Pages, way: Proxy) -> None:
    page = pages.open(f"{way.page}/{VIEW}")
    dialog = open_mug(page)
    side: Any = {"name": "side.jpg", "mimeType": "image/jpeg", "buffer": picture(2)}
    dialog.locator("input[type=file]").first.set_input_files(side)
    dialog.get_by_text("Picture added.").wait_for()
    way.bar()
    dialog.get_by_role("button", name="Undo").click()
    dialog.get_by_text("The server does not answer.").wait_for()
    way.refusing = False
    dialog.get_by_role("button", name="Undo").click()
    dialog.get_by_text("Undone.").wait_for()
    expect(dialog.locator(".view")).to_have_count(1)
    page.close()
    pages.forget_errors("net::ERR")


def test_what_was_taught_is_taken_back_after_the_server_came_back(with_clip: Stack, pages: Pages) -> None:
    with proxy(with_clip.port) as way:
        page = pages.open(way.page)
        page.locator("#viewfinder-frame img").wait_for()
        page.keyboard.press("t")
        page.get_by_label("What is it?").fill("Taught once")
        save(page)
        taken(page)
        page.get_by_role("button", name="Done").click()
        page.locator("#toast", has_text="Taught: Taught once").wait_for()
        (item,) = with_clip.get("/items?text=Taught%20once")["items"]
        undo_twice(page, way, refused="The server does not answer.")
        assert with_clip.get("/items?text=Taught%20once")["items"] == []
        page.close()
        forgotten(with_clip, pages, item["id"])
        pages.forget_errors("net::ERR")
