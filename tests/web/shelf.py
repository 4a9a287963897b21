"""The catalogue for tests: its view, its dialogs, and deleted items."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

from tests.system.stack import Stack, eventually
from tests.web.pages import Pages

VIEW = "#view=catalogue"
MUG = "mug-harbour"
TITLE = "Harbour stripe enamel mug"


def opened(pages: Pages, stack: Stack, *, place: str = VIEW, **options: Any) -> Page:
    """A page with the first items."""
    page = pages.open(f"{stack.page}{place}", **options)
    page.locator(".card").first.wait_for()
    return page


def dialog(page: Page) -> Locator:
    """The open dialog."""
    return page.locator("dialog[open]")


def toast(page: Page, text: str) -> Locator:
    """The line that reports a change."""
    line = page.locator("#toast", has_text=text)
    line.wait_for()
    return line


def take_back(page: Page, text: str) -> None:
    """Undo the change by that line."""
    toast(page, text).get_by_role("button", name="Undo").click()
    toast(page, "Undone")


def open_mug(page: Page) -> Locator:
    """The mug's dialog."""
    page.locator(f'[data-id="{MUG}"] .card').click()
    dialog(page).get_by_label("Title").wait_for()
    return dialog(page)


def item(stack: Stack, item_id: str = MUG) -> Any:
    """An item in the api's answer."""
    return stack.get(f"/items/{item_id}")


def forgotten(stack: Stack, pages: Pages, item_id: str) -> None:
    """Wait until no record that a page reads when it opens names a deleted item with its picture.

    A page that is open may have requested its picture meanwhile.
    """
    pages.forget_errors(f"/items/{item_id}/image")

    def named() -> bool:
        records = stack.get("/matches?limit=20")["records"]
        return any(match["id"] == item_id for record in records for match in record["matches"])

    eventually(lambda: not named(), within_s=30, why=stack.log)
