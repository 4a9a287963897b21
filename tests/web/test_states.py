"""What the page says in each state of the system, with each state brought about for real."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.publish as publish
import pytest
from playwright.sync_api import Page, Playwright

from services.adapters.sqlite_items import SqliteItems
from services.core.wire import Observation, encode_observation
from tests.system.stack import ROOT, Stack, eventually, running
from tests.web.pages import Pages, chromium, text


@contextlib.contextmanager
def stopped(pid: int) -> Iterator[None]:
    """A process that stands still meanwhile."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system of this file's own, whose processes may be killed; it plays the sample clip."""
    with running(tmp_path_factory.mktemp("states"), settings={}) as started:
        yield started


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system with a camera and without an item."""
    with running(tmp_path_factory.mktemp("empty"), settings={"LOOKALIKE_SAMPLES": "0"}) as started:
        yield started


def broker(stack: Stack) -> tuple[str, int]:
    """Where its broker listens."""
    host, _, port = stack.address("broker").removeprefix("mqtt://").partition(":")
    return host, int(port)


def say(stack: Stack, thing: str, status: dict[str, Any] | None) -> None:
    """What a camera says of itself; None: it is removed."""
    host, port = broker(stack)
    payload = json.dumps(status) if status else b""
    publish.single(f"lookalike/{thing}/status", payload, 1, True, hostname=host, port=port)


def badge(page: Page) -> str:
    """What the page calls what it shows."""
    return text(page, "#badge")


def wait_live(page: Page, stack: Stack) -> None:
    """Until a match is shown as live."""
    page.locator('#badge[data-badge="live"]').wait_for(timeout=40_000)
    page.locator(".best-title").wait_for(timeout=20_000)
    assert "no update" not in text(page, "#age"), stack.log()


def test_a_match_grows_old_when_the_search_stands_still(alone: Stack, pages: Pages) -> None:
    page = pages.open(alone.page)
    wait_live(page, alone)
    with stopped(alone.pid("services.search")):
        page.locator('body[data-shown="old"]').wait_for(timeout=15_000)
        assert badge(page) == "Not live"
        page.locator(".best-last").wait_for()
        eventually(
            lambda: text(page, "#notice-title") in ("Nothing new from cam-1", "The search is not ready"),
            within_s=15,
        )
    wait_live(page, alone)
    pages.forget_errors("503")


def test_a_camera_that_says_nothing_any_more_leaves_a_last_match(alone: Stack, pages: Pages) -> None:
    page = pages.open(alone.page)
    wait_live(page, alone)
    with stopped(alone.pid("-m edge")):
        page.get_by_role("heading", name="Nothing new from cam-1").wait_for(timeout=15_000)
        assert badge(page) == "Not live"
        assert page.locator(".best .verdict").is_hidden()
    wait_live(page, alone)
    pages.forget_errors("/preview")


def test_a_page_that_opens_while_the_search_is_not_there_says_that_it_gets_ready(
    alone: Stack, pages: Pages
) -> None:
    search = alone.pid("services.search")
    with stopped(search):
        page = pages.open(alone.page)
        page.get_by_role("heading", name="Getting ready").wait_for(timeout=20_000)
        assert badge(page) == "Connecting"
        assert text(page, "#notice-reason").startswith("index (")
    wait_live(page, alone)

    os.kill(search, signal.SIGKILL)
    eventually(lambda: search not in alone.pids(), within_s=10)
    eventually(lambda: alone.get("/healthz")["status"] == "ok", within_s=20, why=alone.log)
    wait_live(page, alone)
    pages.forget_errors("503")


def test_redis_that_is_gone_is_named_and_comes_back(alone: Stack, pages: Pages) -> None:
    page = pages.open(alone.page)
    wait_live(page, alone)
    with stopped(alone.pid("redis-server")):
        page.locator('body[data-shown="old"]').wait_for(timeout=15_000)
        assert badge(page) != "Live"
    os.kill(alone.pid("redis-server"), signal.SIGKILL)
    wait_live(page, alone)
    pages.forget_errors("503")


def test_a_camera_that_is_killed_is_off_and_one_that_is_removed_is_gone(alone: Stack, pages: Pages) -> None:
    say(alone, "door", {"state": "online", "source": "rtsp://host/door"})
    page = pages.open(f"{alone.page}#camera=door")
    page.get_by_role("heading", name="door is on").wait_for(timeout=20_000)
    say(alone, "door", {"state": "offline", "reason": "the camera's process is gone"})
    page.get_by_role("heading", name="door is off").wait_for(timeout=10_000)
    assert badge(page) == "Not live"
    choice = page.get_by_role("combobox", name="Camera to watch")
    # What is off stands last, apart from the others, though its name comes first.
    say(alone, "attic", {"state": "offline"})
    eventually(lambda: choice.locator("option").count() == 3, within_s=10)
    assert [each.split(" ")[0] for each in choice.locator("option").all_inner_texts()] == [
        "cam-1",
        "attic",
        "door",
    ]
    assert choice.locator("optgroup").get_attribute("label") == "Off"
    for thing in ("door", "attic"):
        say(alone, thing, None)
    choice.wait_for(state="hidden", timeout=20_000)
    assert text(page, "#camera-name") == "cam-1"
    wait_live(page, alone)
    pages.forget_errors("/preview")


def test_a_clock_that_is_off_is_told_with_its_seconds(with_clip: Stack, pages: Pages) -> None:
    (record,) = eventually(lambda: with_clip.get("/matches?limit=1")["records"], within_s=20)
    store = SqliteItems(with_clip.data / "items.sqlite", writable=False)
    (item,) = store.page(limit=1)
    store.close()
    behind_s = 100
    seen = Observation("late", item.vectors[:1], time.time() - behind_s, "0123abcd", 1, record["model"])
    say(with_clip, "late", {"state": "online"})
    try:
        page = pages.open(f"{with_clip.page}#camera=late")
        page.get_by_role("heading", name="late is on").wait_for(timeout=20_000)
        host, port = broker(with_clip)
        messages: Any = [("lookalike/late/features", encode_observation(seen), 0, False)] * 6
        publish.multiple(messages, hostname=host, port=port)
        heading = page.get_by_role("heading", name="The clock of late is off by")
        heading.wait_for(timeout=15_000)
        assert int(re.sub(r"\D", "", heading.inner_text())) in range(behind_s - 1, behind_s + 20)
        assert "timedatectl" in text(page, "#notice-next")
    finally:
        say(with_clip, "late", None)
    pages.forget_errors("/preview")


def test_an_empty_catalogue_leads_to_the_first_item(empty: Stack, pages: Pages) -> None:
    page = pages.open(empty.page)
    page.get_by_role("heading", name="The catalogue is empty").wait_for(timeout=30_000)
    assert badge(page) == "Not live"
    add = page.get_by_role("button", name="Add items")
    add.focus()
    page.keyboard.press("Enter")
    eventually(lambda: "view=catalogue" in page.url, within_s=5)
    page.go_back()
    page.get_by_role("heading", name="The catalogue is empty").wait_for()


def test_items_that_come_in_are_counted_and_matches_begin(empty: Stack, pages: Pages) -> None:
    page = pages.open(empty.page)
    page.get_by_role("heading", name="The catalogue is empty").wait_for(timeout=30_000)
    rows = (ROOT / "samples" / "catalogue.csv").read_text().splitlines()
    few = empty.folder / "few.csv"
    few.write_text("\n".join(rows[:9]))
    shutil.copytree(ROOT / "samples" / "pictures", empty.folder / "pictures")
    done = empty.cli("items", "import", str(few))
    assert done.returncode == 0, done.stdout + done.stderr
    page.get_by_text("items so far").wait_for(timeout=20_000)
    assert page.locator("#intake progress").is_visible()
    page.locator("#intake").wait_for(state="hidden", timeout=20_000)
    page.locator("#notice").wait_for(state="hidden", timeout=20_000)
    assert "8 items" in text(page, ".details-index")


def test_an_index_behind_its_store_shows_how_far_it_is(with_clip: Stack, pages: Pages) -> None:
    page = pages.open("about:blank")
    cursors = iter((20, 40, 60))
    last = [20]

    # An index follows its store within a second: what it says is held back here, as a far larger one would.
    def behind(route: Any) -> None:
        health = with_clip.get("/healthz")
        last[0] = next(cursors, last[0])
        health["checks"]["index"]["cursor"] = last[0]
        health["checks"]["store"]["cursor"] = 100
        route.fulfill(json=health)

    page.route("**/healthz", behind)
    page.goto(with_clip.page)
    page.get_by_text("The index is being filled: 25%, 60 changes to go.").wait_for(timeout=20_000)
    assert page.locator("#intake progress").evaluate("(bar) => bar.value / bar.max") == 0.25
    page.unroute("**/healthz")
    page.locator("#intake").wait_for(state="hidden", timeout=20_000)


def test_without_a_camera_the_page_offers_this_device(tmp_path: Path, camera_pages: Pages) -> None:
    # A system of its own: no browser has been its camera yet.
    with running(tmp_path, settings={"LOOKALIKE_SOURCE": "none"}) as stack:
        page = camera_pages.open(stack.page)
        page.get_by_role("heading", name="No camera yet").wait_for(timeout=20_000)
        page.locator("#notice-actions").get_by_role("button", name="Use this device's camera").click()
        page.get_by_role("button", name="Stop this device's camera").click(timeout=20_000)
        page.get_by_role("button", name="Use this device's camera").first.wait_for()
        page.close()
    camera_pages.forget_errors("/preview")


def test_a_broken_source_is_named_with_its_cause(tmp_path: Path, playwright: Playwright) -> None:
    settings = {"LOOKALIKE_SAMPLES": "0", "LOOKALIKE_SOURCE": "/nowhere/clip.mp4"}
    with running(tmp_path, settings=settings) as stack, chromium(playwright) as pages:
        page = pages.open(stack.page)
        eventually(lambda: "/nowhere/clip.mp4" in text(page, "body"), within_s=20, why=stack.log)
