"""The page's view of a camera that another process reads: picture, source and state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright

from tests.system.played import PlayedCamera, status_of
from tests.system.stack import Stack, eventually, running
from tests.web.film import Picture
from tests.web.own import START, STOP, starter
from tests.web.pages import KEY, Pages, chromium, diagnostics, difference, seen, small, text
from tests.web.wcag import violations_light_and_dark

NAME = "lookalike.test"


@pytest.fixture(scope="module")
def fresh(imported: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system that no browser has been a camera of yet, known under a name."""
    settings = {"LOOKALIKE_SOURCE": "none", "LOOKALIKE_PUBLIC_URL": f"http://{NAME}"}
    with running(tmp_path_factory.mktemp("fresh"), settings=settings, data=imported) as started:
        started.wait_loaded()
        yield started


def _is_of(picture: Any, frames: list[Picture]) -> bool:
    return picture is not None and min(difference(picture, small(frame)) for frame in frames) < 8


def test_the_picture_of_a_camera_stands_behind_the_box_and_moves(
    with_clip: Stack, pages: Pages, clip: list[Picture]
) -> None:
    page = pages.open(with_clip.page)
    page.locator("#viewfinder-frame img").wait_for()
    page.locator('#viewfinder[data-box="shown"] .viewfinder-box').wait_for()
    first = seen(page)
    assert _is_of(first, clip)

    def has_moved() -> bool:
        now = seen(page)
        assert now is not None, "the picture was away for a moment"
        return first is not None and difference(first, now) > 8

    eventually(has_moved, within_s=10)
    assert _is_of(seen(page), clip)
    assert page.evaluate("eyes.blobs.size") <= 1
    diagnostics(page)
    assert text(page, ".details-source").endswith("samples/clip.mp4")


def test_a_hidden_page_asks_for_nothing(with_clip: Stack, pages: Pages) -> None:
    asked: list[str] = []
    page = pages.open(with_clip.page)
    page.on("request", lambda request: asked.append(request.url))
    page.locator("#viewfinder-frame img").wait_for()
    turn = "Object.defineProperty(document, 'hidden', {{ value: {}, configurable: true }})"
    tell = "document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate(f"{turn.format('true')}; {tell}")
    page.locator("#viewfinder-frame img").wait_for(state="detached")
    asked.clear()
    page.wait_for_timeout(5000)  # longer than it takes to request the system's health again
    # Pictures of earlier frames may still be on their way.
    assert [url for url in asked if "/image?" not in url] == []
    assert page.locator("#notice").is_hidden()
    page.evaluate(f"{turn.format('false')}; {tell}")
    page.locator("#viewfinder-frame img").wait_for()


def test_a_camera_whose_previews_are_off_shows_its_box_alone(
    imported: Path, tmp_path: Path, playwright: Playwright
) -> None:
    settings = {"LOOKALIKE_PREVIEW": "0"}
    with running(tmp_path, settings=settings, data=imported) as stack, chromium(playwright) as pages:
        page = pages.open(stack.page)
        page.locator('#viewfinder[data-picture="none"][data-box="shown"]').wait_for()
        assert page.locator("#viewfinder-frame img").count() == 0
        box = page.locator("#viewfinder-frame .viewfinder-box").bounding_box()
        assert box is not None
        assert box["width"] > 10
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.wait_for_timeout(3000)
        assert len([url for url in asked if "/preview?" in url]) <= 1


