"""The live card under a hand: it stands still, asks which item it is, and judges what the hand meant."""

from __future__ import annotations

from typing import Any

import cv2
import pytest
from playwright.sync_api import Page

from tests.system.stack import Stack, eventually
from tests.web.pages import Pages, text
from tests.web.played import doubtful, items, nowhere, playing
from tests.web.test_judging import feedback, told
from tests.web.test_match import turned_to
from tests.web.wcag import violations

SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desktop": (1280, 760), "wall": (1080, 1920)}
_PLACES = """() => {
  const [yes, no] = document.querySelectorAll("#actions .judge .button");
  const placed = Object.entries({ card: document.getElementById("best"), yes, no }).map(([name, node]) => {
    const { x, y, width, height } = node.getBoundingClientRect();
    return [name, [x, y, width, height].map(Math.round)];
  });
  return Object.fromEntries(placed);
}"""
# Presses Y as soon as another title is on screen.
_HASTY = """() => new MutationObserver((_, observer) => {
    observer.disconnect();
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "y", code: "KeyY", bubbles: true }));
  }).observe(document.getElementById("best-item"), { childList: true })"""


def test_yes_and_no_stay_where_they_are_and_a_phone_has_them_on_its_screen(
    without_camera: Stack, pages: Pages
) -> None:
    one = items(without_camera)[0]
    places: dict[str, list[Any]] = {name: [] for name in SIZES}
    with playing(without_camera, "counter") as counter:
        page = pages.open(f"{without_camera.page}#camera=counter")
        for verdict, scene in (
            ("match", one.vectors[0]),
            ("unsure", doubtful(without_camera, one)),
            ("no_match", nowhere(one)),
        ):
            counter.see(scene)
            turned_to(page, verdict)
            for name, (width, height) in SIZES.items():
                page.set_viewport_size({"width": width, "height": height})
                places[name].append(page.evaluate(_PLACES))
                assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.set_viewport_size({"width": 1280, "height": 760})
            if verdict != "match":
                assert violations(page) == []
    for name, found in places.items():
        assert found[0] == found[1] == found[2], name
    _x, y, _width, height = places["phone"][0]["no"]
    assert y + height <= SIZES["phone"][1]
    assert height >= 44


@pytest.mark.usefixtures("unchanged")
def test_a_hasty_yes_is_about_what_was_on_screen_when_the_hand_moved(
    without_camera: Stack, pages: Pages
) -> None:
    one, other = items(without_camera)[:2]
    before = feedback(without_camera, one.id), feedback(without_camera, other.id)
    with playing(without_camera, "till") as till:
        page = pages.open(f"{without_camera.page}#camera=till")
        till.see(one.vectors[0])
        turned_to(page, "match")
        page.wait_for_timeout(800)
        page.evaluate(_HASTY)
        till.see(other.vectors[0])
        told(page, f"Saved: {one.title}")
        eventually(lambda: text(page, ".best-title") == other.title, within_s=10)
        right, wrong = before[0]
        assert feedback(without_camera, one.id) == (right + 1, wrong)
        assert feedback(without_camera, other.id) == before[1]
        page.keyboard.press("z")
        told(page, "Undone.")
        assert feedback(without_camera, one.id) == before[0]


@pytest.mark.usefixtures("unchanged")
def test_one_of_three_is_chosen_by_its_card_or_its_key(without_camera: Stack, pages: Pages) -> None:
    one = items(without_camera)[0]
    before = feedback(without_camera, one.id)
    with playing(without_camera, "desk") as desk:
        page = pages.open(f"{without_camera.page}#camera=desk")
        desk.see(doubtful(without_camera, one))
        turned_to(page, "unsure")
        assert page.locator(".judge .button").first.evaluate("(node) => node.textContent.startsWith('Yes')")
        page.get_by_role("button", name="None").wait_for()
        card = page.locator(".which-one").first
        assert card.locator(".which-title").inner_text() == one.title
        page.wait_for_timeout(800)
        card.click()
        told(page, f"Saved: {one.title}")
        eventually(lambda: feedback(without_camera, one.id) == (before[0] + 1, before[1]), within_s=5)
        page.keyboard.press("z")
        told(page, "Undone.")
        page.keyboard.press("1")
        told(page, f"Saved: {one.title}")
        page.keyboard.press("z")
        told(page, "Undone.")
        assert feedback(without_camera, one.id) == before


def test_a_no_match_shows_large_what_the_camera_saw(
    without_camera: Stack, pages: Pages, clip: list[Any]
) -> None:
    one = items(without_camera)[0]
    with playing(without_camera, "bench") as bench:
        page = pages.open(f"{without_camera.page}#camera=bench")
        bench.see(nowhere(one))

        def shown() -> bool:
            bench.show(cv2.imencode(".jpg", clip[40])[1].tobytes())
            return _crop_width(page) > 300

        turned_to(page, "no_match")
        eventually(shown, within_s=20)
        large = page.locator(".crop").bounding_box()
        small = page.locator(".runner .picture").first.bounding_box()
        assert large is not None
        assert small is not None
        assert large["height"] > 5 * small["height"]


def _crop_width(page: Page) -> int:
    return int(page.evaluate("document.querySelector('.picture:not(.nothing) > .crop')?.width ?? 0"))
