"""The browser's camera, from the press of a button to the right match and to switching it off."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from itertools import pairwise

import pytest
from PIL import Image
from playwright.sync_api import Page

from services.adapters.mqtt import MqttClient
from tests.system.record import TruthScene
from tests.system.stack import Stack, eventually
from tests.web.film import Picture, frames_of
from tests.web.moments import look
from tests.web.own import STOP, start, starter
from tests.web.pages import Pages, diagnostics, difference, seen, small, text
from tests.web.wcag import violations_light_and_dark


def shown(page: Page) -> tuple[str, str]:
    """The verdict shown as live, and the item's title; empty if there is none."""
    verdict, title = page.evaluate(
        """() => {
          const card = document.querySelector("#best:not([hidden])[data-holds=match]");
          if (!card || document.body.dataset.shown !== "fresh") return ["", ""];
          return [card.dataset.verdict, card.querySelector(".best-title").textContent];
        }"""
    )
    return str(verdict), str(title)


def watch(page: Page, *, for_s: float) -> list[tuple[str, str]]:
    """States that the page showed, in order."""
    told: list[tuple[str, str]] = []
    until_s = time.monotonic() + for_s
    while time.monotonic() < until_s:
        now = shown(page)
        if now[0] and (not told or told[-1] != now):
            told.append(now)
        page.wait_for_timeout(100)
    return told


def titles(stack: Stack) -> dict[str, str]:
    """Each item's title."""
    return {item["id"]: item["title"] for item in stack.get("/items?limit=1000")["items"]}


def nearest(page: Page, clip: Sequence[Picture], scenes: Sequence[TruthScene]) -> float:
    """The difference between the viewfinder's picture and the camera's nearest frame; 255 for none."""
    picture = seen(page)
    if picture is None:
        return 255.0
    frames = [frame for scene in scenes for frame in frames_of(clip, scene)]
    return min(difference(picture, small(frame)) for frame in frames)


def test_the_right_matches_appear_in_the_order_in_which_the_camera_sees_the_items(
    without_camera: Stack, camera_pages: Pages, clip: list[Picture], scenes: list[TruthScene]
) -> None:
    page = camera_pages.open(without_camera.page)
    thing = start(page)
    eventually(lambda: shown(page)[0] == "match", within_s=40, why=without_camera.log)
    # Not this device's video, but the frame that was matched.
    eventually(lambda: look(page).of == "record", within_s=20, why=without_camera.log)
    assert nearest(page, clip, scenes) < 8

    told = watch(page, for_s=2 * sum(len(frames_of(clip, scene)) for scene in scenes) / 10)
    by_id = titles(without_camera)
    items = [by_id[scene.id] for scene in scenes if scene.kind == "item"]
    matched = [title for verdict, title in told if verdict == "match"]
    assert set(matched) == set(items)
    assert "no_match" in {verdict for verdict, _title in told}
    follower = dict(zip(items, [*items[1:], items[0]], strict=True))
    assert all(later in (earlier, follower[earlier]) for earlier, later in pairwise(matched))

    (camera,) = [each for each in without_camera.get("/cameras")["cameras"] if each["thing"] == thing]
    assert (camera["state"], camera["source"]) == ("online", "frames over MQTT")
    diagnostics(page)
    page.locator(".details-source", has_text="frames over MQTT").wait_for()
    assert "CPU" in page.locator(".details dd").all_inner_texts()


def test_another_visitor_sees_its_previews_until_it_is_stopped(
    without_camera: Stack, camera_pages: Pages, clip: list[Picture], scenes: list[TruthScene]
) -> None:
    page = camera_pages.open(without_camera.page)
    thing = start(page)
    eventually(lambda: shown(page)[0], within_s=40, why=without_camera.log)
    visitor = camera_pages.open(f"{without_camera.page}#camera={thing}")
    visitor.locator("#viewfinder-frame img").wait_for()
    eventually(lambda: nearest(visitor, clip, scenes) < 8, within_s=5)

    page.get_by_role("button", name=STOP).click()

    tracks = page.evaluate("eyes.streams.flatMap((each) => each.getTracks()).map((each) => each.readyState)")
    assert tracks == ["ended"]
    assert page.locator("video").count() == 0
    starter(page).wait_for()
    visitor.get_by_text(f"{thing} has frozen").wait_for()
    assert text(visitor, "#notice-reason") == "no frame for 5 s"
    assert seen(visitor) is None


