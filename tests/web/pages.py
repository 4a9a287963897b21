"""Pages in Debian's Chromium, whose console must stay free of errors, and readings of them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Route, expect

from tests.system.stack import eventually

# Debian's chromium without windows: the same engine, and windows cost a second of CPU each.
CHROMIUM = "/usr/bin/chromium-headless-shell"
# The key of the fixture `with_key`.
KEY = "the-shop-keeper-s-secret"
KNOWN_KEY = f"sessionStorage.setItem('lookalike.key', {json.dumps(KEY)})"
PHONE: Any = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
FAKE_CAMERA = "--use-fake-device-for-media-stream"
THUMBNAIL = 64, 36
# The time after which an element counts as missing, on a slow machine too.
PATIENCE_MS = 90_000
expect.set_options(timeout=PATIENCE_MS)
# Exposes the page's camera stream, and blob addresses that were not released.
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
# A page without an address keeps nothing.
_FIRST_AWAY = """
try { localStorage.setItem("lookalike.first", "away"); } catch { }
"""
# The pixels behind the viewfinder's box, as a small picture's bytes; null if there are none.
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
    """Opens pages in one browser and remembers their errors."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.errors: list[str] = []
        self._right: list[str] = []

    def open(self, address: str, *, script: str = "", first: bool = False, **options: Any) -> Page:
        """A page in a context of its own, as another visitor's; `script` runs before the page's own code.

        It is a visitor who has put the first steps away, unless it is their `first` visit.
        """
        context = self._browser.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.add_init_script(_EYES + ("" if first else _FIRST_AWAY) + script)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self._failed(str(error)))
        page.goto(address)
        return page

    def expect_errors(self, text: str) -> None:
        """Accept errors that contain `text`; at least one must come."""
        opened = [page for context in self._browser.contexts for page in context.pages]

        def come() -> list[str]:
            # The console reports an answer a moment after the page has it, so wait for it.
            for page in opened[:1]:
                page.wait_for_timeout(1)
            return [error for error in self.errors if text in error]

        why = f"no error in the console with {text!r}: {self.errors}"
        right = eventually(come, within_s=5, why=lambda: why)
        self.errors = [error for error in self.errors if error not in right]

    def forget_errors(self, text: str) -> None:
        """Accept errors that contain `text`, also later ones, if there are any."""
        self._right.append(text)
        self.errors = [error for error in self.errors if text not in error]

    def _failed(self, error: str) -> None:
        if not any(text in error for text in self._right):
            self.errors.append(error)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            where = message.location
            self._failed(f"{message.text} ({where.get('url', '')})")


class HeldPosts:
    """The POSTs of a page to an address, which wait until a test lets them go; the first `passing` do not."""

    def __init__(self, page: Page, address: str, *, passing: int = 0) -> None:
        self._page, self._address = page, address
        self._passing = passing
        self._held: list[Route] = []
        page.route(address, self._take)

    def _take(self, route: Route) -> None:
        if route.request.method != "POST" or self._passing > 0:
            self._passing -= route.request.method == "POST"
            route.fallback()
        else:
            self._held.append(route)

    def let_go(self) -> None:
        """Let them go, once there is one, and those that follow."""
        eventually(lambda: self._page.evaluate("1") and self._held, within_s=20)
        self._page.unroute(self._address, self._take)
        for route in self._held:
            route.fallback()


@contextlib.contextmanager
def chromium(playwright: Playwright, *arguments: str) -> Iterator[Pages]:
    """A browser with these arguments; fails at the end if a console showed an unexpected error."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(arguments))
    pages = Pages(browser)
    try:
        yield pages
    finally:
        browser.close()
    assert pages.errors == [], pages.errors


def with_camera(film: Path) -> Sequence[str]:
    """Arguments for a permitted camera that plays a film."""
    return FAKE_CAMERA, "--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={film}"


def seen(page: Page) -> Rgb | None:
    """The viewfinder's picture as RGB [height, width, 3] of the size THUMBNAIL; None for none."""
    width, height = THUMBNAIL
    values = page.evaluate(_THUMBNAIL, [width, height])
    return None if values is None else np.array(values, np.uint8).reshape(height, width, 4)[..., :3]


def small(frame: Rgb) -> Rgb:
    """A BGR picture in the form of `seen`."""
    rgb: Rgb = np.asarray(cv2.resize(frame, THUMBNAIL, interpolation=cv2.INTER_AREA), np.uint8)[..., ::-1]
    return rgb


def difference(one: Rgb, other: Rgb) -> float:
    """The difference of two pictures, in grey levels of 255."""
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


def text(page: Page, selector: str) -> str:
    """The text that a person reads there."""
    return str(page.locator(selector).inner_text())


def diagnostics(page: Page) -> None:
    """Open the help at the facts for finding a fault."""
    page.locator("#help").click()
    page.locator(".diagnostics > summary").click()


def drop(page: Page, file: Path, place: tuple[int, int], *, over: tuple[int, int] | None = None) -> None:
    """Drag a file from the desktop and drop it there; `over` is where it was before, if elsewhere."""
    browser = page.context.new_cdp_session(page)
    data: Any = {"items": [], "files": [str(file)], "dragOperationsMask": 1}  # a copy
    for kind, (x, y) in (("dragEnter", over or place), ("dragOver", over or place), ("drop", place)):
        browser.send("Input.dispatchDragEvent", {"type": kind, "x": x, "y": y, "data": data})
