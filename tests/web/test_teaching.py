"""Teaching by turning an item before the camera, and undoing it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.system.played import PlayedCamera
from tests.system.stack import Stack, running
from tests.web.film import CLIP
from tests.web.own import starter
from tests.web.pages import PHONE, HeldPosts, Pages, chromium, text
from tests.web.shelf import forgotten
from tests.web.wcag import violations, violations_light_and_dark

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


def save(page: Page, name: str = "Save") -> None:
    """Save the moments once they have been tried, whatever the trial says of a changing clip."""
    page.locator(".trial:not([aria-busy]):not(:empty)").wait_for()
    page.get_by_role("button", name=name).click()


def box(page: Page) -> list[float]:
    """The box around the item, in shares of the picture."""
    style = "(mark) => ['--x', '--y', '--w', '--h'].map((name) => Number(mark.style.getPropertyValue(name)))"
    return list(page.locator(".box").evaluate(style))


def undo(page: Page, words: str) -> None:
    """Undo by the line that reports the change."""
    page.locator("#toast").get_by_role("button", name="Undo").click()
    page.locator("#toast").get_by_text(words).wait_for()


def test_a_key_and_a_name_teach_an_item_that_is_turned_and_undo_takes_it_back(
    with_clip: Stack, pages: Pages
) -> None:
    page = pages.open(with_clip.page)
    ready(page)
    page.keyboard.press("p")  # a paused page resumes for it
    moments = HeldPosts(page, "**/moments")
    page.keyboard.press("t")
    dialog = page.get_by_role("dialog", name="Teach an item")
    dialog.locator('.mirror[data-picture="shown"]').wait_for()
    dialog.get_by_role("progressbar", name="Turn it slowly…").wait_for()
    assert text(page, ".pause-words") == "Pause"
    assert violations(page) == []
    page.keyboard.type("A thing of the clip")
    page.keyboard.press("Enter")  # before there are moments it saves nothing
    moments.let_go()
    dialog.locator(".box").wait_for()
    n = max(1, dialog.locator(".moment").count())
    dialog.locator(".trial:not([aria-busy]):not(:empty)").wait_for()
    assert violations_light_and_dark(page) == []
    assert found(with_clip, "A thing of the clip") == []
    page.get_by_label("What is it?").press("Enter")
    taken(page)

    (item,) = found(with_clip, "A thing of the clip")
    assert len(item["pictures"]) == n
    width = dialog.locator(".taken img").evaluate("(image) => image.naturalWidth")
    assert width > 50
    assert violations(page) == []
    page.keyboard.press("Enter")  # Done has the focus
    page.get_by_text("Taught: A thing of the clip").wait_for()
    undo(page, "Undone: A thing of the clip")
    assert with_clip.client.get(f"/items/{item['id']}").status_code == 404
    forgotten(with_clip, pages, item["id"])


def test_the_box_is_drawn_by_keys_by_pointer_and_by_buttons_and_a_moment_is_left_out(
    with_clip: Stack, pages: Pages
) -> None:
    page = pages.open(with_clip.page)
    ready(page)
    page.keyboard.press("t")
    page.locator(".box").focus()
    page.wait_for_load_state()
    for _ in range(60):  # to the upper left corner, and as small as it gets
        page.keyboard.press("Shift+ArrowUp")
        page.keyboard.press("Shift+ArrowLeft")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowLeft")
    assert box(page) == pytest.approx([0, 0, 0.05, 0.05])
    for _ in range(5):
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("ArrowDown")
    assert box(page) == pytest.approx([0, 0.1, 0.15, 0.05])
    label = str(page.locator(".box").get_attribute("aria-label"))
    assert label == "Box around the item, the top left, 15% wide, 5% high"

    frame = page.locator(".box-frame").bounding_box()
    assert frame is not None

    def at(x: float, y: float) -> tuple[float, float]:
        return frame["x"] + x * frame["width"], frame["y"] + y * frame["height"]

    page.mouse.click(*at(0.6, 0.7))  # the nearest corner comes to a press outside, without a drag
    assert box(page) == pytest.approx([0, 0.1, 0.6, 0.6], abs=0.01)
    page.mouse.move(*at(0.3, 0.4))
    page.mouse.down()
    page.mouse.move(*at(0.4, 0.5), steps=3)
    page.mouse.up()
    assert box(page) == pytest.approx([0.1, 0.2, 0.6, 0.6], abs=0.01)
    page.mouse.move(*at(0.1, 0.5))  # its left side
    page.mouse.down()
    page.mouse.move(*at(0.2, 0.9))
    page.mouse.up()
    assert box(page) == pytest.approx([0.2, 0.2, 0.5, 0.6], abs=0.01)
    page.get_by_role("button", name="Smaller").click()
    page.get_by_role("button", name="Larger").click()
    assert box(page) == pytest.approx([0.2, 0.2, 0.5, 0.6], abs=0.01)

    moments = page.get_by_role("checkbox", name=re.compile("^Use picture"))
    n = moments.count()
    for number in range(1, n):  # all but the first
        moments.nth(number).uncheck()
    if n > 1:
        moments.first.uncheck()
        page.get_by_text("Choose at least one picture.").wait_for()
        assert page.get_by_role("button", name="Save").get_attribute("aria-disabled") == "true"
        moments.first.check()
    page.get_by_label("What is it?").fill("Drawn by hand")
    save(page)
    taken(page)
    (item,) = found(with_clip, "Drawn by hand")
    assert len(item["pictures"]) == 1
    file = with_clip.client.get(f"/items/{item['id']}/image").content
    height, width = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR).shape[:2]  # type: ignore[union-attr]
    shape = frame["width"] * 0.5 / (frame["height"] * 0.6)
    assert width / height == pytest.approx(shape, rel=0.05)
    page.keyboard.press("Enter")
    undo(page, "Undone: Drawn by hand")
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
    save(page)
    taken(page)
    (item,) = found(without_camera, "Two-sided")
    page.get_by_role("button", name="Take more pictures of it").click()
    page.get_by_text("Show other sides of Two-sided.").wait_for()
    save(page)
    taken(page)
    (more,) = found(without_camera, "Two-sided")
    assert len(more["pictures"]) > len(item["pictures"])

    page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    n = len(item["pictures"])
    expect(page.locator(".taken .form-words")).to_have_text(re.compile(rf"^{n} picture"))
    assert found(without_camera, "Two-sided")[0]["pictures"] == item["pictures"]
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
    save(page)
    page.get_by_text(f"There is already an item named {mug['title']}").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []
    page.get_by_role("button", name="Add these pictures to it").click()
    taken(page)
    assert len(with_clip.get("/items/mug-harbour")["pictures"]) > len(mug["pictures"])
    page.get_by_role("button", name="Done").click()
    undo(page, "Undone")
    assert with_clip.get("/items/mug-harbour")["pictures"] == mug["pictures"]


def test_what_would_answer_in_the_wrong_place_is_told_before_it_is_saved(
    with_clip: Stack, pages: Pages
) -> None:
    """The trial's outcome is given here: which scenes the clip shows meanwhile is not known."""
    page = pages.open(with_clip.page)
    ready(page)
    said = {"frames": 50, "would_name": 9, "empty_frames": 12, "would_name_empty": 0, "nearest": []}
    mug = with_clip.get("/items/mug-harbour")
    other: Any = {"id": mug["id"], "title": mug["title"]}
    outcomes = [said | {"warning": "another_item", "other": other}]
    page.route("**/teach/trial", lambda route: route.fulfill(json=outcomes[-1]))
    trial = HeldPosts(page, "**/teach/trial")
    page.keyboard.press("t")
    page.locator(".box").wait_for()
    page.get_by_label("What is it?").fill("In the way")
    page.keyboard.press("Enter")  # a warning that nobody has seen yet is shown first
    trial.let_go()
    warning = page.locator(".trial")
    warning.get_by_text(f"It would also be recognised when {mug['title']} is shown.").wait_for()
    assert (
        warning.locator("img").evaluate(
            "async (image) => { await image.decode(); return image.naturalWidth; }"
        )
        > 0
    )
    page.get_by_role("button", name="Save anyway").wait_for()
    assert found(with_clip, "In the way") == []
    assert violations_light_and_dark(page) == []

    outcomes.append(said | {"would_name_empty": 7, "warning": "empty_desk", "other": None})
    page.get_by_role("button", name="Smaller").click()
    warning.get_by_text("in 7 of the 12 empty frames of the last minute").wait_for()
    outcomes.append(said | {"warning": None, "other": None})
    page.get_by_role("button", name="Smaller").click()
    warning.get_by_text("no wrong answer").wait_for()
    page.get_by_role("button", name="Save", exact=True).wait_for()

    outcomes.append(outcomes[0])
    page.get_by_role("button", name="Smaller").click()
    warning.get_by_role("button", name=f"It is the same item: add to {mug['title']}").click()
    taken(page)
    assert len(with_clip.get("/items/mug-harbour")["pictures"]) > len(mug["pictures"])
    page.get_by_role("button", name="Done").click()
    undo(page, "Undone")


