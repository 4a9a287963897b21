"""Teaching by holding an item up to the camera, and undoing it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Playwright

from tests.system.played import PlayedCamera
from tests.system.stack import Stack, running
from tests.web.film import CLIP
from tests.web.own import starter
from tests.web.pages import PHONE, Pages, chromium, text
from tests.web.shelf import forgotten
from tests.web.wcag import violations

KEY = "a-key-to-teach"
# The letter that a Korean keyboard gives for the key T.
_KOREAN_T = "new KeyboardEvent('keydown', { key: 'ㅅ', code: 'KeyT', bubbles: true, cancelable: true })"


def ready(page: Page) -> None:
    """Wait until the camera's picture is there."""
    page.locator("#viewfinder-frame :is(img, video)").wait_for()


def found(stack: Stack, title: str) -> list[Any]:
    """Items of a title."""
    items = stack.client.get("/items", params={"text": title}).json()["items"]
    return [item for item in items if item["title"] == title]


def taken(page: Page) -> None:
    """Wait until an item was added and can be found."""
    page.get_by_text("It can be recognised from now on.").wait_for()


def undo(page: Page, words: str) -> None:
    """Undo by the line that reports the change."""
    page.locator("#toast").get_by_role("button", name="Undo").click()
    page.locator("#toast").get_by_text(words).wait_for()


def test_a_key_a_name_and_enter_teach_an_item_and_undo_takes_it_back(with_clip: Stack, pages: Pages) -> None:
    page = pages.open(with_clip.page)
    ready(page)
    page.keyboard.press("p")  # a paused page resumes for it
    page.keyboard.press("t")
    dialog = page.get_by_role("dialog", name="Teach an item")
    dialog.locator('.mirror[data-picture="shown"]').wait_for()
    assert text(page, ".pause-words") == "Pause"
    assert violations(page) == []
    page.keyboard.type("A thing of the clip")
    page.keyboard.press("Enter")
    taken(page)

    (item,) = found(with_clip, "A thing of the clip")
    width, height = dialog.locator(".taken img").evaluate(
        "(image) => [image.naturalWidth, image.naturalHeight]"
    )
    assert width > height > 100
    assert violations(page) == []
    page.keyboard.press("Enter")  # Done has the focus
    page.get_by_text("Taught: A thing of the clip").wait_for()
    undo(page, "Taken back: A thing of the clip")
    assert with_clip.client.get(f"/items/{item['id']}").status_code == 404
    forgotten(with_clip, pages, item["id"])


def test_this_devices_camera_teaches_more_sides_and_each_can_be_taken_back(
    without_camera: Stack, camera_pages: Pages
) -> None:
    page = camera_pages.open(without_camera.page)
    starter(page).click()
    ready(page)
    page.locator('#best[data-holds="match"]').wait_for()
    page.get_by_role("button", name="Teach an item").click()
    page.get_by_label("What is it?").fill("Two-sided")
    page.keyboard.press("Enter")
    taken(page)
    page.get_by_role("button", name="Take another picture of it").click()
    page.keyboard.press("Enter")
    page.get_by_text("2 pictures").wait_for()
    (item,) = found(without_camera, "Two-sided")
    assert len(item["pictures"]) == 2

    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    page.get_by_text("1 picture", exact=True).wait_for()
    assert len(found(without_camera, "Two-sided")[0]["pictures"]) == 1
    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    page.get_by_role("dialog").wait_for(state="detached")
    assert found(without_camera, "Two-sided") == []
    forgotten(without_camera, camera_pages, item["id"])


def test_a_name_that_is_taken_gets_another_picture_instead_of_a_double(
    with_clip: Stack, pages: Pages
) -> None:
    page = pages.open(with_clip.page, **PHONE)
    ready(page)
    mug = with_clip.get("/items/mug-harbour")
    page.get_by_role("button", name="Teach an item").click()
    page.get_by_label("What is it?").fill(f"  {mug['title'].upper()} ")
    page.keyboard.press("Enter")
    page.get_by_text(f"There is already an item named {mug['title']}").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []
    page.get_by_role("button", name="Add this view to it").click()
    taken(page)
    assert len(with_clip.get("/items/mug-harbour")["pictures"]) == len(mug["pictures"]) + 1
    page.get_by_role("button", name="Done").click()
    undo(page, "Taken back")
    assert with_clip.get("/items/mug-harbour")["pictures"] == mug["pictures"]


def test_a_camera_that_is_off_says_so(without_camera: Stack, pages: Pages) -> None:
    with PlayedCamera(without_camera, "shelf") as shelf:
        shelf.say("offline")
        page = pages.open(f"{without_camera.page}#camera=shelf")
        page.get_by_role("heading", name="shelf is off").wait_for()
        page.keyboard.press("t")
        page.get_by_text("The camera's picture is not shown here").wait_for()
        page.get_by_label("What is it?").fill("Not to be seen")
        page.keyboard.press("Enter")
        page.get_by_text("shelf gives no picture now: off.").wait_for()
        assert page.get_by_label("What is it?").input_value() == "Not to be seen"
        assert found(without_camera, "Not to be seen") == []
        pages.expect_errors("/items")


def test_a_korean_keyboard_teaches_by_the_same_key(with_clip: Stack, pages: Pages) -> None:
    page = pages.open(with_clip.page, locale="ko-KR")
    ready(page)
    page.evaluate(f"document.body.dispatchEvent({_KOREAN_T})")
    page.get_by_role("heading", name="품목 가르치기").wait_for()
    page.get_by_label("이름").fill("찻잔")
    page.keyboard.press("Enter")
    page.get_by_text("이제부터 인식됩니다.").wait_for()
    (item,) = found(with_clip, "찻잔")
    page.keyboard.press("Escape")
    page.locator("#toast").get_by_role("button", name="되돌리기").click()
    page.get_by_text("되돌렸습니다: 찻잔").wait_for()
    forgotten(with_clip, pages, item["id"])


def test_the_key_is_asked_for_once(tmp_path: Path, playwright: Playwright) -> None:
    settings = {"LOOKALIKE_SAMPLES": "0", "LOOKALIKE_API_KEY": KEY, "LOOKALIKE_SOURCE": str(CLIP)}
    with running(tmp_path, settings=settings) as stack, chromium(playwright) as pages:
        page = pages.open(stack.page)
        page.locator("#camera-state", has_text="on").wait_for()
        page.keyboard.press("t")
        page.get_by_label("What is it?").fill("A secret thing")
        page.keyboard.press("Enter")
        page.get_by_label("API key", exact=True).fill(KEY)
        page.keyboard.press("Enter")
        taken(page)
        (item,) = found(stack, "A secret thing")
        page.keyboard.press("Enter")
        undo(page, "Taken back")
        assert found(stack, "A secret thing") == []
        assert KEY not in text(page, "body") + page.url
        pages.expect_errors("status of 401")
        forgotten(stack, pages, item["id"])
