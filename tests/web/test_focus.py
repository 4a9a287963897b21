"""The focus ring is visible on each stop of the Tab key, in both colour schemes."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from tests.system.stack import Stack
from tests.web.pages import Pages

# The focused element's outline, and the opaque ground under it; null if nothing has the focus.
_RING = """
() => {
  // The element around that hides what lies outside of it, where the ring does.
  function cuts(node, reach) {
    for (let around = node.parentElement; around; around = around.parentElement) {
      const { overflowX, contentVisibility } = getComputedStyle(around);
      if (around === document.documentElement || around === document.body) continue;
      if (overflowX === "visible" && contentVisibility !== "auto") continue;
      const [inner, outer] = [node.getBoundingClientRect(), around.getBoundingClientRect()];
      const hides = inner.top - reach < outer.top || inner.left - reach < outer.left;
      if (hides) return around.id || around.className;
    }
    return null;
  }
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const rgb = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const { outlineStyle, outlineWidth, outlineOffset, outlineColor } = getComputedStyle(node);
  const ground = (each) => rgb(getComputedStyle(each).backgroundColor);
  let around = parseFloat(outlineOffset) < 0 ? node : node.parentElement;
  while (around.parentElement && ground(around)[3] === 0) around = around.parentElement;
  window.stops ??= new Map();
  if (!window.stops.has(node)) window.stops.set(node, window.stops.size);
  return {
    name: node.id || node.className || node.outerHTML.slice(0, 80), stop: window.stops.get(node),
    style: outlineStyle, width: parseFloat(outlineWidth),
    colour: rgb(outlineColor), ground: ground(around),
    cutBy: cuts(node, parseFloat(outlineOffset) + parseFloat(outlineWidth)),
  };
}
"""


def luminance(rgb: list[float]) -> float:
    """WCAG's relative luminance."""
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (value / 255 for value in rgb[:3])
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: list[float], other: list[float]) -> float:
    """WCAG's contrast ratio, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def rings(page: Page) -> list[dict[str, Any]]:
    """The ring of each stop of the Tab key, from the focused element until one repeats."""
    found: list[dict[str, Any]] = []
    for _ in range(80):
        page.keyboard.press("Tab")
        ring = page.evaluate(_RING)
        if ring is None:
            continue
        if any(ring["stop"] == each["stop"] for each in found):
            return found
        found.append(ring)
    raise AssertionError("the Tab key never comes round")


def check(found: list[dict[str, Any]]) -> None:
    """Check that each ring exists, is thick enough and contrasts with its ground."""
    for ring in found:
        assert (ring["style"], ring["cutBy"]) == ("solid", None), ring
        assert ring["width"] >= 2, ring
        assert contrast(ring["colour"], ring["ground"]) >= 3, ring


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_stop_of_the_tab_key_has_a_ring_that_is_seen(
    with_clip: Stack, pages: Pages, scheme: Literal["light", "dark"]
) -> None:
    page = pages.open(with_clip.page, color_scheme=scheme)
    page.locator(".recent-open").first.wait_for()
    # Live parts come and go.
    page.keyboard.press("p")
    live = rings(page)
    names = {ring["name"] for ring in live}
    assert {"skip", "own", "ask", "pause", "recent-open", "help", "language"} <= names
    check(live)

    page.locator("#help").press("Enter")
    page.get_by_role("dialog", name="Help").wait_for()
    check(rings(page))
    page.keyboard.press("Escape")

    page = pages.open(f"{with_clip.page}#view=catalogue", color_scheme=scheme)
    page.locator(".card").first.wait_for()
    catalogue = rings(page)
    assert len(catalogue) > 10
    check(catalogue)
