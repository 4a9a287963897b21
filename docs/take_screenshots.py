"""Takes the pictures of README and docs from the running product: `make screenshots`."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.system.stack import eventually, running
from tests.web.pages import chromium

DOCS = Path(__file__).resolve().parent
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "color_scheme": "dark",
}
# The strip of recent matches is to have something to show.
RECENT = 5
COLOURS = 256


def main() -> None:
    """Start everything as `make run` does, and photograph it once it is sure of a match."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), settings={}) as stack,
        sync_playwright() as driver,
        chromium(driver) as pages,
    ):
        for name, place, options in (
            ("page", "", DESK),
            ("page.ko", "", DESK | {"locale": "ko-KR"}),
            ("phone", "", PHONE),
            ("catalogue", "#view=catalogue", DESK),
        ):
            page = pages.open(f"{stack.page}/{place}", **options)
            ready = _is_sure if not place else _is_filled
            eventually(lambda page=page, ready=ready: ready(page), within_s=90, why=stack.log)  # type: ignore[misc]
            _keep(page.screenshot(animations="disabled"), DOCS / f"{name}.png")
            page.close()
        pages.forget_errors("/preview")


def _is_sure(page: Page) -> bool:
    """Whether a live match and the camera's picture are shown, and some went before."""
    return bool(
        page.evaluate(
            """(recent) => document.body.dataset.shown === "fresh"
            && document.querySelector("#best[data-holds=match][data-verdict=match]") !== null
            && document.querySelector("#viewfinder-frame img") !== null
            && document.querySelectorAll("#recent-list > li").length >= recent""",
            RECENT,
        )
    )


def _is_filled(page: Page) -> bool:
    """Whether the catalogue's pictures are there."""
    return bool(
        page.evaluate(
            """() => {
          const images = [...document.querySelectorAll("#catalogue img")]
            .filter((each) => each.getBoundingClientRect().top < innerHeight);
          return images.length > 3 && images.every((each) => each.complete);
        }"""
        )
    )


def _keep(png: bytes, path: Path) -> None:
    """Write a picture with few colours: half of the bytes, and hardly a difference to be seen."""
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.FLOYDSTEINBERG).save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size // 1000} KB")


if __name__ == "__main__":
    main()
