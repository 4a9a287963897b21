"""A match on the page, to eyes and ears, and its time on screen, while a played camera sees it."""

from __future__ import annotations

import re
import time
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.pace import limit_s
from tests.system.stack import Stack, eventually
from tests.web.pages import Pages, text
from tests.web.played import doubtful, items, nowhere, playing
from tests.web.shelf import forgotten
from tests.web.wcag import violations

# Changes of the title, the next title and the words for a screen reader, each with the time in ms.
_WATCH = """
window.titles = [];
window.nexts = [];
window.spoken = [];
addEventListener("DOMContentLoaded", () => {
  function watch(id, selector, list) {
    let last = "";
    const node = document.getElementById(id);
    new MutationObserver(() => {
      const words = (selector ? node.querySelector(selector) : node)?.textContent ?? "";
      if (words && words !== last) list.push([last = words, performance.now()]);
    }).observe(node, { childList: true, subtree: true, characterData: true });
  }
  watch("best-item", ".best-title", window.titles);
  watch("runners-list", ".runner-title", window.nexts);
  watch("announce", "", window.spoken);
});
"""
_OPACITY = "(node) => [...node.querySelectorAll('.picture img')].map((img) => getComputedStyle(img).opacity)"
HOLD_S = 1.0
# A busy machine may let a moment pass between the end of a drawing and the observer's call.
TURN_S = 0.06
EVERY_S = 0.12


def turned_to(page: Page, verdict: str) -> None:
    """Wait until a live best match has this verdict, and its runners-up have followed."""
    best = f'#best[data-holds="match"][data-verdict="{verdict}"]'
    page.locator(f'body[data-shown="fresh"] {best} ~ #runners[data-verdict="{verdict}"]').wait_for(
        timeout=15_000
    )


def opacities(page: Page, selector: str) -> set[str]:
    """Opacities of the pictures in an element."""
    return set(page.locator(selector).evaluate(_OPACITY))


def likely_twice(page: Page) -> set[str]:
    """Titles that are both among the cards to choose from and among the runners-up."""
    return set(page.locator(".which-title").all_inner_texts()) & set(
        page.locator(".runner-title").all_inner_texts()
    )


def spoken(page: Page) -> list[str]:
    """Texts given to a screen reader so far."""
    return [words for words, _at_ms in page.evaluate("spoken")]


def test_each_verdict_has_its_words_and_only_a_guess_is_dimmed(without_camera: Stack, pages: Pages) -> None:
    one = items(without_camera)[0]

    def nearest() -> str:
        (record,) = without_camera.get("/matches?thing=shelf-1&limit=1")["records"]
        return str(record["matches"][0]["title"])

    with playing(without_camera, "shelf-1") as shelf:
        page = pages.open(f"{without_camera.page}#camera=shelf-1")
        shelf.see(doubtful(without_camera, one))
        turned_to(page, "unsure")
        assert text(page, ".best .verdict") == "Not sure"
        assert text(page, ".best-title") == "Which one is it?"
        cards = page.locator(".which-one")
        assert 2 <= cards.count() <= 3
        assert text(page, ".which-title >> nth=0") == one.title
        assert 30 < int(re.sub(r"\D", "", text(page, ".which-score >> nth=0"))) < 55
        assert opacities(page, "#runners") <= {"1"}
        assert not likely_twice(page)

        shelf.see(one.vectors[0])
        turned_to(page, "match")
        assert text(page, ".best .verdict") == "Match"
        assert text(page, ".best-title") == one.title
        assert re.fullmatch(r"[<>]?\d+% confident", text(page, ".best .score-number"))
        assert text(page, "#runners-heading") == "Also similar"
        assert page.locator(".best-hint").count() == 0
        assert opacities(page, "#best") == {"1"}
        # Nothing below 1 % is listed.
        assert page.locator(".runner .score-number", has_text="<").count() == 0

        shelf.see(nowhere(one))
        turned_to(page, "no_match")
        assert text(page, ".best-title") == "No match"
        # Earlier frames influenced the first answer, and a guess stays for some seconds.
        eventually(lambda: text(page, ".runner-title >> nth=0") == nearest(), within_s=15)
        assert page.locator(".best .verdict").is_hidden()
        # The score of a wrong guess would read as a match.
        assert page.locator(".best .score").count() == 0
        assert page.locator(".runner .score").first.is_hidden()
        assert text(page, "#runners-heading") == "Closest items"
        assert opacities(page, "#runners") == {"0.4"}

        shelf.see(one.vectors[0])
        turned_to(page, "match")
        assert opacities(page, "#best") == {"1"}


