"""Files dropped from a desktop: used where they belong, and harmless elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.system.pictures import picture
from tests.system.stack import Stack
from tests.web.pages import Pages, drop

CORNER = 12, 12
MIDDLE = 640, 400


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A picture on the desktop."""
    path = tmp_path / "harbour.jpg"
    path.write_bytes(picture(1))
    return path


@pytest.mark.parametrize("where", ["help", "bar", "add"])
def test_a_file_that_nobody_takes_is_not_opened_by_the_browser(
    without_camera: Stack, pages: Pages, file: Path, where: str
) -> None:
    page = pages.open(f"{without_camera.page}{'' if where == 'help' else '#view=catalogue'}")
    page.get_by_role("button", name="Help").wait_for()
    address = page.url
    if where == "help":
        page.get_by_role("button", name="Help").click()
        page.get_by_role("dialog", name="Help").wait_for()
    if where == "add":
        file = file.rename(file.with_suffix(".pdf"))
        page.get_by_role("button", name="Add an item").click()
        page.get_by_label("Title").fill("What was typed")
    drop(page, file, CORNER)
    page.wait_for_timeout(1000)
    # Chromium opens it in a tab of its own, other browsers in place of the page.
    assert [each.url for each in page.context.pages] == [address]
    expect(page.get_by_role("dialog")).to_have_count(0 if where == "bar" else 1)
    if where == "add":
        assert page.get_by_label("Title").input_value() == "What was typed"


def test_a_file_that_is_let_go_on_crossing_an_edge_is_taken_or_refused_as_well(
    without_camera: Stack, pages: Pages, file: Path
) -> None:
    # A browser sends "dragenter" to the part under the drop, and not always "dragover".
    page = pages.open(without_camera.page)
    page.get_by_role("button", name="Help").wait_for()
    drop(page, file, MIDDLE, over=CORNER)
    page.get_by_role("dialog", name="Search by picture").locator(".answer").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Catalogue").click()
    page.locator(".card").first.wait_for()
    drop(page, file, CORNER, over=MIDDLE)
    page.wait_for_timeout(1000)
    expect(page.get_by_role("dialog")).to_have_count(0)
    drop(page, file, MIDDLE, over=CORNER)
    expect(page.get_by_role("dialog", name="Add an item").get_by_label("Title")).to_have_value("harbour")
    assert len(page.context.pages) == 1


def test_a_picture_is_taken_by_the_search_the_catalogue_and_an_open_dialog(
    without_camera: Stack, pages: Pages, file: Path
) -> None:
    page = pages.open(without_camera.page)
    page.get_by_role("button", name="Help").wait_for()
    drop(page, file, MIDDLE)
    page.get_by_role("dialog", name="Search by picture").locator(".answer").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Catalogue").click()
    page.locator(".card").first.wait_for()
    drop(page, file, MIDDLE)
    add = page.get_by_role("dialog", name="Add an item")
    expect(add.get_by_label("Title")).to_have_value("harbour")
    drop(page, file, MIDDLE)
    expect(add.get_by_alt_text("The chosen picture")).to_be_visible()
    assert len(page.context.pages) == 1
