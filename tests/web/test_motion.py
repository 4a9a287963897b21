"""What moves on the page by itself, and that nothing does for who wants that."""

from __future__ import annotations

from tests.system.stack import Stack, eventually
from tests.web.pages import Pages
from tests.web.test_stream import is_live

# Counts, for some seconds of ever new matches, what moves in any one frame; pseudo-elements too.
_MOVING = """() => new Promise((resolve) => {
  const moving = new Set();
  const until = performance.now() + 4000;
  const look = () => {
    for (const { effect } of document.getAnimations()) {
      moving.add(`${effect.target.tagName}.${effect.target.className}${effect.pseudoElement ?? ""}`);
    }
    if (performance.now() < until) requestAnimationFrame(look);
    else resolve([...moving]);
  };
  look();
})"""


def test_nothing_moves_where_no_motion_is_wanted(with_clip: Stack, pages: Pages) -> None:
    calm = pages.open(with_clip.page, reduced_motion="reduce")
    eventually(lambda: is_live(calm), within_s=30)
    assert calm.evaluate(_MOVING) == []
    calm.context.close()
    other = pages.open(with_clip.page)
    eventually(lambda: is_live(other), within_s=30)
    assert other.evaluate(_MOVING) != []
