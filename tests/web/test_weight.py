"""The size of the page on its first visit."""

from __future__ import annotations

from tests.system.stack import Stack
from tests.web.pages import Pages

# The promised limits (issue and README), without pictures.
MOST_BYTES = 170_000


def test_the_first_visit_loads_less_than_it_promises(without_camera: Stack, pages: Pages) -> None:
    page = pages.open("about:blank", first=True)
    finished = []
    page.on("requestfinished", lambda request: finished.append(request))
    page.goto(without_camera.page)
    page.locator("body:not([data-situation=connecting])").wait_for()
    page.locator("#first").wait_for()
    loaded = {
        request.url: request.sizes()["responseBodySize"]
        for request in finished
        if request.resource_type not in ("image", "eventsource")
    }
    assert any(url.endswith("main.js") for url in loaded)
    assert sum(loaded.values()) < MOST_BYTES, loaded
    scripts = [url for url in loaded if url.endswith(".js")]
    sizes = {url: len(without_camera.client.get(url).content) for url in scripts}
    # By compression, not by being few files.
    assert sum(loaded[url] for url in scripts) < sum(sizes.values()) / 2
