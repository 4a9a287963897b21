"""Pages in Debian's Chromium, whose console must stay free of errors, and what can be read off them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, expect

from tests.system.stack import eventually

# The same engine as Debian's chromium without windows, each of which costs a second of CPU.
CHROMIUM = "/usr/bin/chromium-headless-shell"
# Of the fixture `with_key`.
KEY = "the-shop-keeper-s-secret"
KNOWN_KEY = f"sessionStorage.setItem('lookalike.key', {json.dumps(KEY)})"
PHONE: Any = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
FAKE_CAMERA = "--use-fake-device-for-media-stream"
THUMBNAIL = 64, 36
# What does not come in that time on a slow machine does not come.
PATIENCE_MS = 90_000
expect.set_options(timeout=PATIENCE_MS)
# Lets a test see what the page keeps to itself: the camera's stream, and blob addresses not given back.
_EYES = """
window.eyes = { streams: [], blobs: new Set() };
const { mediaDevices } = navigator;
if (mediaDevices) {
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    window.eyes.streams.push(stream);
    return stream;
  };
}
const [create, revoke] = [URL.createObjectURL, URL.revokeObjectURL];
URL.createObjectURL = (blob) => {
  const address = create.call(URL, blob);
  window.eyes.blobs.add(address);
  return address;
};
URL.revokeObjectURL = (address) => {
  window.eyes.blobs.delete(address);
  revoke.call(URL, address);
};
"""
# What stands behind the viewfinder's box, as the bytes of a small picture; null where nothing does.
_THUMBNAIL = """
([width, height]) => {
  const node = document.querySelector("#viewfinder-frame :is(img, video)");
  if (!node) return null;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.drawImage(node, 0, 0, width, height);
  return [...context.getImageData(0, 0, width, height).data];
}
"""
Rgb = NDArray[np.uint8]


class Pages:
    """Opens pages in one browser and remembers what went wrong in them."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.errors: list[str] = []
        self._right: list[str] = []

    def open(self, address: str, *, script: str = "", **options: Any) -> Page:
        """A page in a context of its own, as another visitor's; `script` runs before the page's own."""
        context = self._browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.add_init_script(_EYES + script)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self._failed(str(error)))
        page.goto(address)
        return page

    def expect_errors(self, text: str) -> None:
        """Take those that hold `text` for right; at least one must come."""
        opened = [page for context in self._browser.contexts for page in context.pages]

        def come() -> list[str]:
            # The console tells of an answer a moment after the page has it, while one waits for the page.
            for page in opened[:1]:
                page.wait_for_timeout(1)
            return [error for error in self.errors if text in error]

        why = f"no error in the console with {text!r}: {self.errors}"
        right = eventually(come, within_s=5, why=lambda: why)
        self.errors = [error for error in self.errors if error not in right]

    def forget_errors(self, text: str) -> None:
        """Take those that hold `text` for right, also those that are still to come, if there are any."""
        self._right.append(text)
        self.errors = [error for error in self.errors if text not in error]

    def _failed(self, error: str) -> None:
        if not any(text in error for text in self._right):
            self.errors.append(error)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            where = message.location
            self._failed(f"{message.text} ({where.get('url', '')})")


@contextlib.contextmanager
def chromium(playwright: Playwright, *arguments: str) -> Iterator[Pages]:
    """A browser with these arguments; fails at the end if a console has shown an unexpected error."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(arguments))
    pages = Pages(browser)
    try:
        yield pages
    finally:
        browser.close()
    assert pages.errors == [], pages.errors


def with_camera(film: Path) -> Sequence[str]:
    """Arguments for a camera that plays a film, with its use permitted."""
    return FAKE_CAMERA, "--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={film}"


def seen(page: Page) -> Rgb | None:
    """What the viewfinder shows now, as RGB [height, width, 3] of the size THUMBNAIL; None for nothing."""
    width, height = THUMBNAIL
    values = page.evaluate(_THUMBNAIL, [width, height])
    return None if values is None else np.array(values, np.uint8).reshape(height, width, 4)[..., :3]


def small(frame: Rgb) -> Rgb:
    """A BGR picture as `seen` would give it."""
    rgb: Rgb = np.asarray(cv2.resize(frame, THUMBNAIL, interpolation=cv2.INTER_AREA), np.uint8)[..., ::-1]
    return rgb


def difference(one: Rgb, other: Rgb) -> float:
    """How far two pictures are apart, in grey levels of 255."""
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


def text(page: Page, selector: str) -> str:
    """What a person reads there."""
    return str(page.locator(selector).inner_text())


def drop(page: Page, file: Path, place: tuple[int, int], *, over: tuple[int, int] | None = None) -> None:
    """Drag a file from the desktop and let it go there; `over` is where it was before, if elsewhere."""
    browser = page.context.new_cdp_session(page)
    data: Any = {"items": [], "files": [str(file)], "dragOperationsMask": 1}  # a copy
    for kind, (x, y) in (("dragEnter", over or place), ("dragOver", over or place), ("drop", place)):
        browser.send("Input.dispatchDragEvent", {"type": kind, "x": x, "y": y, "data": data})
