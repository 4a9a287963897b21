"""The film of a browser's camera, and running systems for the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from tests.system import single
from tests.system.record import TruthScene, read_truth
from tests.system.stack import Stack, eventually, running
from tests.web.film import Picture, frames_of, read_clip, write_film
from tests.web.pages import KEY, Pages, chromium, with_camera
from tests.web.proxy import Proxy, proxy

# Items that differ in kind, and a stranger.
CAST = "box-cornflakes", "teapot-sunny", "clock-bells-red", "stranger-mug"


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver of the browsers."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def clip() -> list[Picture]:
    """The sample clip's frames."""
    return read_clip()


@pytest.fixture(scope="session")
def scenes() -> list[TruthScene]:
    """Scenes that the browser's camera sees, in this order, repeated."""
    by_id = {scene.id: scene for scene in read_truth()}
    return [by_id[name] for name in CAST]


@pytest.fixture(scope="session")
def film(clip: list[Picture], scenes: list[TruthScene], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The film of the browser's camera."""
    path = tmp_path_factory.mktemp("film") / "camera.y4m"
    write_film(path, [frame for scene in scenes for frame in frames_of(clip, scene)])
    return path


@pytest.fixture(scope="session")
def without_camera(imported: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system whose only camera is a browser's; pages of 127.0.0.1 may embed its matches.

    Those of the camera `till-hook` are posted to an address at which nothing listens.
    """
    settings = {
        "LOOKALIKE_SOURCE": "none",
        "LOOKALIKE_EMBED_ORIGINS": "http://127.0.0.1:*",
        "LOOKALIKE_WEBHOOK_URL": "http://127.0.0.1:9/",
        "LOOKALIKE_WEBHOOK_SECRET": "a-secret-of-the-tests",
        "LOOKALIKE_WEBHOOK_PRIVATE": "1",
        "LOOKALIKE_WEBHOOK_RULES": "match camera=till-hook",
        "LOOKALIKE_WEBHOOKS": "repair http://127.0.0.1:9/ a-secret-of-the-tests no_match camera=till-hook",
    }
    with running(tmp_path_factory.mktemp("none"), settings=settings, data=imported) as started:
        started.wait_loaded()
        yield started


@pytest.fixture(scope="module")
def with_clip(imported: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The system as a newcomer starts it, for one module, which may kill its processes.

    Its camera takes half a core.
    """
    with running(tmp_path_factory.mktemp("clip"), settings={}, data=imported) as started:
        started.wait_loaded()
        yield started


@pytest.fixture(scope="session")
def with_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system with an API key and no items, which tests may fill; without a camera of its own."""
    settings = {"LOOKALIKE_SOURCE": "none", "LOOKALIKE_SAMPLES": "0", "LOOKALIKE_API_KEY": KEY}
    with running(tmp_path_factory.mktemp("key"), settings=settings) as started:
        started.wait_loaded()
        started.client.headers["Authorization"] = f"Bearer {KEY}"
        # A catalogue's first item makes the search load for a moment, of which no test's page is to hear.
        single.add(started, 300, id="first", title="The first")
        eventually(lambda: started.get("/healthz")["checks"]["index"].get("items"), within_s=20)
        started.client.delete("/items/first").raise_for_status()
        yield started


@pytest.fixture
def between(with_clip: Stack) -> Iterator[Proxy]:
    """A proxy in front of that system."""
    with proxy(with_clip.port) as standing:
        yield standing


@pytest.fixture
def without_items(with_key: Stack) -> None:
    """The same system, emptied of earlier tests' items."""
    with_key.client.headers["Authorization"] = f"Bearer {KEY}"
    for item in with_key.get("/items?limit=1000")["items"]:
        with_key.client.delete(f"/items/{item['id']}").raise_for_status()


@pytest.fixture
def camera_pages(playwright: Playwright, film: Path) -> Iterator[Pages]:
    """A browser with a camera and permission to use it."""
    with chromium(playwright, *with_camera(film)) as pages:
        yield pages


@pytest.fixture
def pages(playwright: Playwright) -> Iterator[Pages]:
    """A browser without a camera."""
    with chromium(playwright) as pages:
        yield pages


@pytest.fixture
def unchanged(without_camera: Stack) -> Iterator[None]:
    """The catalogue is shared: each test leaves it unchanged."""
    before = without_camera.get("/items?limit=1000")["items"]
    yield
    assert without_camera.get("/items?limit=1000")["items"] == before
