"""A match in another site's page: allowed by a setting, and told to the page around."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from playwright.sync_api import expect

from tests.servers import free_port
from tests.system.stack import ROOT, Stack
from tests.web.pages import Pages
from tests.web.played import items, playing

EXAMPLE = ROOT / "docs" / "examples" / "embed.html"
# What the example is written for.
ADDRESS, CAMERA = "http://127.0.0.1:8080", "cam-1"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass


@contextlib.contextmanager
def shop(folder: Path) -> Iterator[int]:
    """A web server of another origin; gives its port."""
    port = free_port()
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), partial(_Quiet, directory=folder)) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield port
        finally:
            server.shutdown()
            serving.join()


def test_the_example_shows_the_match_where_the_setting_allows_it_and_nowhere_else(
    without_camera: Stack, pages: Pages, tmp_path: Path
) -> None:
    one = items(without_camera)[0]
    example = EXAMPLE.read_text(encoding="utf-8")
    (tmp_path / "favicon.ico").touch()
    own = example.replace(ADDRESS, without_camera.page).replace(CAMERA, "shown")
    (tmp_path / "embed.html").write_text(own, encoding="utf-8")
    with playing(without_camera, "shown") as shown, shop(tmp_path) as port:
        shown.see(one.vectors[0])
        page = pages.open(f"http://127.0.0.1:{port}/embed.html")
        frame = page.frame_locator("iframe")
        expect(frame.locator(".display-title")).to_have_text(one.title)
        expect(page.locator("#told")).to_have_text(f"match: {one.title}")
        shown.say("offline")
        shown.see(None)
        expect(page.locator("#told")).to_have_text("Nothing now")
        expect(frame.locator(".display-idle-words")).to_have_text("shown is off")
        # The same page by a name that the setting does not have.
        pages.open(f"http://localhost:{port}/embed.html")
        pages.expect_errors("frame-ancestors")
    pages.forget_errors("localhost")


def test_the_page_itself_cannot_be_framed_and_the_script_is_small(without_camera: Stack) -> None:
    policies = {
        path: without_camera.client.get(path).headers["content-security-policy"]
        for path in ("/", "/index.html", "/embed.html", "/docs")
    }
    allowed = [path for path, policy in policies.items() if "frame-ancestors 'none'" not in policy]
    assert allowed == ["/embed.html"]
    assert "frame-ancestors http://127.0.0.1:*" in policies["/embed.html"]
    assert len(without_camera.client.get("/embed.js").content) <= 2048
