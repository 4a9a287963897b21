"""Yes, no and corrections: a person's feedback on a match reaches the server."""

from __future__ import annotations

import redis
from playwright.sync_api import Page

from tests.system.stack import Stack, eventually
from tests.web.pages import Pages
from tests.web.wcag import violations

# The id of the match shown as live with one of these verdicts, else null.
_SHOWN = """
(verdicts) => {
  const card = document.querySelector("#best:not([hidden])[data-holds=match]");
  const live = card && document.body.dataset.shown === "fresh" && verdicts.includes(card.dataset.verdict);
  const room = card?.dataset.verdict === "no_match" ? document.querySelector("#runners") : card;
  return live ? room.querySelector(".picture img")?.src ?? null : null;
}
"""


def stand_still(page: Page, *verdicts: str) -> str:
    """Pause the page at a verdict and return the id of its item."""

    def paused() -> str | None:
        if page.evaluate(_SHOWN, verdicts) is None:
            return None
        page.keyboard.press("p")
        source = page.evaluate(_SHOWN, verdicts)
        if source is None:
            page.keyboard.press("p")
            return None
        return str(source).partition("/items/")[2].partition("/")[0]

    return eventually(paused, within_s=40)


def go_on(page: Page, item: str) -> None:
    """Resume the page until it shows another item."""
    page.keyboard.press("p")
    eventually(lambda: f"/items/{item}/" not in str(page.evaluate(_SHOWN, ["match", "unsure"])), within_s=20)


def feedback(stack: Stack, item: str) -> tuple[int, int]:
    """The number of right and wrong answers on an item."""
    counts = stack.get(f"/items/{item}")["feedback"]
    return counts["right"], counts["wrong"]


def said(page: Page, name: str) -> bool:
    """Whether the answer below the best match is pressed."""
    button = page.locator("#actions").get_by_role("button", name=name)
    return bool(button.get_attribute("aria-pressed") == "true")


def told(page: Page, words: str) -> None:
    """Wait for the line that reports the change."""
    page.locator("#toast").get_by_text(words).wait_for()


def test_yes_and_no_by_keys_count_once_and_the_last_word_counts(with_clip: Stack, pages: Pages) -> None:
    page = pages.open(with_clip.page)
    item = stand_still(page, "match")
    right, wrong = feedback(with_clip, item)

    page.keyboard.press("y")
    told(page, "Saved:")
    assert (said(page, "Yes"), said(page, "No")) == (True, False)
    assert feedback(with_clip, item) == (right + 1, wrong)

    page.keyboard.press("n")
    page.get_by_role("heading", name="What was it?").wait_for()
    assert feedback(with_clip, item) == (right, wrong + 1)
    assert violations(page) == []
    page.keyboard.press("Escape")
    told(page, "Saved in")
    assert (said(page, "Yes"), said(page, "No")) == (False, True)

    page.keyboard.press("y")
    told(page, "Saved:")
    assert feedback(with_clip, item) == (right + 1, wrong)
    page.keyboard.press("z")
    told(page, "Undone.")
    assert (said(page, "Yes"), said(page, "No")) == (False, False)
    assert feedback(with_clip, item) == (right, wrong)
    page.keyboard.press("y")
    told(page, "Saved:")
    go_on(page, item)
    assert not said(page, "Yes")


def test_what_it_was_is_one_press_away(with_clip: Stack, pages: Pages) -> None:
    page = pages.open(with_clip.page)
    item = stand_still(page, "match", "unsure")
    _right, wrong = feedback(with_clip, item)
    with page.expect_response("**/feedback"):
        page.keyboard.press("n")
    page.get_by_role("heading", name="What was it?").wait_for()
    assert page.evaluate("document.activeElement.className") == "choice"
    with page.expect_response("**/feedback") as answer:
        page.keyboard.press("Enter")
    body = answer.value.json()
    assert body["right"] is False
    assert body["item"] not in (None, item)
    assert feedback(with_clip, item)[1] == wrong + 1
    assert feedback(with_clip, body["item"])[0] >= 1
    told(page, "Saved: ")
    assert said(page, "No")


def test_a_no_match_is_asked_about_the_other_way_round(with_clip: Stack, pages: Pages) -> None:
    asked: list[str] = []
    page = pages.open(with_clip.page)
    page.on("request", lambda request: asked.append(request.url))
    item = stand_still(page, "no_match")
    group = page.get_by_role("group", name="Is it one of your items?")
    group.get_by_role("button", name="No").click()
    told(page, "Saved: no match was correct")
    assert [url for url in asked if url.endswith("/feedback")] == []

    right, wrong = feedback(with_clip, item)
    page.keyboard.press("y")
    page.get_by_role("heading", name="Which item is it?").wait_for()
    with page.expect_response("**/feedback"):
        page.locator("dialog .choice").first.click()
    assert feedback(with_clip, item) == (right + 1, wrong)
    told(page, "Saved: ")
    assert (said(page, "Yes"), said(page, "No")) == (True, False)


def test_an_old_match_has_its_words(with_clip: Stack, pages: Pages) -> None:
    page = pages.open(with_clip.page)
    item = stand_still(page, "match")
    before = feedback(with_clip, item)
    # A record that 600 newer ones would push out in a minute.
    with redis.Redis.from_url(with_clip.address("redis")) as client:
        for kept in ("stack:matches*", "feedback:*"):
            for key in client.scan_iter(kept):
                client.delete(key)
    page.keyboard.press("y")
    told(page, "This match is too old to be judged")
    assert not said(page, "Yes")
    assert feedback(with_clip, item) == before
    pages.expect_errors("/feedback")


def test_a_recent_match_can_be_judged(with_clip: Stack, pages: Pages) -> None:
    page = pages.open(with_clip.page)
    item = stand_still(page, "match")
    # Its tile follows the match a tick later.
    tile = page.locator("#recent-list li:first-child", has=page.locator(f'img[src*="/items/{item}/"]'))
    tile.get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    with page.expect_response("**/feedback") as answer:
        dialog.get_by_role("button", name="Yes").click()
    assert answer.value.ok
    dialog.get_by_role("status").get_by_text("Saved:").wait_for()
    assert dialog.get_by_role("button", name="Yes").get_attribute("aria-pressed") == "true"
