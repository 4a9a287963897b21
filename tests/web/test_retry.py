"""Retries of a lost server, less and less often, by a clock that the test moves on."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.system.stack import Stack, eventually
from tests.web.pages import Pages, text
from tests.web.played import playing
from tests.web.proxy import Proxy
from tests.web.wcag import violations_light_and_dark

# Seconds, each shortened by up to a third.
WAITS_S = [1, 2, 4, 8, 16, 30, 30, 30]


def announced_s(page: Page) -> int:
    """Seconds until the retry that the page announces; 0 without one."""
    found = re.search(r"Trying again in (\d+) s", text(page, "#banner-text"))
    return int(found[1]) if found else 0


def test_tries_come_less_and_less_often_but_at_least_twice_a_minute(between: Proxy, pages: Pages) -> None:
    tries: list[str] = []
    # A shared worker's requests and clock are out of a test's reach.
    page = pages.open("about:blank", script="delete window.SharedWorker;")
    page.on("request", lambda request: tries.append(request.url) if "/stream" in request.url else None)
    page.clock.install()
    page.goto(between.page)
    page.locator('#badge[data-badge="live"]').wait_for()
    between.bar()
    tries.clear()
    for count, longest_s in enumerate(WAITS_S):
        wait_s = eventually(lambda: announced_s(page), within_s=10)
        # Read a moment later, and in whole seconds.
        assert longest_s * 2 / 3 - 1 <= wait_s <= longest_s, (count, wait_s)
        assert len(tries) == count
        if wait_s > 4:
            page.clock.fast_forward((wait_s - 3) * 1000)
            page.wait_for_timeout(300)
            assert len(tries) == count, "too early"
        with page.expect_request("**/matches/stream", timeout=5000):
            page.clock.fast_forward(min(wait_s, 3) * 1000)

    eventually(lambda: announced_s(page), within_s=10)
    between.refusing = False
    page.clock.fast_forward(30_000)
    page.locator("#banner").wait_for(state="hidden")
    page.locator('#badge[data-badge="live"]').wait_for()
    # A server that was back is retried soon.
    between.bar()
    assert eventually(lambda: announced_s(page), within_s=10) <= 2
    pages.forget_errors("ERR_")


def test_a_lost_server_is_told_for_everybody(between: Proxy, pages: Pages) -> None:
    page = pages.open(between.page)
    page.locator('#badge[data-badge="live"]').wait_for()
    between.bar()
    page.get_by_text("The connection to the server is lost.").wait_for()
    assert page.locator("#notice").is_hidden()
    assert text(page, "#badge") == "Disconnected"
    assert violations_light_and_dark(page) == []
    pages.forget_errors("ERR_")


def test_a_lost_server_without_a_match_to_show_leaves_words(
    with_clip: Stack, between: Proxy, pages: Pages
) -> None:
    with playing(with_clip, "quiet"):
        page = pages.open(f"{between.page}#camera=quiet")
        page.get_by_role("heading", name="quiet is on").wait_for()
        assert violations_light_and_dark(page) == []
        between.bar()
        page.get_by_role("heading", name="The server does not answer").wait_for()
        assert "make run" in text(page, "#notice-next")
        assert violations_light_and_dark(page) == []
    pages.forget_errors("ERR_")
