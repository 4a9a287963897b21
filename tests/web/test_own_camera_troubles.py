"""Reasons why the browser's camera cannot be used, in words."""

from __future__ import annotations

from playwright.sync_api import Playwright

from tests.system.played import PlayedCamera, status_of
from tests.system.stack import Stack, eventually
from tests.web.own import STOP, start, starter
from tests.web.pages import FAKE_CAMERA, Pages, chromium, text
from tests.web.wcag import violations, violations_light_and_dark

TROUBLE = "#own-trouble"


def test_without_permission_the_page_says_what_to_do(without_camera: Stack, playwright: Playwright) -> None:
    with chromium(playwright, FAKE_CAMERA, "--use-fake-ui-for-media-stream=deny") as pages:
        page = pages.open(without_camera.page)
        starter(page).click()
        page.get_by_text("The browser does not let this page use the camera.").wait_for()
        assert starter(page).is_visible()
        assert page.locator("video").count() == 0
        assert violations_light_and_dark(page) == []


def test_without_a_camera_the_page_says_so(without_camera: Stack, playwright: Playwright) -> None:
    with chromium(playwright, "--use-fake-ui-for-media-stream") as pages:
        page = pages.open(without_camera.page)
        starter(page).click()
        page.get_by_text("This device has no camera that the browser can use.").wait_for()


def test_a_camera_in_use_and_a_fault_of_its_own_have_words(without_camera: Stack, pages: Pages) -> None:
    refusing = "async () => { throw new DOMException('a hum', window.fault); }"
    page = pages.open(without_camera.page, script=f"navigator.mediaDevices.getUserMedia = {refusing};")
    for fault, words in (
        ("NotReadableError", "The camera is in use by another program or page."),
        ("OddError", "The camera cannot be used: a hum."),
    ):
        page.evaluate(f"window.fault = '{fault}'")
        starter(page).click()
        page.get_by_text(words).wait_for()


def test_a_camera_that_is_unplugged_is_told(without_camera: Stack, camera_pages: Pages) -> None:
    page = camera_pages.open(without_camera.page)
    start(page)
    page.evaluate("eyes.streams[0].getVideoTracks()[0].dispatchEvent(new Event('ended'))")
    page.get_by_text("The camera is gone").wait_for()
    starter(page).click()
    page.get_by_role("button", name=STOP).wait_for()
    assert text(page, "body").count("The camera is gone") == 0


def test_frames_that_the_api_refuses_are_told_and_go_on_when_they_can(
    without_camera: Stack, camera_pages: Pages
) -> None:
    name = "browser-0409"
    with PlayedCamera(without_camera, name) as other:
        other.say("online", source="rtsp://host/door")
        page = camera_pages.open(
            without_camera.page, script=f"localStorage.setItem('lookalike.camera', '{name}');"
        )
        assert start(page) == name
        page.get_by_text(
            "The server refused this camera's pictures: "
            f"{name} is the name of another camera (rtsp://host/door); expected a name that is free."
        ).wait_for()
        assert violations(page) == []
    page.locator(TROUBLE).wait_for(state="hidden")
    eventually(lambda: status_of(without_camera, name).get("state") == "online", within_s=40)
    assert status_of(without_camera, name)["source"] == "frames over MQTT"
    camera_pages.expect_errors("/frames")
