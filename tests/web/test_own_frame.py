"""The picture beside a match is the frame that was matched, at any moment; and nothing on the page jumps."""

from __future__ import annotations

import time
from collections.abc import Callable

import cv2

from common.picture_stamp import Stamp, stamped
from tests.system.stack import Stack, eventually
from tests.web.film import Picture
from tests.web.moments import WATCH_SHIFTS, faults, look, shifts_a_minute, watch
from tests.web.pages import Pages, difference, seen, small
from tests.web.played import SeeingCamera, items

# `python -m bench.own_frame` takes 200 over one loop of the clip.
MOMENTS, SECONDS = 20, 20.0
MOST_SHIFTS = 0.05
# Where the clip shows things.
THING = 0.35, 0.1, 0.3, 0.85


def test_the_picture_beside_a_match_is_the_frame_that_was_matched(
    with_clip: Stack, pages: Pages, clip: list[Picture]
) -> None:
    page = pages.open(f"{with_clip.page}/#camera=cam-1", script=WATCH_SHIFTS)
    eventually(lambda: look(page).of == "record", within_s=60, why=with_clip.log)
    found, records = watch(page, with_clip, moments=MOMENTS, seconds=SECONDS)
    assert faults(found, records, clip) == []
    assert shifts_a_minute(page) < MOST_SHIFTS, page.evaluate("shifts.all")

    page.locator("#pause").click()
    paused = look(page)
    page.wait_for_timeout(3000)  # longer than any scene's answer takes
    assert (look(page).record, look(page).card) == (paused.record, paused.card)
    records |= {each["id"]: each for each in with_clip.get("/matches?thing=cam-1&limit=100")["records"]}
    assert faults([*found, paused, look(page)], records, clip) == []


def jpeg(frame: Picture) -> bytes:
    return bytes(cv2.imencode(".jpg", cv2.resize(frame, (320, 180)))[1])


def test_a_scene_that_changes_greys_the_match_and_leaves_its_frame(
    without_camera: Stack, pages: Pages, clip: list[Picture]
) -> None:
    before, after = clip[15], clip[45]  # of two scenes
    item, other = items(without_camera)[:2]
    with SeeingCamera(without_camera, "desk") as desk:
        desk.say("online")
        desk.box = THING

        def sees_on(frame: Picture, until: Callable[[], bool]) -> bool:
            """Send a preview of a frame that is not observed; whether the page is as it should be."""
            desk.show(stamped(jpeg(frame), Stamp("0" * 8, None, time.time())))
            return until()

        page = pages.open(f"{without_camera.page}/#camera=desk")
        eventually(lambda: sees_on(before, lambda: seen(page) is not None), within_s=20)
        desk.picture = jpeg(before)
        desk.see(item.vectors[0])
        eventually(lambda: look(page).of == "record", within_s=10, why=without_camera.log)
        own = look(page)
        eventually(lambda: sees_on(after, lambda: look(page).scene == "changed"), within_s=10)
        greyed = look(page)
        assert (greyed.record, greyed.title) == (own.record, item.title)
        picture = seen(page)
        assert picture is not None
        assert difference(picture, small(before)) < 8

        desk.picture = jpeg(after)
        desk.see(other.vectors[0])
        eventually(lambda: look(page).title == other.title, within_s=10, why=without_camera.log)
        assert (look(page).scene, look(page).of) == ("same", "record")
        picture = seen(page)
        assert picture is not None
        assert difference(picture, small(after)) < 8


def test_a_record_of_before_the_page_was_opened_has_what_the_camera_saw_too(
    without_camera: Stack, pages: Pages, clip: list[Picture]
) -> None:
    scene = items(without_camera)[0].vectors[0]
    with SeeingCamera(without_camera, "porch") as porch:
        porch.say("online")
        porch.box = THING
        porch.picture = jpeg(clip[15])

        def kept() -> bool:
            porch.see(scene)
            shown = without_camera.get("/history?thing=porch")["showings"]
            return any(each["picture"] for each in shown)

        eventually(kept, within_s=30, why=without_camera.log)
        porch.say("offline")
        page = pages.open(f"{without_camera.page}/#camera=porch")
        page.locator(".recent-open").first.click()
        camera = page.get_by_role("dialog").locator(".record-seen").first
        assert camera.inner_text() == "What the camera saw"
        eventually(lambda: camera.locator("img").count() == 1, within_s=10)
        page.wait_for_function("document.querySelector('.record-seen img').naturalWidth > 50")