def test_with_an_api_key_picture_and_camera_wait_until_it_is_given(
    with_key: Stack, without_items: None, camera_pages: Pages
) -> None:
    assert without_items is None
    stack, pages = with_key, camera_pages
    page = pages.open(stack.page)
    page.locator("#own").click()
    page.get_by_text("Enter the API key to see the camera").click()
    given = page.get_by_label("API key", exact=True)
    given.fill("not this one")
    page.get_by_role("button", name="Use it").click()
    # A header can't hold a space: the browser itself refuses it.
    assert given.evaluate("(input) => input.validity.patternMismatch")
    refused: list[str] = []
    page.on("request", lambda each: refused.append(each.headers.get("authorization", "")))
    given.fill("wrong")
    given.press("Enter")
    page.get_by_text("Enter the API key to see the camera").wait_for()
    # The key is not sent again with every frame: after ten the api would refuse all keys for a while.
    page.wait_for_timeout(7000)
    assert 1 <= refused.count("Bearer wrong") <= 2
    page.get_by_text("Enter the API key to see the camera").click()
    given.fill(KEY)
    given.press("Enter")
    page.locator("#own-trouble").wait_for(state="hidden")
    thing = page.evaluate("new URLSearchParams(location.hash.slice(1)).get('camera')")
    eventually(lambda: status_of(stack, thing).get("state") == "online", within_s=20, why=stack.log)
    pages.expect_errors("status of 401")

    visitor = pages.open(f"{stack.page}#camera={thing}")
    visitor.get_by_role("button", name="Enter the API key").click()
    visitor.get_by_role("dialog", name="The API key is needed").wait_for()
    assert seen(visitor) is None
    pages.expect_errors("status of 401")
    page.goto(f"{stack.page}?again#camera={thing}")
    page.locator("#own").click()
    page.locator("#viewfinder-frame video").wait_for()
    assert page.get_by_role("dialog").count() == 0


def test_over_plain_http_the_page_says_why_there_is_no_camera(fresh: Stack, playwright: Playwright) -> None:
    with chromium(playwright, f"--host-resolver-rules=MAP {NAME} 127.0.0.1") as pages:
        page = pages.open(f"http://{NAME}:{fresh.port}")
        page.locator("#own").click()
        page.get_by_text(f"http://{NAME}:{fresh.port} is plain http").wait_for()
        assert f"http://localhost:{fresh.port}" in text(page, "#own-trouble")


def test_without_a_camera_the_page_offers_this_device(fresh: Stack, camera_pages: Pages) -> None:
    page = camera_pages.open(fresh.page)
    page.get_by_role("heading", name="No camera yet").wait_for()
    assert violations_light_and_dark(page) == []
    page.locator("#notice-actions").get_by_role("button", name=START).click()
    page.get_by_role("button", name=STOP).click()
    starter(page).wait_for()


@pytest.mark.parametrize(
    ("state", "title"),
    [
        ("offline", "door is off"),
        ("no_camera", "door gets no picture"),
        ("stalled", "door has frozen"),
    ],
)
def test_what_a_camera_lacks_is_shown_with_its_reason(
    without_camera: Stack, pages: Pages, state: str, title: str
) -> None:
    with PlayedCamera(without_camera, "door") as camera:
        camera.say(state, reason="the cable is out", source="rtsp://host/door")
        page = pages.open(f"{without_camera.page}#camera=door")
        page.get_by_role("heading", name=title).wait_for()
        assert text(page, "#notice-reason") == "the cable is out"
        diagnostics(page)
        assert text(page, ".details-source") == "rtsp://host/door"
        health = without_camera.get("/healthz")
        (door,) = [each for each in health["cameras"] if each["thing"] == "door"]
        assert (door["state"], door["reason"], health["status"]) == (state, "the cable is out", "ok")


def test_the_address_chooses_the_camera_also_after_the_page_was_loaded(
    without_camera: Stack, pages: Pages
) -> None:
    with PlayedCamera(without_camera, "door") as door, PlayedCamera(without_camera, "desk") as desk:
        door.say("offline")
        desk.say("offline")
        page = pages.open(f"{without_camera.page}#camera=door")
        page.get_by_role("heading", name="door is off").wait_for()
        page.evaluate("location.hash = '#camera=desk'")
        page.get_by_role("heading", name="desk is off").wait_for()
        page.go_back()
        page.get_by_role("heading", name="door is off").wait_for()


def test_a_phone_that_joins_in_does_not_take_the_page(with_clip: Stack, pages: Pages) -> None:
    with PlayedCamera(with_clip, "a-phone") as phone:
        phone.say("online", source="frames over MQTT")
        eventually(lambda: len(with_clip.get("/cameras")["cameras"]) == 2, within_s=10)
        page = pages.open(with_clip.page)
        choice = page.get_by_role("combobox", name="Camera to watch")
        choice.wait_for()
        assert choice.input_value() == "cam-1"
        assert choice.locator("option").count() == 2