def test_a_tile_that_becomes_sure_has_the_time_of_the_record_that_it_opens(
    without_camera: Stack, pages: Pages
) -> None:
    one = items(without_camera)[0]
    with playing(without_camera, "shelf-5") as shelf:
        shelf.see(doubtful(without_camera, one))
        page = pages.open(f"{without_camera.page}#camera=shelf-5")
        seen = page.locator(".recent-tile time")
        page.locator('.recent-tile[data-verdict="unsure"]').wait_for()
        began = seen.get_attribute("datetime")
        shelf.see(one.vectors[0])
        page.locator('.recent-tile[data-verdict="match"]').wait_for()
        assert seen.get_attribute("datetime") != began
        at = seen.inner_text()
        page.locator(".recent-open").click()
        page.get_by_role("dialog", name=f"Seen at {at}").wait_for()


@pytest.mark.usefixtures("unchanged")
def test_equal_items_are_shown_together_and_none_of_them_as_the_winner(
    without_camera: Stack, pages: Pages
) -> None:
    one, other = items(without_camera)[:2]
    picture = without_camera.client.get(f"/items/{one.id}/image").content
    for number in (1, 2):
        words = {"id": f"twin-{number}", "title": f"A twin, {number}", "price": f"{number}.50"}
        answer = without_camera.client.post("/items", data=words, files={"image": picture})
        answer.raise_for_status()
    titles = ["A twin, 1", "A twin, 2", one.title]
    with playing(without_camera, "shelf-3") as shelf:
        page = pages.open(f"{without_camera.page}#camera=shelf-3")
        shelf.see(one.vectors[0])
        page.locator(".best .equals").wait_for()
        assert text(page, ".best-title") == "One of these 3"
        assert page.locator(".best .equal-title").all_inner_texts() == sorted(titles)
        assert page.locator("#best .finder .picture").count() == 3
        page.locator("#runners").wait_for()
        assert set(page.locator(".runner-title").all_inner_texts()).isdisjoint(titles)
        assert violations(page) == []
        page.get_by_text("Is it one of these?").wait_for()
        page.locator(".recent-open").first.click()
        record = page.get_by_role("dialog")
        assert record.locator(".equal-title").all_inner_texts() == sorted(titles)
        assert set(record.locator(".record-runner-title").all_inner_texts()).isdisjoint(titles)
        # Records that name them would be read by the next test's page.
        shelf.see(other.vectors[0])
        for number in (1, 2):
            without_camera.client.delete(f"/items/twin-{number}").raise_for_status()
            for _ in range(20):
                shelf.look_again()
            forgotten(without_camera, pages, f"twin-{number}")


def test_a_screen_reader_hears_each_verdict_once_with_its_item(without_camera: Stack, pages: Pages) -> None:
    one, other = items(without_camera)[:2]
    scenes: list[tuple[Any, str]] = [
        (one.vectors[0], rf"Match: {re.escape(one.title)}, [<>]?\d+% confident"),
        (
            doubtful(without_camera, one),
            rf"Not sure, perhaps {re.escape(one.title)}, \d+% confident",
        ),
        (nowhere(one), "No match"),
        (other.vectors[0], rf"Match: {re.escape(other.title)}, [<>]?\d+% confident"),
    ]
    with playing(without_camera, "shelf-2") as shelf:
        page = pages.open(f"{without_camera.page}#camera=shelf-2", script=_WATCH)
        region = page.locator("#announce")
        assert region.get_attribute("aria-live") == "polite"
        assert region.get_attribute("aria-atomic") == "true"
        eventually(lambda: "shelf-2 is on" in spoken(page), within_s=10)
        for scene, words in scenes:
            before = len(spoken(page))
            shelf.see(scene)
            eventually(lambda words=words: re.fullmatch(words, spoken(page)[-1]), within_s=15)  # type: ignore[misc]
            # The thing is seen on, and is not announced repeatedly.
            page.wait_for_timeout(1500)
            assert re.fullmatch(words, spoken(page)[-1])
            assert len(spoken(page)) <= before + 2


