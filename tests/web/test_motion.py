"""Animations of the page, and none for people who prefer reduced motion."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.system.stack import Stack, eventually
from tests.web.pages import Pages, diagnostics
from tests.web.test_stream import is_live

# Counts, until some seconds of changing matches after a press, what moves in each frame; pseudo-elements too.
_WATCH = """() => { window.moved = new Promise((resolve) => {
  const moving = new Set();
  let until = Infinity;
  addEventListener("click", () => { until = performance.now() + 4000; }, { capture: true });
  const look = () => {
    for (const { effect } of document.getAnimations()) {
      moving.add(`${effect.target.tagName}.${effect.target.className}${effect.pseudoElement ?? ""}`);
    }
    if (performance.now() < until) requestAnimationFrame(look);
    else resolve([...moving]);
  };
  look();
}); }"""
_ENDLESS = """() => document.getAnimations()
  .filter(({ effect }) => effect.getTiming().iterations === Infinity)
  .map(({ animationName }) => animationName)"""


def test_a_live_page_rests_between_matches(with_clip: Stack, pages: Pages) -> None:
    # An endless animation redraws the page sixty times a second, on wall screens and on batteries.
    page = pages.open(with_clip.page)
    eventually(lambda: is_live(page), within_s=30)
    assert page.evaluate(_ENDLESS) == []


def test_nothing_moves_where_no_motion_is_wanted(with_clip: Stack, pages: Pages) -> None:
    calm = pages.open(with_clip.page, reduced_motion="reduce")
    assert _moved(calm) == []
    calm.context.close()
    assert "SUMMARY.::before" in _moved(pages.open(with_clip.page))


def _moved(page: Page) -> list[str]:
    """Movements on a live page while the diagnostics are opened, whose mark turns."""
    eventually(lambda: is_live(page), within_s=30)
    page.evaluate(_WATCH)
    diagnostics(page)
    return list(page.evaluate("moved"))
