"""The time until a record is on ten visitors' screens: `python -m bench.page [--contexts 10] [--records 40]`.

Needs what `make test-web` installs. A real stack without a camera; this bench plays one, which shows the
sample items one after the other, and sends its pictures. Time begins when Redis hands out the record, and
ends when a browser presents the item's picture and title, and on our page also the camera's frame that was
matched: the later of both. The clock is one, that of this machine. All visitors
share its processors, without a graphics card; so the least page that there could be (one stream, one picture,
one title) is measured in the same way, to tell our page's share of the time from the machine's.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import redis
from playwright.sync_api import Page, sync_playwright

from common.picture_stamp import Stamp, stamped
from services.core.domain import Item
from tests.system.stack import Stack, eventually, running
from tests.web.pages import Pages, chromium
from tests.web.played import SeeingCamera, items

THING = "bench-1"
# Seconds between records: more than a match is held on the page (1 s), so that none waits for the one before.
EVERY_S = 1.6
# The time at which a marked picture was presented, by the browser's Element Timing; its mark is its title.
_PAINTED = """
window.painted = [];
new PerformanceObserver((list) => list.getEntries().forEach((entry) =>
  window.painted.push([entry.identifier, performance.timeOrigin + entry.renderTime])))
  .observe({ type: "element", buffered: true });
"""
# Pictures and title come into the page at once; the pictures are marked before the frame that paints them.
_MARK = """
addEventListener("DOMContentLoaded", () => {
  const [item, figure] = ["best-item", "viewfinder"].map((id) => document.getElementById(id));
  new MutationObserver(() => {
    const title = item.querySelector(".best-title")?.textContent;
    item.querySelector("img")?.setAttribute("elementtiming", title ?? "");
    if (figure.dataset.seq) figure.querySelector("img")?.setAttribute("elementtiming", figure.dataset.seq);
  }).observe(figure.parentElement, { childList: true, subtree: true, attributeFilter: ["data-seq"] });
});
"""
# Seconds between previews beside those of observed frames, as a camera sends them.
PREVIEW_S = 0.2
# The sides of a preview in pixels.
PREVIEW = 320, 180
_BARE = """
() => new Promise((opened) => {
  const source = new EventSource("matches/stream");
  source.addEventListener("open", opened);
  source.addEventListener("match", async ({ data }) => {
    const [{ title, url }] = JSON.parse(data).matches;
    const address = new URL(url);
    address.searchParams.set("w", 640);
    const image = Object.assign(new Image(), { decoding: "sync", src: address.href });
    image.setAttribute("elementtiming", title);
    await new Promise((loaded) => { image.onload = loaded; });
    document.body.replaceChildren(Object.assign(document.createElement("h2"), { textContent: title }), image);
  });
})
"""


def main() -> None:
    """Print p50, p95 and the worst, over all visitors, for pictures seen the first time and again."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--contexts", type=int, default=10)
    options.add_argument("--records", type=int, default=40)
    given = options.parse_args()
    # The camera makes a connection for each message, and paho would log the end of each.
    logging.getLogger("paho").setLevel(logging.CRITICAL)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), settings={"LOOKALIKE_SOURCE": "none"}) as stack,
        sync_playwright() as driver,
        chromium(driver) as pages,
        SeeingCamera(stack, THING) as camera,
        _sending_previews(camera),
    ):
        camera.say("online", fps=1.0)
        camera.picture = _picture()
        shown = items(stack)[: given.records // 2]
        p95s_ms = {}
        for kind, open_one in (("bare page", _open_bare), ("our page", _open_ours)):
            opened = [open_one(pages, stack) for _ in range(given.contexts)]
            for name in ("first time", "again"):
                waits_ms = _measure(stack, camera, opened, shown, with_frame=open_one is _open_ours)
                p50, p95, worst = np.percentile(waits_ms, [50, 95, 100])
                p95s_ms[kind, name] = p95
                print(
                    f"{kind}, {name}: {len(waits_ms)} paintings by {len(opened)} visitors: "
                    f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, worst {worst:.0f} ms",
                    flush=True,
                )
            for page in opened:
                page.context.close()
        for name in ("first time", "again"):
            ratio = p95s_ms["our page", name] / p95s_ms["bare page", name]
            print(f"{name}: our p95 is {ratio:.2f} times the bare page's")
        pages.forget_errors("/preview")  # the played camera's first preview may come late
        pages.forget_errors("/favicon.ico")  # the bare page has no icon


def _open_ours(pages: Pages, stack: Stack) -> Page:
    page = pages.open(f"{stack.page}/#camera={THING}", script=_PAINTED + _MARK)
    page.locator("body[data-situation]:not([data-situation=connecting])").wait_for()
    return page


def _open_bare(pages: Pages, stack: Stack) -> Page:
    page = pages.open(f"{stack.page}/healthz", script=_PAINTED)
    page.evaluate(_BARE)
    return page


def _measure(
    stack: Stack, camera: SeeingCamera, opened: list[Page], shown: list[Item], *, with_frame: bool
) -> list[float]:
    """Milliseconds from Redis to each visitor's screen; `with_frame`: to the camera's frame there too."""
    with _heard(stack) as heard:
        for item in shown:
            camera.picture = _picture()
            camera.see(item.vectors[0])
            time.sleep(EVERY_S)
    waits_ms = []
    for page in opened:
        # The first time counts: the page takes a picture out and puts it in again.
        painted = dict(reversed(page.evaluate("painted.splice(0)")))
        eventually(lambda: len(heard) == len(shown), within_s=5)
        for at_ms, *names in heard:
            waits_ms.append(max(painted[name] for name in names[: 1 + with_frame]) - at_ms)
    return waits_ms


def _picture() -> bytes:
    """A JPEG as large as a camera's preview, of another scene each time."""
    height, width = PREVIEW[1], PREVIEW[0]
    coarse = np.random.default_rng().integers(0, 256, (9, 16, 3), np.uint8)
    frame = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return bytes(cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 70])[1])


@contextlib.contextmanager
def _sending_previews(camera: SeeingCamera) -> Iterator[None]:
    """Send previews of frames that are not observed, as of a still scene, also while pages open."""
    ending = threading.Event()

    def look_on() -> None:
        while not ending.wait(PREVIEW_S):
            if camera.picture is not None:
                camera.show(stamped(camera.picture, Stamp("0" * 8, None, time.time())))

    looking = threading.Thread(target=look_on)
    looking.start()
    try:
        yield
    finally:
        ending.set()
        looking.join()


@contextlib.contextmanager
def _heard(stack: Stack) -> Iterator[list[tuple[float, str, str]]]:
    """Records that Redis handed out: when (milliseconds since 1970), the best match's title, and `seq`."""
    heard: list[tuple[float, str, str]] = []
    client = redis.Redis.from_url(stack.address("redis"), decode_responses=True)
    channel = client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    channel.subscribe("matches")
    ending = threading.Event()

    def listen() -> None:
        while not ending.is_set():
            message = channel.get_message(timeout=0.1)
            if message:
                record = json.loads(message["data"])
                heard.append((time.time() * 1000, record["matches"][0]["title"], str(record["seq"])))

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
