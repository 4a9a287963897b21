"""Moments of the live view: what a page shows at one time, to compare with records and with the clip."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from playwright.sync_api import Page

from common.wire import from_iso
from tests.system.stack import Stack
from tests.web.film import FPS, Picture
from tests.web.pages import THUMBNAIL, Rgb, difference, small

# Counts shifts of the layout that no hand caused, and how long the page was watched.
WATCH_SHIFTS = """
window.shifts = { sum: 0, all: [], sinceMs: null };
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
  if (entry.hadRecentInput || shifts.sinceMs === null || entry.startTime < shifts.sinceMs) return;
  shifts.sum += entry.value;
  const what = entry.sources.map(({ node }) => node?.id || node?.className || node?.nodeName);
  shifts.all.push([entry.value, ...what]);
})).observe({ type: "layout-shift", buffered: false });
"""
# All of one moment in one task, between two drawings.
_LOOK = """
([width, height]) => {
  const [best, figure] = ["best", "viewfinder"].map((id) => document.getElementById(id));
  const image = document.querySelector("#viewfinder-frame :is(img, video)");
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  if (image) context.drawImage(image, 0, 0, width, height);
  return {
    card: best.hidden ? null : Number(best.dataset.record), verdict: best.dataset.verdict,
    title: document.querySelector("#best-item .best-title")?.textContent,
    runners: document.getElementById("runners").dataset.verdict,
    shown: document.body.dataset.shown, scene: document.body.dataset.scene ?? "same",
    ...figure.dataset,
    pixels: image && [...context.getImageData(0, 0, width, height).data],
  };
}
"""
# Two pictures of one frame: the camera's preview is a JPEG, and smaller.
SAME_FRAME = 6.0
# Frames of the clip by which a capture time may be off: it is taken when the frame is read.
TOLERANCE = 2


@dataclass(frozen=True, slots=True)
class Moment:
    """What a page shows at one time; `at` is the frame's capture time in Unix seconds."""

    card: int | None
    verdict: str
    title: str
    runners: str
    shown: str
    scene: str
    of: str
    record: int | None
    session: str
    seq: int
    at: float
    picture: Rgb | None


def look(page: Page) -> Moment:
    """The page as it is now."""
    width, height = THUMBNAIL
    seen: dict[str, Any] = page.evaluate(_LOOK, [width, height])
    pixels = seen["pixels"]
    own = seen.get("of") == "record"
    return Moment(
        seen["card"],
        seen["verdict"],
        seen["title"],
        seen["runners"],
        seen["shown"],
        seen["scene"],
        seen.get("of", ""),
        int(seen["record"]) if own else None,
        seen.get("session", ""),
        int(seen["seq"]) if own else -1,
        from_iso(seen["capturedAt"]) if own else 0.0,
        pixels and np.array(pixels, np.uint8).reshape(height, width, 4)[..., :3],
    )


def watch(page: Page, stack: Stack, *, moments: int, seconds: float) -> tuple[list[Moment], dict[int, Any]]:
    """So many moments at random times, and the camera's records by id."""
    pauses = np.diff(sorted([0.0, *(random.random() * seconds for _ in range(moments))]))
    found: list[Moment] = []
    records: dict[int, Any] = {}
    page.evaluate("shifts.sinceMs = performance.now()")
    for pause_s in pauses:
        page.wait_for_timeout(pause_s * 1000)
        found.append(look(page))
        records |= {each["id"]: each for each in stack.get("/matches?thing=cam-1&limit=60")["records"]}
    return found, records


def shifts_a_minute(page: Page) -> float:
    """The layout shifts since `watch` began, a minute."""
    return float(page.evaluate("shifts.sum / (performance.now() - shifts.sinceMs) * 60000"))


def says_same(one: Any, other: Any) -> bool:
    """Whether two records say the same."""

    def best(record: Any) -> Any:
        if record["verdict"] == "no_match":
            return None
        return sorted(record["equals"]) if "equals" in record else record["matches"][0]["id"]

    return bool(one["verdict"] == other["verdict"] and best(one) == best(other))


def faults(moments: Sequence[Moment], records: dict[int, Any], clip: Sequence[Picture]) -> list[str]:
    """Why moments do not show a record's own frame beside it, in words; one each at most."""
    frames = [small(frame) for frame in clip]
    began_s = _beginning_s([each for each in moments if each.picture is not None], frames)
    return [why for each in moments if (why := _fault(each, records, frames, began_s))]


def _fault(moment: Moment, records: dict[int, Any], frames: Sequence[Rgb], began_s: float) -> str | None:
    record, card = records.get(moment.record or 0), records.get(moment.card or 0)
    if moment.of != "record" or moment.picture is None:
        return f"no record's frame is on screen: {moment.of}, {moment.shown}, {moment.verdict} {moment.title}"
    if record is None or card is None:
        return f"the records {moment.record} and {moment.card} are not known"
    if (record["session"], record["seq"]) != (moment.session, moment.seq):
        return f"the picture is of {moment.session}/{moment.seq}, not of the record's frame"
    if not says_same(record, card) or moment.verdict != record["verdict"] or moment.runners != moment.verdict:
        return f"the card says {moment.verdict} {moment.title}, the record {record['verdict']}"
    if (
        record["verdict"] == "match"
        and "equals" not in record
        and record["matches"][0]["title"] != moment.title
    ):
        return f"the card says {moment.title}, the record {record['matches'][0]['title']}"
    return _misplaced(moment, frames, began_s)


def _misplaced(moment: Moment, frames: Sequence[Rgb], began_s: float) -> str | None:
    """Why the picture is not the clip's frame of its time."""
    assert moment.picture is not None
    due = round((moment.at - began_s) * FPS)
    near = [frames[(due + step) % len(frames)] for step in range(-TOLERANCE, TOLERANCE + 1)]
    off = min(difference(moment.picture, frame) for frame in near)
    return None if off < SAME_FRAME else f"the picture differs by {off:.1f} levels from the clip's frame"


def _beginning_s(moments: Sequence[Moment], frames: Sequence[Rgb]) -> float:
    """When the clip's first frame was read: the time on which most moments agree."""
    offsets = []
    for moment in moments:
        assert moment.picture is not None
        picture = moment.picture
        nearest = min(range(len(frames)), key=lambda number: difference(picture, frames[number]))
        offsets.append(round(moment.at * FPS) - nearest)
    rounds = np.array(offsets) % len(frames)
    near = [int((np.abs((rounds - each + 300) % len(frames) - 300) <= TOLERANCE).sum()) for each in rounds]
    return float(offsets[int(np.argmax(near))]) / FPS