def test_a_best_match_stays_for_a_second_and_then_the_newest_is_shown(
    without_camera: Stack, pages: Pages
) -> None:
    shown = items(without_camera)[:10]
    with playing(without_camera, "shelf-3") as shelf:
        page = pages.open(f"{without_camera.page}#camera=shelf-3", script=_WATCH)
        page.get_by_role("heading", name="shelf-3 is on").wait_for()
        for turn in range(60):
            shelf.see(shown[turn % len(shown)].vectors[0])
            time.sleep(EVERY_S)
        last = shown[59 % len(shown)].title
        eventually(lambda: text(page, ".best-title") == last, within_s=5)
        titles = page.evaluate("titles")
        records = without_camera.get("/matches?thing=shelf-3&limit=100")["records"]

    bests = [record["matches"][0]["title"] for record in records]
    assert sum(earlier != later for earlier, later in pairwise(bests)) > 2 * len(titles), "not fast enough"
    assert len(titles) >= 4
    stays_s = [(later[1] - earlier[1]) / 1000 for earlier, later in pairwise(titles)]
    assert min(stays_s) > HOLD_S - limit_s(TURN_S), stays_s


def test_a_match_and_its_runners_up_come_in_one_turn_also_without_their_pictures(
    without_camera: Stack, pages: Pages
) -> None:
    one = items(without_camera)[0]
    held: list[Route] = []
    with playing(without_camera, "shelf-4") as shelf:
        page = pages.open(f"{without_camera.page}#camera=shelf-4", script=_WATCH)
        page.route("**/image?*w=160*", lambda route: held.append(route))  # never answered
        page.get_by_role("heading", name="shelf-4 is on").wait_for()
        shelf.see(nowhere(one))
        turned_to(page, "no_match")
        assert len(held) >= 3
        [(title, at_ms)], [(_, next_at_ms)] = page.evaluate("titles"), page.evaluate("nexts")
        assert title == "No match"
        assert abs(next_at_ms - at_ms) / 1000 < TURN_S
        page.close()


def test_the_camera_that_is_chosen_is_the_one_that_is_shown(without_camera: Stack, pages: Pages) -> None:
    one, other, third = items(without_camera)[:3]
    with playing(without_camera, "left") as left, playing(without_camera, "right") as right:
        left.see(one.vectors[0])
        right.see(other.vectors[0])
        page = pages.open(f"{without_camera.page}#camera=left", script=_WATCH)
        turned_to(page, "match")
        assert text(page, ".best-title") == one.title
        choice = page.get_by_role("combobox", name="Camera to watch")
        assert choice.input_value() == "left"
        choice.select_option("right")
        eventually(lambda: page.locator(".best-title").all_inner_texts() == [other.title], within_s=10)
        turned_to(page, "match")
        assert page.url.endswith("#camera=right")
        assert text(page, "#badge") == "Live"
        assert page.locator(".recent-title").all_inner_texts() == [other.title]

        # The other camera's scene no longer matters, even after a reload.
        before = len(page.evaluate("titles"))
        left.see(third.vectors[0])
        page.wait_for_timeout(2500)
        assert len(page.evaluate("titles")) == before
        page.reload()
        turned_to(page, "match")
        assert text(page, ".best-title") == other.title
        assert choice.input_value() == "right"
        choice.focus()
        page.keyboard.press("ArrowUp")
        eventually(lambda: page.locator(".best-title").all_inner_texts() == [third.title], within_s=10)
        assert page.url.endswith("#camera=left")
