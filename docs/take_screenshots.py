"""The screenshots of README and docs, taken from the running product: `make screenshots`."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.system.stack import eventually, running
from tests.web.pages import chromium

DOCS = Path(__file__).resolve().parent
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 760}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "color_scheme": "dark",
}
# Score and time on the screen of a confident match, before its picture is taken.
SURE_PERCENT = 95
STEADY_MS = 600
# Space below the best match; the strip of recent ones is left out.
MARGIN_PX = 18


def main() -> None:
    """Start everything as `make run` does, and take each picture at a moment with a confident match."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), settings={}) as stack,
        sync_playwright() as driver,
        chromium(driver) as pages,
    ):
        for name, place, options, take in (
            ("page", "", DESK, _take_match),
            ("page.ko", "", DESK | {"locale": "ko-KR"}, _take_match),
            ("phone", "", PHONE, _take_match),
            ("catalogue", "#view=catalogue", DESK, _take_filled("#catalogue", 4)),
            ("display", "#view=display", DESK, _take_display),
            # By now the clip has shown most items once.
            ("history", "#view=history", DESK, _take_filled("#history", 3)),
            ("review", "#view=review", DESK, _take_filled("#review", 5)),
        ):
            page = pages.open(f"{stack.page}/{place}", **options)
            png = eventually(lambda page=page, take=take: take(page), within_s=240, why=stack.log)  # type: ignore[misc]
            _keep(png, DOCS / f"{name}.png")
            page.close()


def _take_match(page: Page) -> bytes:
    """The picture of a confident match that stays; empty if there is none now."""
    match = _confident_match(page)
    if not match:
        return b""
    page.wait_for_timeout(STEADY_MS)
    png = page.screenshot(animations="disabled", clip=_above_recent(page))
    return png if _confident_match(page) == match else b""


def _confident_match(page: Page) -> str:
    """The title of a confident live match, shown with its runners-up and the camera's picture; else empty."""
    return str(
        page.evaluate(
            """(percent) => {
          const best = document.querySelector("#best[data-holds=match][data-verdict=match]");
          const runners = document.querySelector("#runners[data-verdict=match]:not([hidden])");
          const images = [...document.querySelectorAll("#best img, #runners img")];
          const shown = document.body.dataset.shown === "fresh" && best && runners
            && Number(best.querySelector("[role=meter]").getAttribute("aria-valuenow")) >= percent
            && document.querySelector("#viewfinder-frame img") && images.every((each) => each.complete);
          return shown ? best.querySelector(".best-title").textContent : "";
        }""",
            SURE_PERCENT,
        )
    )


def _above_recent(page: Page) -> Any:
    """The part of a desktop's page down to the best match; None, which is the whole page, on a phone."""
    best, size = page.locator("#best").bounding_box(), page.viewport_size
    if best is None or size is None or size["width"] < DESK["viewport"]["width"]:
        return None
    return {"x": 0, "y": 0, "width": size["width"], "height": best["y"] + best["height"] + MARGIN_PX}


def _take_display(page: Page) -> bytes:
    """The display's picture with a match on it; empty while there is none."""
    shown = page.locator("#display [data-verdict=match] img")
    return page.screenshot(animations="disabled") if shown.count() else b""


def _take_filled(view: str, pictures: int) -> Callable[[Page], bytes]:
    """How the picture of a view is taken: empty until that many of its pictures on screen are there."""

    def take(page: Page) -> bytes:
        filled = page.evaluate(
            """([view, pictures]) => {
              const images = [...document.querySelectorAll(`${view} img`)]
                .filter((each) => each.getBoundingClientRect().top < innerHeight);
              return images.length >= pictures && images.every((each) => each.complete);
            }""",
            [view, pictures],
        )
        return page.screenshot(animations="disabled") if filled else b""

    return take


def _keep(png: bytes, path: Path) -> None:
    """Write a picture in all its colours, as small as PNG makes it."""
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size // 1000} KB")


if __name__ == "__main__":
    main()
