"""The first visit: the page is up before the samples are in, and what happens ticks its three steps."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, Playwright, expect

from tests.system.stack import Stack, eventually, running
from tests.web.pages import Pages, chromium, with_camera
from tests.web.wcag import violations_light_and_dark


def test_three_steps_lead_to_the_first_own_match(playwright: Playwright, film: Path, tmp_path: Path) -> None:
    with running(tmp_path, settings={"LOOKALIKE_SOURCE": "none"}, with_samples=False) as fresh:
        assert not list(fresh.data.glob("samples-loaded*"))  # the page is up before they are in
        with chromium(playwright, *with_camera(film)) as pages:
            take_the_steps(fresh, pages)


def take_the_steps(fresh: Stack, pages: Pages) -> None:
    pages.forget_errors("/preview")
    pages.forget_errors("/image?")  # a record of the last moment shows a sample that is removed by now
    page = pages.open(fresh.page, first=True)
    steps = page.get_by_role("region", name="First steps")
    expect(steps).to_contain_text("sample items")
    assert violations_light_and_dark(page) == []
    assert current(page) == "Connect a camera"

    steps.get_by_role("button", name="Use this device's camera").click()
    expect(step(page, "Connect a camera")).to_have_attribute("data-is", "done")
    assert current(page) == "Add your first item"

    expect(steps).to_contain_text("61 sample items are in the catalogue")
    steps.get_by_role("button", name="Remove the samples").click()
    expect(steps).to_contain_text("The sample items are not in the catalogue")
    assert fresh.get("/items")["items"] == []

    steps.get_by_role("button", name="Add it with the camera").click()
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    (camera,) = fresh.get("/cameras")["cameras"]
    fresh.client.post("/items", json={"title": "Mine", "thing": camera["thing"]}).raise_for_status()
    expect(step(page, "Add your first item")).to_have_attribute("data-is", "done")
    expect(step(page, "Try it")).to_have_attribute("data-is", "done")
    expect(steps).to_contain_text("Your item was recognised")

    put_away_and_brought_back(page)
    steps.get_by_role("button", name="Load the samples").click()
    expect(steps).to_contain_text("Loading the sample items")
    eventually(lambda: fresh.get("/samples")["present"] > 0, within_s=20, why=fresh.log)
    another_browser_has_no_need_of_them(pages, fresh)


def step(page: Page, name: str) -> Locator:
    return page.locator("#first li", has=page.get_by_role("heading", name=name))


def current(page: Page) -> str:
    return str(page.locator("#first [aria-current=step] h3").inner_text())


def put_away_and_brought_back(page: Page) -> None:
    """By keyboard, and over a reload; the ticks stay."""
    page.get_by_role("button", name="Put the first steps away").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#first")).to_be_hidden()
    page.reload()
    page.locator("body:not([data-situation=connecting])").wait_for()
    expect(page.locator("#first")).to_be_hidden()
    page.keyboard.press("Shift+?")
    page.get_by_role("dialog").get_by_role("button", name="Show the first steps").click()
    expect(page.locator("#first li[data-is=done]")).to_have_count(3)


def another_browser_has_no_need_of_them(pages: Pages, fresh: Stack) -> None:
    """There is an item of their own, so that somebody knows how it is done."""
    page = pages.open("about:blank", first=True)
    with page.expect_response("**/samples") as asked:
        page.goto(fresh.page)
    assert asked.value.json()["own"] == 1
    page.locator("body:not([data-situation=connecting])").wait_for()
    expect(page.locator("#first")).to_be_hidden()
