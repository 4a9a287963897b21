"""Cameras on the page: tested, added, seen, renamed, given a region, and forgotten."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.system.stack import Stack, eventually
from tests.web.pages import KNOWN_KEY, PHONE, Pages
from tests.web.wcag import violations, violations_light_and_dark

LONG = "Kamera am langen Gang zwischen Lager und Verkauf, oben links über der Tür №7"


def card(page: Page, name: str) -> Locator:
    """A camera of the wall."""
    return page.locator(".wall-camera", has=page.get_by_role("heading", name=name, exact=True))


def camera(stack: Stack, title: str, **fields: object) -> dict[str, Any] | None:
    """The camera of this name, if it is there and has these fields."""
    found = [each for each in stack.get("/cameras")["cameras"] if each["title"] == title]
    return found[0] if found and fields.items() <= found[0].items() else None


def test_a_camera_is_tested_added_seen_renamed_given_a_region_and_forgotten(
    with_key: Stack, pages: Pages
) -> None:
    pages.forget_errors("/preview")  # of a camera that starts
    eventually(lambda: with_key.get("/cameras")["edges"], within_s=60, why=with_key.log)
    page = pages.open(f"{with_key.page}#view=cameras", script=KNOWN_KEY)
    page.get_by_role("button", name="Add camera").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Run by")).to_be_hidden()
    address = dialog.get_by_label("Address")
    address.fill("http://user:hidden-word@127.0.0.1/video")
    address.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("127.0.0.1 is an address of this machine")
    expect(dialog.get_by_role("button", name="Add without a picture")).to_be_enabled()
    address.fill("test")
    expect(dialog.get_by_label("Name", exact=True)).to_be_hidden()
    dialog.get_by_role("button", name="Test").click()
    expect(dialog.get_by_role("img", name="What the camera saw")).to_be_visible()
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert dialog.evaluate("node => node.scrollWidth <= node.clientWidth")
    page.set_viewport_size({"width": 1280, "height": 844})
    dialog.get_by_label("Name", exact=True).fill("현관 문")
    dialog.get_by_role("button", name="Add camera").click()
    expect(page.locator("#toast")).to_contain_text("현관 문 was added")

    mine = card(page, "현관 문")
    expect(mine.locator(".wall-state")).to_have_text("on")
    expect(mine.locator(".wall-frame img")).to_be_visible()
    assert violations_light_and_dark(page) == []

    mine.get_by_role("button", name="Rename").click()
    dialog.get_by_label("Name", exact=True).fill(LONG)
    dialog.get_by_role("button", name="Save").click()
    mine = card(page, LONG)
    expect(mine.locator(".wall-state")).to_have_text("on")
    expect(mine.locator(".wall-frame img")).to_be_visible()

    mine.get_by_role("button", name="Region").click()
    box = dialog.get_by_label("Box around the item")
    expect(box).to_be_visible()
    for _ in range(5):
        box.press("Shift+ArrowLeft")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    seen = eventually(lambda: camera(with_key, LONG, region=[0, 0, 0.9, 1]), within_s=30, why=with_key.log)
    desktop: dict[str, Any] = {}
    for options in (desktop, PHONE):
        live = pages.open(f"{with_key.page}#camera={seen['thing']}", script=KNOWN_KEY, **options)
        expect(live.locator(".camera")).to_contain_text("Kamera am langen Gang")
        assert live.evaluate("document.documentElement.scrollWidth <= innerWidth")
        live.close()

    mine.get_by_role("button", name="Forget").click()
    dialog.get_by_role("button", name="Forget").click()
    expect(card(page, LONG)).to_have_count(0)
    assert camera(with_key, LONG) is None
    assert "hidden-word" not in with_key.log()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_camera_that_is_gone_folds_away_and_can_be_taken_off_the_list(
    with_key: Stack, pages: Pages, width: int
) -> None:
    gone = {"thing": "old-phone", "state": "offline", "reason": None, "source": "frames over MQTT"}
    empty = dict.fromkeys(("provider", "fps", "model", "since", "model_trouble", "clock_offset_s"))
    here = {**gone, **empty, "title": None, "run_by": None, "region": None, "edge": None}
    takes = {"attic": 0, "server": 3}
    edges: list[dict[str, Any]] = [
        {"edge": name, "title": None, "takes": n, "troubles": {}} for name, n in takes.items()
    ]
    listed = [here]

    def answer(route: Any) -> None:
        if route.request.method == "DELETE":
            listed.clear()
            route.fulfill(json={"thing": "old-phone"})
        else:
            route.fulfill(json={"cameras": listed, "edges": edges})

    page = pages.open("about:blank", viewport={"width": width, "height": 844})
    # Not those of the folder js/cameras.
    page.route(lambda url: urlsplit(url).path in ("/cameras", "/cameras/old-phone"), answer)
    page.goto(f"{with_key.page}#view=cameras")
    expect(page.get_by_text("Off (1)")).to_be_visible()
    forget = page.get_by_role("button", name="Forget: old-phone")
    expect(forget).to_be_hidden()
    page.get_by_text("Off (1)").press("Enter")
    forget.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Forget").press("Enter")
    expect(page.get_by_text("No camera yet.")).to_be_visible()

    page.get_by_role("button", name="Add camera").press("Enter")
    run_by = page.get_by_role("dialog").get_by_label("Run by")
    expect(run_by).to_have_value("server")
    assert run_by.locator("option[disabled]").inner_text() == "attic (takes no more)"
    assert violations(page) == []
