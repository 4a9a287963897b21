"""Each language of the page on a phone: its words, and that they fit."""

from __future__ import annotations

import pytest

from tests.page.texts import LANGUAGES, table
from tests.system.stack import Stack
from tests.web.pages import PHONE, Pages
from tests.web.wcag import violations

VIEWS = "catalogue", "history", "review"
# Buttons, links and choices of the header that do not hold their words, or stand out of the screen, while the
# review's link has these.
_CUT = """
(review) => {
  document.querySelector("[data-view-link=review]").textContent = review;
  return [...document.querySelectorAll("header :is(a, button, select, .badge)")]
    .filter((node) => node.checkVisibility())
    .filter((node) => {
      const { left, right } = node.getBoundingClientRect();
      return left < 0 || right > screen.width || node.scrollWidth > node.clientWidth + 1;
    })
    .map((node) => node.textContent);
}
"""


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each not in ("en", "ko")])
def test_a_phone_has_room_for_the_words_of_the_language(
    without_camera: Stack, pages: Pages, language: str
) -> None:
    texts = table(language)
    page = pages.open(without_camera.page, locale=language, **PHONE)
    page.locator("body:not([data-situation=connecting])").wait_for()
    assert page.evaluate("document.documentElement.lang") == language
    assert page.locator("#language").input_value() == language
    page.get_by_role("button", name=texts["help.button"], exact=True).wait_for()
    review = texts["nav.review.open"].format(n=123)
    for view in VIEWS:
        link = page.get_by_role("link", name=texts[f"nav.{view}"])
        assert page.evaluate(_CUT, review) == []
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["viewport"]["width"], view
        link.click()
        page.locator(f'[data-view-link="{view}"][aria-current="page"]').wait_for()
    if language == "de":
        assert violations(page) == []
    assert page.evaluate(_CUT, review) == []
