"""Search by picture: chosen, dropped, pasted, large, several, and files that are no picture."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.system.record import TruthScene
from tests.system.stack import Stack, eventually
from tests.web.film import Picture, frames_of
from tests.web.pages import PHONE, Pages, text
from tests.web.wcag import violations

# Drops or pastes a picture as the browser would hand it over.
_HAND_OVER = """
async ([how, data, type]) => {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "thing", { type }));
  const common = { bubbles: true, cancelable: true };
  const give = (event) => document.body.dispatchEvent(event);
  if (how === "paste") return give(new ClipboardEvent("paste", { ...common, clipboardData: transfer }));
  const over = { ...common, dataTransfer: transfer };
  for (const name of ["dragenter", "dragover", "drop"]) give(new DragEvent(name, over));
}
"""


def hand_over(page: Page, how: str, content: bytes, kind: str = "image/jpeg") -> None:
    """Drop or paste a file."""
    page.evaluate(_HAND_OVER, [how, base64.b64encode(content).decode(), kind])


def jpeg(picture: Image.Image, **options: Any) -> bytes:
    """A JPEG file's bytes."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=92, **options)
    return file.getvalue()


@pytest.fixture(scope="module")
def corn_flakes(clip: list[Picture], scenes: list[TruthScene]) -> Image.Image:
    """A camera's picture of an item."""
    frames = frames_of(clip, scenes[0])
    return Image.fromarray(np.ascontiguousarray(frames[len(frames) // 2][..., ::-1]))


def answered(page: Page, title: str) -> None:
    """Wait for the answer, with the item first."""
    dialog = page.get_by_role("dialog", name="Search by picture")
    expect(dialog.locator(".ask-one").first).to_contain_text(title)  # which tells what stands there instead
    assert text(page, ".answer-row:first-child .answer-title") == title


@pytest.mark.parametrize("how", ["file", "drop", "paste"])
def test_a_picture_finds_its_item(
    without_camera: Stack, pages: Pages, corn_flakes: Image.Image, how: str
) -> None:
    title = without_camera.get("/items/box-cornflakes")["title"]
    page = pages.open(without_camera.page)
    page.get_by_role("button", name="Search by picture").wait_for()
    if how == "file":
        page.keyboard.press("s")
        assert page.evaluate("document.activeElement.textContent") == "Choose a picture"
        file: Any = {"name": "thing.jpg", "mimeType": "image/jpeg", "buffer": jpeg(corn_flakes)}
        page.locator("input[type=file]").set_input_files(file)
    else:
        hand_over(page, how, jpeg(corn_flakes))
    answered(page, title)
    box, frame = (page.locator(name).bounding_box() for name in (".asked .viewfinder-box", ".asked-frame"))
    assert box is not None
    assert frame is not None
    assert frame["x"] - 1 <= box["x"] < box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
    assert violations(page) == []
    page.keyboard.press("Escape")
    eventually(lambda: page.evaluate("eyes.blobs.size") == 0, within_s=5)


def test_pictures_in_a_row_stand_newest_first_and_what_is_none_has_words(
    without_camera: Stack, pages: Pages, corn_flakes: Image.Image
) -> None:
    page = pages.open(without_camera.page, viewport={"width": 390, "height": 844})
    page.locator("#ask").click()
    page.get_by_role("dialog", name="Search by picture").wait_for()
    hand_over(page, "drop", jpeg(corn_flakes))
    answered(page, without_camera.get("/items/box-cornflakes")["title"])
    hand_over(page, "paste", b"not one", "text/plain")
    page.get_by_text("The browser cannot read thing.").wait_for()
    assert page.locator(".ask-one").count() == 2
    assert page.locator(".ask-one").first.locator(".answer").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # While another dialog is open, this one ignores a drop.
    page.keyboard.press("Escape")
    page.locator("#help").click()
    hand_over(page, "drop", jpeg(corn_flakes))
    assert page.get_by_role("dialog").count() == 1


def test_on_a_phone_a_photo_is_taken_and_asked_with(
    without_camera: Stack, pages: Pages, corn_flakes: Image.Image
) -> None:
    page = pages.open(without_camera.page, **PHONE)
    page.get_by_role("button", name="Search by picture").click()
    photo = page.get_by_role("dialog").get_by_role("button", name="Take a photo")
    assert photo.evaluate("(node) => node === document.activeElement")
    box = photo.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert page.get_by_text("Ctrl+V").count() == 0
    assert violations(page) == []
    with page.expect_file_chooser() as chooser:
        photo.tap()
    assert not chooser.value.is_multiple()
    assert chooser.value.element.get_attribute("capture") == "environment"
    chooser.value.set_files({"name": "image.jpg", "mimeType": "image/jpeg", "buffer": jpeg(corn_flakes)})
    answered(page, without_camera.get("/items/box-cornflakes")["title"])
    assert violations(page) == []


def test_more_pictures_than_ten_are_said_to_be_left_out(
    without_camera: Stack, pages: Pages, corn_flakes: Image.Image
) -> None:
    page = pages.open(without_camera.page)
    page.get_by_role("button", name="Search by picture").click()
    file: Any = {"name": "thing.jpg", "mimeType": "image/jpeg", "buffer": jpeg(corn_flakes)}
    page.locator(".ask input[type=file]").set_input_files([file] * 12)
    page.get_by_role("alert").get_by_text("2 more are left out").wait_for()
    expect(page.locator(".ask-one .answer")).to_have_count(10, timeout=60_000)
    page.locator(".ask input[type=file]").set_input_files([file])
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_dialog_that_is_closed_at_once_asks_nothing_and_keeps_nothing(
    without_camera: Stack, pages: Pages, corn_flakes: Image.Image
) -> None:
    asked: list[str] = []
    page = pages.open(without_camera.page)
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Search by picture").wait_for()
    # In one go, before the picture can have been read.
    data = base64.b64encode(jpeg(corn_flakes.resize((3000, 1700)))).decode()
    closing = f"async (given) => {{ await ({_HAND_OVER})(given); document.querySelector('dialog').close(); }}"
    page.evaluate(closing, ["drop", data, "image/jpeg"])
    assert page.get_by_role("dialog").count() == 0
    page.wait_for_timeout(2000)
    assert [url for url in asked if url.endswith("/search")] == []
    assert page.evaluate("eyes.blobs.size") == 0


def test_a_large_picture_is_sent_small_and_upright(
    without_camera: Stack, pages: Pages, corn_flakes: Image.Image
) -> None:
    page = pages.open(without_camera.page)
    # As a phone stores one: on its side, with a mark that says so.
    large = corn_flakes.resize((4000, 2250)).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter, clockwise
    page.get_by_role("button", name="Search by picture").wait_for()
    hand_over(page, "drop", jpeg(large, exif=exif.tobytes()))
    answered(page, without_camera.get("/items/box-cornflakes")["title"])
    # The page shows the picture that was sent.
    assert page.locator(".asked img").evaluate("(image) => [image.naturalWidth, image.naturalHeight]") == [
        1600,
        900,
    ]
