"""The catalogue's health on the page: its problems, with the items side by side, each of which opens."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.system.single import add, path
from tests.system.stack import Stack
from tests.web.pages import PHONE, Pages
from tests.web.wcag import violations


def test_items_with_one_picture_stand_side_by_side_and_one_is_deleted(
    without_camera: Stack, pages: Pages
) -> None:
    for item_id in ("h-one", "h-two"):
        add(without_camera, 341, id=item_id, title=f"Title of {item_id}")
    try:
        page = pages.open(f"{without_camera.page}/#view=catalogue")
        page.get_by_role("button", name="Check", exact=True).click()
        pair = page.locator("[data-kind=same_picture] .problem", has_text="h-one")
        expect(pair.locator(".problem-item")).to_have_count(2)
        expect(page.locator("[data-kind=same_picture] .kind-advice")).to_contain_text("a picture of its own")
        assert violations(page) == []
        pair.get_by_role("button", name="Title of h-two").press("Enter")
        page.get_by_role("button", name="Delete").click()
        expect(pair).to_have_count(0)
        expect(page.locator("#toast")).to_contain_text("Title of h-two")
        phone = pages.open(f"{without_camera.page}/#view=health", **PHONE)
        expect(phone.locator(".problem").first).to_be_visible()
        assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]
        assert violations(phone) == []
    finally:
        for item_id in ("h-one", "h-two"):
            without_camera.client.delete(path(item_id))
