"""The page under another host and path: behind nginx, configured as in the docs."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Playwright

from tests.servers import free_port
from tests.system.stack import eventually, running
from tests.web.nginx import HOST, PREFIX, nginx
from tests.web.pages import KEY, chromium, with_camera
from tests.web.test_stream import is_live, streams
from tests.web.test_teaching import save, taken


def test_a_camera_teaches_and_matches_stream_under_another_host_and_path(
    tmp_path: Path, playwright: Playwright, film: Path
) -> None:
    port = free_port()
    address = f"https://{HOST}:{port}{PREFIX}"
    settings = {
        "LOOKALIKE_SOURCE": "none",
        "LOOKALIKE_SAMPLES": "0",
        "LOOKALIKE_API_KEY": KEY,
        "LOOKALIKE_PUBLIC_URL": address,
        "LOOKALIKE_PROXY": "127.0.0.1",
    }
    browser = *with_camera(film), f"--host-resolver-rules=MAP {HOST} 127.0.0.1", "--ignore-certificate-errors"
    with (
        running(tmp_path, settings=settings) as stack,
        nginx(tmp_path, port=port, target=stack.port),
        chromium(playwright, *browser) as pages,
    ):
        asked: list[str] = []
        page = pages.open("about:blank")
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address.rstrip("/"))
        page.locator("#own").click()
        page.get_by_text("Enter the API key to see the camera").click()
        page.get_by_label("API key", exact=True).fill(KEY)
        page.keyboard.press("Enter")
        page.locator("#camera-state", has_text="on").wait_for()
        page.keyboard.press("t")
        page.get_by_label("What is it?").fill("A thing of the shop")
        save(page)
        taken(page)
        page.keyboard.press("Enter")
        eventually(lambda: is_live(page), within_s=20, why=stack.log)
        page.locator(".best-title", has_text="A thing of the shop").wait_for()  # once the film comes to it
        best = page.locator("#best-item img")
        assert best.evaluate("(image) => image.naturalWidth") > 100
        assert streams(stack) == 1

        docs = pages.open(f"{address}docs")
        docs.get_by_text("/matches/stream").first.wait_for()
        docs.get_by_role("button", name="GET /cameras List the cameras", exact=False).first.click()
        docs.get_by_role("button", name="Try it out").click()
        docs.get_by_role("button", name="Execute").click()
        docs.get_by_text('"thing": "browser-').first.wait_for()
        strangers = [url for url in asked if not url.startswith(("blob:", "data:", address.rstrip("/")))]
        assert strangers == []
        pages.expect_errors("status of 401")
        # While the search reads the catalogue that has its first item.
        pages.forget_errors("status of 503")
