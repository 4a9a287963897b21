"""What a camera showed on the page: listed, counted, exported, deleted, and put right in the review."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.system.stack import Stack, eventually, running
from tests.web.pages import Pages
from tests.web.wcag import violations

ROWS = "#history .showing"


def showings(stack: Stack, query: str = "limit=100") -> list[dict[str, Any]]:
    """The history, newest first."""
    found: list[dict[str, Any]] = stack.get(f"/history?{query}")["showings"]
    return found


def ended(stack: Stack, verdict: str = "match") -> dict[str, Any]:
    """The newest showing of a verdict that is over, unreviewed, with a picture and other items."""
    query = f"limit=100&verdict={verdict}"

    def one() -> dict[str, Any] | None:
        for each in showings(stack, query):
            if each["ended_at"] and each["review"] is None and each["picture"] and each["runners_up"]:
                return each
        return None

    return eventually(one, within_s=40)


def wrong(stack: Stack) -> dict[str, Any]:
    """A showing that somebody has called wrong."""
    showing = ended(stack)
    stack.client.post(f"/matches/{showing['id']}/feedback", json={"right": False}).raise_for_status()
    return showing


def group(page: Page, showing: dict[str, Any]) -> Any:
    """The group of the inbox that asks what a wrong showing was."""
    return page.locator(".group", has_text=f"Not {showing['item']['title']}. What was it?").first


def reviewed(stack: Stack, showing: dict[str, Any]) -> tuple[str | None, str | None]:
    """The review of a showing, and the item that it was."""
    now = stack.get(f"/history/{showing['id']}")
    return now["review"], now["reviewed_item"]


def clear_inbox(stack: Stack) -> None:
    """Ignore what waits, so that a test sees its own showings alone."""
    for each in stack.get("/history/inbox")["groups"]:
        ids = [showing["id"] for showing in each["showings"]]
        stack.client.post("/history/review", json={"ids": ids, "is": "ignored"}).raise_for_status()


def test_what_was_shown_is_listed_filtered_and_summed_up(with_clip: Stack, pages: Pages) -> None:
    shown = ended(with_clip)
    page = pages.open(f"{with_clip.page}#view=history")
    row = page.locator(f'[data-showing="{shown["id"]}"]')
    expect(row).to_contain_text(shown["item"]["title"])
    expect(row.locator(".picture img")).to_be_visible()
    assert int(page.locator(".day-shown dd").inner_text()) >= 1
    assert page.locator(".plot rect").count() >= 1
    assert violations(page) == []

    page.get_by_label("Verdict", exact=True).select_option("match")
    eventually(lambda: "verdict=match" in page.url, within_s=5)
    expect(page.locator(f"{ROWS}:not([data-verdict=match])")).to_have_count(0)
    page.locator(".day-item").first.click()
    item = page.locator(".day-item-title").first.inner_text()
    expect(page.locator(".history-item")).to_contain_text("Item: ")
    assert item
    page.get_by_role("button", name="Clear filters").click()
    eventually(lambda: "verdict" not in page.url and "item" not in page.url, within_s=5)
    page.get_by_label("Day", exact=True).fill("2001-01-01")
    page.get_by_role("heading", name="Nothing was shown that fits these filters").wait_for()
    assert violations(page) == []
    page.reload()
    page.get_by_role("heading", name="Nothing was shown that fits these filters").wait_for()


def test_a_showing_opens_and_is_deleted_and_all_are_exported(
    with_clip: Stack, pages: Pages, tmp_path: Path
) -> None:
    shown = ended(with_clip)
    page = pages.open(f"{with_clip.page}#view=history")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as CSV").click()
    download.value.save_as(tmp_path / "history.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "history.csv").read_text())))
    assert str(shown["id"]) in {row["id"] for row in rows}

    page.locator(f'[data-showing="{shown["id"]}"] .showing-open').click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name=shown["item"]["title"])).to_be_visible()
    expect(dialog.locator("figure .picture img")).to_have_count(2)
    assert violations(page) == []
    dialog.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog", name="Delete 1 showing").get_by_role("button", name="Keep").click()
    assert with_clip.client.get(f"/history/{shown['id']}").status_code == 200
    page.locator(f'[data-showing="{shown["id"]}"] .showing-mark').check()
    page.get_by_role("button", name="Delete 1 showing").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    page.locator("#toast").get_by_text("1 showing deleted").wait_for()
    expect(page.locator(f'[data-showing="{shown["id"]}"]')).to_have_count(0)
    assert with_clip.client.get(f"/history/{shown['id']}").status_code == 404


def test_a_wrong_match_is_put_right_by_keys_for_everybody_and_undone(with_clip: Stack, pages: Pages) -> None:
    clear_inbox(with_clip)
    showing = wrong(with_clip)
    guess = showing["runners_up"][0]
    page, other = (pages.open(f"{with_clip.page}#view=review") for _ in range(2))
    expect(group(page, showing)).to_be_visible()
    expect(group(other, showing)).to_be_visible()
    assert violations(page) == []
    group(page, showing).focus()
    page.keyboard.press("1")
    page.locator("#toast").get_by_text(f"Saved: {guess['title']}").wait_for()
    expect(group(other, showing)).to_have_count(0)
    assert reviewed(with_clip, showing) == ("item", guess["id"])
    page.keyboard.press("z")
    page.locator("#toast").get_by_text("Undone: to review again").wait_for()
    expect(group(page, showing)).to_be_visible()
    expect(group(other, showing)).to_be_visible()
    assert reviewed(with_clip, showing)[1] is None
    other.close()


def test_a_new_item_is_made_of_the_frame_that_was_judged(with_clip: Stack, pages: Pages) -> None:
    clear_inbox(with_clip)
    showing = wrong(with_clip)
    page = pages.open(f"{with_clip.page}#view=review")
    group(page, showing).focus()
    page.keyboard.press("n")
    page.get_by_role("dialog").get_by_role("textbox").fill("Something new")
    assert violations(page) == []
    page.keyboard.press("Enter")
    page.locator("#toast").get_by_text("Added: Something new").wait_for()
    outcome, item = reviewed(with_clip, showing)
    assert outcome == "new_item"
    assert with_clip.get(f"/items/{item}")["title"] == "Something new"
    page.keyboard.press("z")
    page.locator("#toast").get_by_text("Undone: to review again").wait_for()
    assert with_clip.client.get(f"/items/{item}").status_code == 404
    expect(group(page, showing)).to_be_visible()


def test_several_groups_are_answered_at_once(with_clip: Stack, pages: Pages) -> None:
    clear_inbox(with_clip)
    first = wrong(with_clip)
    second = wrong(with_clip)
    page = pages.open(f"{with_clip.page}#view=review")
    for showing in (first, second):
        group(page, showing).get_by_role("checkbox").check()
    expect(page.locator("#review .catalogue-count")).to_have_text("2 selected")
    group(page, first).focus()
    page.keyboard.press("i")
    page.locator("#toast").get_by_text("2 ignored").wait_for()
    page.get_by_role("heading", name="Nothing to review").wait_for()
    assert {reviewed(with_clip, showing)[0] for showing in (first, second)} == {"ignored"}


def test_without_a_history_there_are_no_views_of_it(pages: Pages, tmp_path: Path) -> None:
    settings = {"LOOKALIKE_SOURCE": "none", "LOOKALIKE_SAMPLES": "0", "LOOKALIKE_HISTORY_DAYS": "0"}
    with running(tmp_path, settings=settings) as stack:
        page = pages.open(f"{stack.page}#view=history")
        page.get_by_role("heading", name="No history is kept").wait_for()
        expect(page.get_by_role("link", name="History")).to_be_hidden()
        expect(page.get_by_role("link", name="Review")).to_be_hidden()
        pages.expect_errors("/history")
