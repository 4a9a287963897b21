"""How soon a record is on the screens of ten visitors: `python -m bench.page [--contexts 10] [--records 40]`.

Needs what `make test-web` installs. A real stack without a camera; this bench plays one, which shows the
sample items one after the other. Time begins when Redis hands out the record, and ends with the frame in
which a browser paints the item's picture and title: the clock is one, that of this machine.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import redis
from playwright.sync_api import Page, sync_playwright

from services.core.domain import Item
from tests.system.stack import Stack, eventually, running
from tests.web.pages import Pages, chromium
from tests.web.played import SeeingCamera, items

THING = "bench-1"
# Longer than a match holds on the page (1 s), so that none waits for the one before it.
EVERY_S = 1.6
# Notes when each title was first painted together with its picture: two frames after both are in the page.
_WATCH = """
window.painted = [];
addEventListener("DOMContentLoaded", () => {
  let last = "";
  new MutationObserver(() => {
    const title = document.querySelector(".best-title")?.textContent ?? "";
    const image = document.querySelector("#best-item img");
    if (!title || title === last || !image?.complete) return;
    last = title;
    requestAnimationFrame(() => requestAnimationFrame(() =>
      window.painted.push([title, performance.timeOrigin + performance.now()])));
  }).observe(document.getElementById("best"), { childList: true, subtree: true, attributes: true });
});
"""


def main() -> None:
    """Print p50, p95 and the worst, over all visitors, for pictures seen the first time and again."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--contexts", type=int, default=10)
    options.add_argument("--records", type=int, default=40)
    given = options.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), settings={"LOOKALIKE_SOURCE": "none"}) as stack,
        sync_playwright() as driver,
        chromium(driver) as pages,
        SeeingCamera(stack, THING) as camera,
    ):
        opened = _open(pages, stack, camera, given.contexts)
        shown = items(stack)[: given.records // 2]
        for name in ("first time", "again"):
            waits_ms = _measure(stack, camera, opened, shown)
            p50, p95, worst = np.percentile(waits_ms, [50, 95, 100])
            print(
                f"{name}: {len(opened)} visitors, {len(waits_ms)} paintings of {len(shown)} records: "
                f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, worst {worst:.0f} ms"
            )
        pages.forget_errors("/preview")  # the camera that is played has none
        streams = [line for line in stack.client.get("/metrics").text.splitlines() if "api_streams " in line]
        print(f"open streams: {streams[-1].split()[-1]}")


def _open(pages: Pages, stack: Stack, camera: SeeingCamera, count: int) -> list[Page]:
    camera.say("online", fps=1.0)
    opened = [pages.open(f"{stack.page}/#camera={THING}", script=_WATCH) for _ in range(count)]
    for page in opened:
        page.locator("body[data-situation=first]").wait_for()
    return opened


def _measure(stack: Stack, camera: SeeingCamera, opened: list[Page], shown: list[Item]) -> list[float]:
    """Milliseconds from Redis to each visitor's screen."""
    with _heard(stack) as heard:
        for item in shown:
            camera.see(item.vectors[0])
            time.sleep(EVERY_S)
    waits_ms = []
    for page in opened:
        painted = dict(page.evaluate("painted.splice(0)"))
        eventually(lambda: len(heard) == len(shown), within_s=5)
        missing = heard.keys() - painted.keys()
        assert not missing, f"never painted: {missing}"
        waits_ms += [painted[title] - at_ms for title, at_ms in heard.items()]
    return waits_ms


@contextlib.contextmanager
def _heard(stack: Stack) -> Iterator[dict[str, float]]:
    """Titles of the best matches that Redis handed out, with the moment in milliseconds since 1970."""
    heard: dict[str, float] = {}
    client = redis.Redis.from_url(stack.address("redis"), decode_responses=True)
    channel = client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    channel.subscribe("matches")
    ending = threading.Event()

    def listen() -> None:
        while not ending.is_set():
            message = channel.get_message(timeout=0.1)
            if message:
                heard[json.loads(message["data"])["matches"][0]["title"]] = time.time() * 1000

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        yield heard
    finally:
        ending.set()
        listener.join()
        channel.close()
        client.close()


if __name__ == "__main__":
    main()
