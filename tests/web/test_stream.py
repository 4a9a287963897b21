"""Updates to the page: one stream a browser, polling where a proxy holds it back, and after a loss."""

from __future__ import annotations

import json
import re
import time

import pytest
import redis
from playwright.sync_api import Page

from common.wire import to_iso
from tests.system.stack import Stack, eventually
from tests.web.pages import Pages, diagnostics, text
from tests.web.proxy import Proxy

# A browser without shared workers, such as Chrome on Android.
ALONE = "delete window.SharedWorker;"
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def streams(stack: Stack) -> int:
    """The number of the api's open event streams."""
    found = re.search(r"^lookalike_api_streams (\S+)$", stack.client.get("/metrics").text, re.MULTILINE)
    assert found is not None
    return round(float(found[1]))


def is_live(page: Page) -> bool:
    """Whether the page shows something as live."""
    return text(page, "#badge") == "Live" and page.locator(".best-title").count() > 0


def goes_on(page: Page) -> None:
    """Wait until a new match is shown, live."""
    newest = page.locator("#recent-list time").first
    eventually(lambda: is_live(page) and newest.count(), within_s=20)
    seen = newest.get_attribute("datetime")
    eventually(lambda: newest.get_attribute("datetime") != seen and is_live(page), within_s=20)


@pytest.fixture(autouse=True)
def _none_open(with_clip: Stack) -> None:
    """A browser of the test before takes a moment to disconnect."""
    eventually(lambda: streams(with_clip) == 0, within_s=15)


def test_all_tabs_of_a_browser_share_one_stream(with_clip: Stack, pages: Pages) -> None:
    first = pages.open(with_clip.page)
    eventually(lambda: is_live(first), within_s=20)
    tabs = [first.context.new_page() for _ in range(2)]
    for tab in tabs:
        tab.goto(with_clip.page)
        goes_on(tab)
    assert streams(with_clip) == 1
    first.close()
    for tab in tabs:
        goes_on(tab)
    assert streams(with_clip) == 1
    for tab in tabs:
        tab.evaluate(HIDE, True)
    eventually(lambda: streams(with_clip) == 0, within_s=10)
    tabs[1].evaluate(HIDE, False)
    eventually(lambda: streams(with_clip) == 1, within_s=10)
    eventually(lambda: is_live(tabs[1]), within_s=10)


def test_a_browser_without_shared_workers_has_a_stream_in_each_tab(with_clip: Stack, pages: Pages) -> None:
    page = pages.open(with_clip.page, script=ALONE)
    eventually(lambda: is_live(page), within_s=20)
    assert streams(with_clip) == 1
    page.evaluate(HIDE, True)
    eventually(lambda: streams(with_clip) == 0, within_s=10)
    page.evaluate(HIDE, False)
    eventually(lambda: is_live(page), within_s=10)


def test_a_worker_that_does_not_start_is_done_without(with_clip: Stack, pages: Pages) -> None:
    page = pages.open("about:blank")
    page.context.route("**/stream_worker.js", lambda route: route.abort())
    page.goto(with_clip.page)
    eventually(lambda: is_live(page), within_s=30)
    pages.forget_errors("stream_worker.js")


@pytest.mark.parametrize("script", ["", ALONE], ids=["shared", "alone"])
def test_where_a_proxy_holds_the_stream_back_the_page_asks_and_says_so(
    between: Proxy, with_clip: Stack, pages: Pages, script: str
) -> None:
    between.held = b"/matches/stream"
    page = pages.open(between.page, script=script)
    diagnostics(page)
    page.locator(".details-connection").wait_for()
    assert "asks every second" in text(page, ".details-connection")
    goes_on(page)
    assert page.locator("#banner").is_hidden()

    # Once the proxy passes the stream, the page listens again at its next retry.
    between.held = b""
    between.cut()
    page.locator(".details-connection").wait_for(state="detached")
    eventually(lambda: is_live(page), within_s=10)
    assert streams(with_clip) >= 1
    pages.forget_errors("ERR_")


def test_where_the_host_has_no_stream_the_page_asks_at_once(between: Proxy, pages: Pages) -> None:
    body = b'{"type":"about:blank","title":"Not Implemented","status":501,"detail":"none here"}'
    head = b"HTTP/1.1 501 Not Implemented\r\nContent-Type: application/problem+json\r\n"
    between.answers[b"GET /matches/stream"] = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
    page = pages.open("about:blank", script=ALONE)
    tries: list[str] = []
    page.on("request", lambda each: tries.append(each.resource_type) if "stream" in each.url else None)
    asked: list[str] = []
    page.on("request", lambda each: asked.append(each.url))
    page.goto(between.page)
    diagnostics(page)
    page.locator(".details-connection").wait_for()
    goes_on(page)
    assert page.locator("#banner").is_hidden()
    assert [each for each in tries if each in ("eventsource", "fetch")] == ["eventsource", "fetch"]
    # The camera sends records all the time, which says that it is there.
    asked.clear()

    def turns() -> int:
        page.evaluate("0")  # requests are told of meanwhile
        return len([url for url in asked if "/matches?" in url])

    eventually(lambda: turns() >= 9, within_s=30)
    assert len([url for url in asked if url.endswith("/cameras")]) <= 2
    pages.forget_errors("501")


def test_a_lost_server_is_told_and_the_page_comes_back_by_itself(between: Proxy, pages: Pages) -> None:
    page = pages.open(between.page)
    eventually(lambda: is_live(page), within_s=20)
    between.bar()
    page.get_by_text("The connection to the server is lost.").wait_for()
    assert text(page, "#badge") == "Disconnected"
    assert page.evaluate("document.body.dataset.shown") == "old"
    page.get_by_role("button", name="Try now").focus()
    eventually(lambda: re.search(r"in [23] s", text(page, "#banner-text")), within_s=15)
    between.refusing = False
    page.locator("#banner").wait_for(state="hidden")
    eventually(lambda: is_live(page), within_s=10)
    # The button that was removed had the focus.
    assert page.evaluate("document.activeElement.id") == "main"
    pages.forget_errors("ERR_")


def test_a_record_of_the_future_does_not_hold_back_later_ones(with_clip: Stack, pages: Pages) -> None:
    page = pages.open(with_clip.page)
    goes_on(page)
    with redis.Redis.from_url(with_clip.address("redis"), decode_responses=True) as store:
        record = json.loads(str(store.lindex("stack:matches", 0)))
        ahead = to_iso(time.time() + 3600)
        # Another item than the last, which the strip takes for another showing.
        best = record["matches"][0] | {"id": "of-the-future"}
        record |= {"captured_at": ahead, "expires_at": ahead, "verdict": "match", "matches": [best]}
        # The page holds a match for a moment, and then shows the last that has come: often this one.
        for _ in range(40):
            told = json.dumps(record | {"id": store.incr("stack:id")})
            store.publish("matches", told)
            page.wait_for_timeout(50)
    # Before the strip shows such a tile, and thereby stands still, it may change to another that was due.
    for _ in range(3):
        goes_on(page)
