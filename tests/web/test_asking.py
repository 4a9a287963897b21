"""Search by picture: chosen, dropped, pasted, large, several, and no picture at all."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.system.record import Scene
from tests.system.stack import Stack, eventually
from tests.web.film import Picture, frames_of
from tests.web.pages import Pages, text
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
def corn_flakes(clip: list[Picture], scenes: list[Scene]) -> Image.Image:
    """What a camera sees of an item."""
    frames = frames_of(clip, scenes[0])
    return Image.fromarray(np.ascontiguousarray(frames[len(frames) // 2][..., ::-1]))


def answered(page: Page, title: str) -> None:
    """Wait for the answer, with the item first."""
    page.get_by_role("dialog", name="Search by picture").locator(".answer-row").first.wait_for(timeout=20_000)
    assert text(page, ".answer-row:first-child .answer-title") == title


@pytest.mark.parametrize("how", ["file", "drop", "paste"])
def test_a_picture_finds_its_item(
    without_camera: Stack, pages: Pages, corn_flakes: Image.Image, how: str
) -> None:
    title = without_camera.get("/items/box-cornflakes")["title"]
    page = pages.open(without_camera.page)
    page.locator("#ask").wait_for()
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
    hand_over(page, "drop", jpeg(corn_flakes))
    answered(page, without_camera.get("/items/box-cornflakes")["title"])
    hand_over(page, "paste", b"not one", "text/plain")
    page.get_by_text("thing is no picture that the browser can read.").wait_for()
    assert page.locator(".ask-one").count() == 2
    assert page.locator(".ask-one").first.locator(".answer").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # While another dialog is open, a drop is none of this one's business.
    page.keyboard.press("Escape")
    page.locator("#help").click()
    hand_over(page, "drop", jpeg(corn_flakes))
    assert page.get_by_role("dialog").count() == 1


def test_a_large_picture_is_sent_small_and_upright(
    without_camera: Stack, pages: Pages, corn_flakes: Image.Image
) -> None:
    page = pages.open(without_camera.page)
    # As a phone keeps one: it lies on its side, and says so.
    large = corn_flakes.resize((4000, 2250)).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter, clockwise
    page.locator("#ask").wait_for()
    hand_over(page, "drop", jpeg(large, exif=exif.tobytes()))
    answered(page, without_camera.get("/items/box-cornflakes")["title"])
    # What is shown is what was sent.
    assert page.locator(".asked img").evaluate("(image) => [image.naturalWidth, image.naturalHeight]") == [
        1600,
        900,
    ]
