"""The page when a part of the system or a camera fails, each failure being real."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

from playwright.sync_api import Page, Playwright

from tests import flood
from tests.system import single
from tests.system.played import PlayedCamera
from tests.system.stack import Stack, eventually, running, stopped
from tests.web.own import START
from tests.web.pages import Pages, chromium, text
from tests.web.played import items, playing
from tests.web.wcag import violations_light_and_dark

# The parts of one drawing.
_BADGE_AND_AGE = (
    """() => [document.getElementById("badge").dataset.badge, document.getElementById("age").innerText]"""
)


def badge(page: Page) -> str:
    """The badge of the shown match."""
    return text(page, "#badge")


def wait_live(page: Page, stack: Stack) -> None:
    """Wait until a match is shown as live."""
    page.locator('#badge[data-badge="live"]').wait_for()
    page.locator(".best-title").wait_for()

    def is_live() -> bool:
        badge, age = page.evaluate(_BADGE_AND_AGE)
        assert badge != "live" or "no update" not in age, stack.log()
        return bool(badge == "live")

    eventually(is_live, within_s=10, why=stack.log)
    stack.wait_well()


def test_a_match_grows_old_when_the_search_stands_still(with_clip: Stack, pages: Pages) -> None:
    page = pages.open(with_clip.page)
    wait_live(page, with_clip)
    with stopped(with_clip.pid("services.search")):
        page.locator('body[data-shown="old"]').wait_for()
        assert badge(page) == "Not live"
        page.locator(".best-last").wait_for()
        eventually(
            lambda: text(page, "#notice-title") in ("No new results from cam-1", "The search is not ready"),
            within_s=15,
        )
    wait_live(page, with_clip)
    pages.forget_errors("status of 503")


def test_a_camera_that_says_nothing_any_more_leaves_a_last_match(with_clip: Stack, pages: Pages) -> None:
    page = pages.open(with_clip.page)
    wait_live(page, with_clip)
    with stopped(with_clip.pid("-m edge")):
        page.get_by_role("heading", name="No new results from cam-1").wait_for()
        assert badge(page) == "Not live"
        assert page.locator(".best .verdict").is_hidden()
        assert violations_light_and_dark(page) == []
    wait_live(page, with_clip)


def test_a_page_that_opens_while_the_search_is_not_there_says_that_it_gets_ready(
    with_clip: Stack, pages: Pages
) -> None:
    search = with_clip.pid("services.search")
    with stopped(search):
        # Until the first check has found it hanging, the page would hear that all was well.
        eventually(lambda: with_clip.client.get("/healthz").status_code == 503, within_s=20)
        page = pages.open(with_clip.page)
        page.get_by_role("heading", name="Getting ready").wait_for()
        assert badge(page) == "Connecting"
        assert text(page, "#notice-reason") == "Search is not answering."
        page.locator("#notice-details > summary").click()
        assert text(page, "#notice-detail").startswith("index: search at http://")
        assert violations_light_and_dark(page) == []
    wait_live(page, with_clip)

    os.kill(search, signal.SIGKILL)
    eventually(lambda: search not in with_clip.pids(), within_s=10)
    eventually(lambda: with_clip.get("/healthz")["status"] == "ok", within_s=20, why=with_clip.log)
    wait_live(page, with_clip)
    pages.forget_errors("status of 503")


def test_redis_that_is_gone_is_named_and_comes_back(with_clip: Stack, pages: Pages) -> None:
    page = pages.open(with_clip.page)
    wait_live(page, with_clip)
    with stopped(with_clip.pid("valkey-server")):
        page.get_by_role("heading", name="The search is not ready").wait_for()
        # The search may notice it first.
        eventually(lambda: "Redis is not answering." in text(page, "#notice-reason"), within_s=10)
        assert "lookalike doctor" in text(page, "#notice-next")
        assert badge(page) == "Not live"
        assert violations_light_and_dark(page) == []
    os.kill(with_clip.pid("valkey-server"), signal.SIGKILL)
    wait_live(page, with_clip)
    pages.forget_errors("status of 503")


def test_a_camera_that_is_killed_is_off_until_it_is_started_again(with_clip: Stack, pages: Pages) -> None:
    page = pages.open(with_clip.page)
    wait_live(page, with_clip)
    assert with_clip.process is not None
    # The supervisor, which would restart it, is stopped; only the broker is left to report its end.
    with stopped(with_clip.process.pid):
        os.kill(with_clip.pid("-m edge"), signal.SIGKILL)
        page.get_by_role("heading", name="cam-1 is off").wait_for()
        assert text(page, "#notice-reason") == "the connection was lost"
        assert "Start the camera's process again" in text(page, "#notice-next")
        assert (badge(page), text(page, "#camera-state")) == ("Not live", "off")
        page.locator(".best-last").wait_for()
        assert violations_light_and_dark(page) == []
    wait_live(page, with_clip)
    assert page.locator("#notice").is_hidden()
    assert text(page, "#camera-state") == "on"


def test_a_camera_that_goes_off_stands_last_and_one_that_is_removed_is_gone(
    with_clip: Stack, pages: Pages
) -> None:
    door, attic = PlayedCamera(with_clip, "door"), PlayedCamera(with_clip, "attic")
    door.say("online", source="rtsp://host/door")
    page = pages.open(f"{with_clip.page}#camera=door")
    page.get_by_role("heading", name="door is on").wait_for()
    door.say("stalled", reason="no frame for 5 s")
    page.get_by_role("heading", name="door has frozen").wait_for()
    assert violations_light_and_dark(page) == []
    door.say("offline", reason="switched off")
    page.get_by_role("heading", name="door is off").wait_for()
    assert text(page, "#notice-reason") == "switched off"
    choice = page.get_by_role("combobox", name="Camera to watch")
    # A camera that is off comes last, apart from the others, though its name comes first.
    attic.say("offline")
    eventually(lambda: choice.locator("option").count() == 3, within_s=10)
    assert [each.split(" ")[0] for each in choice.locator("option").all_inner_texts()] == [
        "cam-1",
        "attic",
        "door",
    ]
    assert choice.locator("optgroup").get_attribute("label") == "Off"
    for camera in (door, attic):
        camera.forget()
    choice.wait_for(state="hidden")
    assert text(page, "#camera-name") == "cam-1"
    wait_live(page, with_clip)


def test_a_clock_that_is_off_is_told_with_its_seconds(with_clip: Stack, pages: Pages) -> None:
    behind_s = 100.0
    with playing(with_clip, "late") as late:
        page = pages.open(f"{with_clip.page}#camera=late")
        page.get_by_role("heading", name="late is on").wait_for()
        late.behind_s = behind_s
        late.see(items(with_clip)[0].vectors[0])
        heading = page.get_by_role("heading", name="The clock of late is off by")
        heading.wait_for()
        assert int(re.sub(r"\D", "", heading.inner_text())) in range(99, 120)
        assert "timedatectl" in text(page, "#notice-next")
        assert violations_light_and_dark(page) == []


def test_a_camera_with_another_model_is_told_with_what_to_do(with_clip: Stack, pages: Pages) -> None:
    own, catalogue = "0123456789ab", with_clip.get("/healthz")["checks"]["index"]["model"]
    with PlayedCamera(with_clip, "old") as old:
        old.say("online", model=own, model_trouble=f"model {catalogue} is being fetched")
        page = pages.open(f"{with_clip.page}#camera=old")
        page.get_by_role("heading", name="old runs another model than the catalogue").wait_for()
        page.locator("#notice-details > summary").click()
        assert f"Camera: model {own}." in text(page, "#notice-detail")
        assert f"model {catalogue} is being fetched" in text(page, "#notice-detail")
        assert f"the catalogue's model, {catalogue}" in text(page, "#notice-next")
        assert "make deploy-edge THING=old" in text(page, "#notice-next")
        page.locator("option", has_text="old · other model").wait_for(state="attached")
        assert violations_light_and_dark(page) == []
        old.say("online", model=catalogue)
        page.get_by_role("heading", name="old is on").wait_for()


def test_a_broken_source_is_named_with_its_cause(tmp_path: Path, playwright: Playwright) -> None:
    settings = {"LOOKALIKE_SAMPLES": "0", "LOOKALIKE_SOURCE": "/nowhere/clip.mp4"}
    with running(tmp_path, settings=settings) as stack, chromium(playwright) as pages:
        page = pages.open(stack.page)
        page.get_by_role("heading", name="The catalogue is empty").wait_for()
        page.locator("#notice-reason", has_text="cam-1 gets no picture: ").wait_for()
        page.get_by_role("button", name=START).last.wait_for()
        single.add(stack, 300, id="bowl", title="A bowl")
        eventually(lambda: stack.get("/healthz")["checks"]["index"].get("items"), within_s=20, why=stack.log)
        page.get_by_role("heading", name="cam-1 gets no picture").wait_for()
        assert text(page, "#notice-title") == "cam-1 gets no picture"
        assert text(page, "#notice-reason") == "no such file or folder: /nowhere/clip.mp4"
        assert "LOOKALIKE_SOURCE" in text(page, "#notice-next")
        assert violations_light_and_dark(page) == []
        # While the search reads the catalogue that has its first item.
        pages.forget_errors("status of 503")


def test_an_overload_is_said_while_it_lasts(with_clip: Stack, pages: Pages) -> None:
    wait_live(pages.open(with_clip.page), with_clip)
    assert overloaded(with_clip) == (False, 0.0)
    model = str(with_clip.get("/healthz")["checks"]["index"]["model"])
    # Of one camera, whose frames mostly fall to newer ones.
    sender = flood.start(with_clip.address("broker"), model, rate=4000.0, seconds=4.0, cameras=1)
    eventually(lambda: overloaded(with_clip) == (True, 1.0), within_s=20, why=with_clip.log)
    page = pages.open(with_clip.page)
    page.locator("#banner", has_text="More pictures arrive than can be processed").wait_for()
    assert violations_light_and_dark(page) == []
    sender.communicate()
    page.locator("#banner").wait_for(state="hidden")
    assert overloaded(with_clip) == (False, 0.0)


def overloaded(stack: Stack) -> tuple[bool, float]:
    """What healthz and the metric say of it."""
    metric = re.search(
        r"^lookalike_search_overloaded (\S+)$", stack.client.get("/metrics").text, re.MULTILINE
    )
    assert metric is not None
    return stack.get("/healthz")["checks"]["index"]["overloaded"], float(metric[1])