def test_frames_are_small_not_too_many_and_stop_with_the_camera(
    without_camera: Stack, camera_pages: Pages
) -> None:
    page = camera_pages.open(without_camera.page)
    arrived: list[tuple[float, bytes]] = []
    listener = MqttClient(
        without_camera.address("broker"),
        filters=["lookalike/+/frame"],
        qos=0,
        on_message=lambda _topic, payload: arrived.append((time.monotonic(), payload)),
    )
    listener.start()
    try:
        start(page)
        eventually(lambda: len(arrived) > 20, within_s=20)
        page.get_by_role("button", name=STOP).click()
        starter(page).wait_for()
        page.wait_for_timeout(500)
        count = len(arrived)
        page.wait_for_timeout(500)
        assert len(arrived) == count
    finally:
        listener.stop()
    for _at_s, jpeg in arrived:
        with Image.open(io.BytesIO(jpeg)) as image:
            assert (image.format, image.size) == ("JPEG", (640, 360))
        assert len(jpeg) < 100_000
    passed_s = arrived[-1][0] - arrived[0][0]
    assert len(arrived) - 1 <= passed_s * 10.5


def test_the_camera_has_the_same_name_each_time_in_one_browser_and_another_in_another(
    without_camera: Stack, camera_pages: Pages
) -> None:
    page = camera_pages.open(without_camera.page)
    name = start(page)
    page.goto(without_camera.page)
    assert start(page) == name
    assert start(camera_pages.open(without_camera.page)) != name


def test_the_button_works_by_keyboard_and_the_page_says_what_is_going_on(
    without_camera: Stack, camera_pages: Pages
) -> None:
    page = camera_pages.open(without_camera.page)
    button = starter(page)
    for _ in range(9):  # the skip link, the views and the choice of a camera come before it
        page.keyboard.press("Tab")
        if button.evaluate("(node) => node === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.get_by_role("button", name=STOP).wait_for()
    assert page.get_by_role("button", name=STOP).evaluate("(node) => node === document.activeElement")
    eventually(lambda: "live" in text(page, "#badge").lower(), within_s=40, why=without_camera.log)
    page.keyboard.press("Enter")
    starter(page).wait_for()


def test_an_items_own_page_opens_beside_the_camera_that_runs(
    without_camera: Stack, camera_pages: Pages, scenes: list[TruthScene]
) -> None:
    link = f"{without_camera.page}/docs"
    shown_items = [f"/items/{scene.id}" for scene in scenes if scene.kind == "item"]
    for item in shown_items:
        without_camera.client.put(item, json={"link": link}).raise_for_status()
    try:
        page = camera_pages.open(without_camera.page)
        start(page)
        best = page.locator(".best-title a")
        best.wait_for()
        assert best.get_attribute("rel") == "noopener noreferrer"
        with page.context.expect_page() as opened:
            best.click()
        assert opened.value.url == link
        opened.value.close()
        assert page.evaluate("eyes.streams[0].getTracks()[0].readyState") == "live"
        page.get_by_role("button", name=STOP).click()
    finally:
        for item in shown_items:
            without_camera.client.put(item, json={"link": None}).raise_for_status()


@pytest.mark.parametrize("height", [844, 640])
def test_on_a_phone_picture_verdict_and_title_are_seen_without_scrolling(
    without_camera: Stack, camera_pages: Pages, height: int
) -> None:
    page = camera_pages.open(
        without_camera.page, viewport={"width": 390, "height": height}, has_touch=True, is_mobile=True
    )
    start(page)
    eventually(lambda: shown(page)[0] == "match", within_s=40, why=without_camera.log)
    for part in ("#viewfinder-frame :is(img, video)", ".verdict", ".best-title"):
        box = page.locator(part).bounding_box()
        assert box is not None, part
        assert 0 <= box["y"] < box["y"] + box["height"] <= height, part
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations_light_and_dark(page) == []