def test_a_camera_that_is_off_says_so(without_camera: Stack, pages: Pages) -> None:
    with PlayedCamera(without_camera, "shelf") as shelf:
        shelf.say("offline")
        page = pages.open(f"{without_camera.page}#camera=shelf")
        page.get_by_role("heading", name="shelf is off").wait_for()
        page.keyboard.press("t")
        page.get_by_text("The camera's picture is not shown here").wait_for()
        page.get_by_text("shelf sends no picture now: off.").wait_for()
        page.get_by_label("What is it?").fill("Not to be seen")
        page.keyboard.press("Enter")
        with page.expect_response("**/moments"):
            page.get_by_role("button", name="Try again").click()
        page.get_by_text("shelf sends no picture now: off.").wait_for()
        assert page.get_by_label("What is it?").input_value() == "Not to be seen"
        assert found(without_camera, "Not to be seen") == []
        pages.expect_errors("/moments")


def test_a_korean_keyboard_teaches_by_the_same_key(with_clip: Stack, pages: Pages) -> None:
    page = pages.open(with_clip.page, locale="ko-KR")
    ready(page)
    page.evaluate(f"document.body.dispatchEvent({_KOREAN_T})")
    page.get_by_role("heading", name="품목 등록").wait_for()
    page.get_by_label("이름").fill("찻잔")
    save(page, "저장")
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
        page.get_by_label("API key", exact=True).fill(KEY)
        page.keyboard.press("Enter")
        page.get_by_label("What is it?").fill("A secret thing")
        save(page)
        taken(page)
        (item,) = found(stack, "A secret thing")
        page.keyboard.press("Enter")
        undo(page, "Undone")
        assert found(stack, "A secret thing") == []
        assert KEY not in text(page, "body") + page.url
        pages.expect_errors("status of 401")
        # While the search reads the catalogue that has its first item.
        pages.forget_errors("status of 503")
        forgotten(stack, pages, item["id"])
