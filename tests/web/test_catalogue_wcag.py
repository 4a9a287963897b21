"""The catalogue and its dialogs in light, dark and Korean, checked for WCAG 2.2 AA."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.system.pictures import picture, write_pictures
from tests.system.stack import Stack
from tests.web.pages import KEY, Pages
from tests.web.wcag import violations

VIEW = "#view=catalogue"
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "korean": {"locale": "ko-KR"},
}
looks = pytest.mark.parametrize("look", LOOKS)


def close(page: Page) -> None:
    """Close the dialog, and drop typed words."""
    page.keyboard.press("Escape")
    if page.locator(".unsaved:visible").count():
        assert violations(page) == []
        page.locator(".unsaved .button").last.click()
    page.get_by_role("dialog").wait_for(state="detached")


@looks
def test_the_grid_and_an_item(without_camera: Stack, pages: Pages, look: str) -> None:
    page = pages.open(f"{without_camera.page}{VIEW}", **LOOKS[look])
    page.locator(".card").first.wait_for()
    assert violations(page) == []
    page.locator(".card").first.click()
    page.locator("dialog .view img").wait_for()
    assert violations(page) == []
    page.locator("dialog .words .field-input").first.fill("")
    page.locator("dialog .words-metadata > .button").click()
    close(page)
    page.locator(".filter .field-input").fill("no such thing")
    page.locator('.catalogue-state[data-kind="nothing"]').wait_for()
    assert violations(page) == []


@looks
@pytest.mark.usefixtures("without_items")
def test_adding_and_importing_without_a_key(with_key: Stack, pages: Pages, tmp_path: Path, look: str) -> None:
    page = pages.open(f"{with_key.page}{VIEW}", **LOOKS[look])
    page.locator('.catalogue-state[data-kind="empty"]').wait_for()
    assert violations(page) == []

    page.locator(".catalogue-head .button-main").click()
    assert violations(page) == []
    file: Any = {"name": "pot.jpg", "mimeType": "image/jpeg", "buffer": picture(1)}
    page.locator("dialog input[type=file]").first.set_input_files(file)
    page.locator("dialog .form-end .button-main").click()
    page.locator("dialog input[type=password]").wait_for()
    assert violations(page) == []
    page.locator("dialog input[type=password]").fill("wrong")
    page.keyboard.press("Enter")
    # A second question, in a dialog of its own.
    expect(page.locator("dialog input[type=password]")).to_have_value("")
    assert violations(page) == []
    page.keyboard.press("Escape")
    close(page)

    write_pictures(tmp_path, ["red.jpg"])
    (tmp_path / "shop.csv").write_text("Name,Photo\nRed,red.jpg\nGone,gone.jpg\n")
    page.locator(".catalogue-ways .button").nth(1).click()
    page.locator("dialog[open].import").wait_for()
    assert violations(page) == []
    page.locator(".import input[type=file]").first.set_input_files(sorted(tmp_path.iterdir()))
    page.locator("dialog input[type=password]").fill(KEY)
    page.keyboard.press("Enter")
    page.locator(".refused-list").wait_for()
    # With the lists of its columns, which are not our own.
    page.locator(".map-table select").first.wait_for()
    assert violations(page) == []
    page.locator(".plan .button-main").click()
    page.locator('.import-outcome[data-phase="done"] .refused-list').wait_for()
    assert violations(page) == []
    pages.expect_errors("status of 401")
