"""What the page offers to whom: viewers, the owner, and somebody without a key where nothing is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.system import single
from tests.system.stack import Stack, running
from tests.web.pages import KEY, KNOWN_KEY, PHONE, Pages
from tests.web.wcag import violations, violations_light_and_dark


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system with one item that shows nothing to anybody."""
    settings = {
        "LOOKALIKE_SOURCE": "none",
        "LOOKALIKE_SAMPLES": "0",
        "LOOKALIKE_API_KEY": KEY,
        "LOOKALIKE_PUBLIC": "nothing",
    }
    with running(tmp_path_factory.mktemp("closed"), settings=settings) as started:
        started.client.headers["Authorization"] = f"Bearer {KEY}"
        started.wait_loaded()
        single.add(started, 300, id="first", title="The first")
        yield started


def key_of(stack: Stack, name: str, role: str) -> str:
    answer = stack.client.post("/keys", json={"name": name, "role": role})
    answer.raise_for_status()
    return str(answer.json()["key"])


def knowing(key: str) -> str:
    return f"sessionStorage.setItem('lookalike.key', {json.dumps(key)})"


def enter(page: Page, key: str) -> None:
    page.locator("dialog input[type=password]").fill(key)
    page.keyboard.press("Enter")


def test_who_comes_without_a_key_where_nothing_is_shown_gets_in_with_one_until_it_is_revoked(
    closed: Stack, pages: Pages
) -> None:
    pages.forget_errors("401")
    viewers = key_of(closed, "Anna", "viewer")
    page = pages.open(f"{closed.page}#view=catalogue")
    page.locator("dialog input[type=password]").wait_for()
    page.keyboard.press("Escape")
    expect(page.locator(".locked")).to_be_visible()
    expect(page.locator("#catalogue")).to_be_hidden()
    assert violations_light_and_dark(page) == []
    page.locator("#locked-key").click()
    enter(page, viewers)
    expect(page.locator("#who")).to_have_text("Anna · view only")
    page.reload()
    # Its picture asks for the key too.
    picture = page.locator(".card .picture img")
    picture.wait_for()
    assert picture.evaluate("node => node.src.startsWith('blob:') && node.naturalWidth > 0")
    page.locator("[data-view-link=live]").click()
    expect(page.locator("body")).to_have_attribute("data-situation", "waiting")
    closed.client.delete("/keys/Anna").raise_for_status()
    expect(page.locator(".locked")).to_be_visible()
    expect(page.locator("#who")).to_have_text("Enter a key")


def test_a_viewers_page_offers_no_change_and_says_why(closed: Stack, pages: Pages) -> None:
    pages.forget_errors("401")  # of the first moment, before the server has said that a key is needed
    key = key_of(closed, "Bob", "viewer")
    page = pages.open(f"{closed.page}#view=catalogue", script=knowing(key), **PHONE)
    page.locator(".card").first.wait_for()
    expect(page.locator(".catalogue-ways .button-main")).to_be_hidden()
    expect(page.locator(".catalogue-head .needs-note")).to_contain_text("ask the owner for a key of staff")
    expect(page.locator("[data-view-link=review]")).to_be_hidden()
    expect(page.locator("[data-view-link=keys]")).to_be_hidden()
    page.locator(".card").first.click()
    page.locator("dialog .view img").wait_for()
    expect(page.locator("dialog .needs-note")).to_be_visible()
    expect(page.locator("dialog .item-end")).to_be_hidden()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator("#who").click()
    expect(page.get_by_role("dialog")).to_contain_text("Changes nothing.")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator("[data-view-link=live]").click()
    expect(page.locator("#own")).to_be_hidden()
    page.keyboard.press("t")
    assert page.get_by_role("dialog").count() == 0
    # The address of the owner's view says whose it is.
    page.goto(f"{closed.page}#view=keys")
    expect(page.locator("#keys")).to_contain_text("Only the owner's key")


def test_the_owner_makes_and_revokes_a_key_and_sees_who_has_changed_what(
    closed: Stack, pages: Pages, tmp_path: Path
) -> None:
    pages.forget_errors("401")
    page = pages.open(closed.page, script=KNOWN_KEY)
    page.locator("[data-view-link=keys]").click()
    name = page.locator(".key-form .field-input")
    name.fill("Ζωή")
    name.press("Tab")
    page.keyboard.press("ArrowDown")  # from viewer to staff
    page.keyboard.press("Enter")
    key = page.locator(".key-shown").input_value()
    assert violations(page) == []
    page.keyboard.press("Escape")
    row = page.locator(".key-table tbody tr", has_text="Ζωή")
    expect(row).to_contain_text("staff")
    expect(row).to_contain_text("never")
    staff = {"Authorization": f"Bearer {key}"}
    changed = closed.client.put("/items/first", json={"title": "The best"}, headers=staff)
    changed.raise_for_status()
    page.reload()
    expect(page.locator(".audit-line").first).to_contain_text("changed an item")
    expect(page.locator(".audit-line").first).to_contain_text("Ζωή")
    assert violations_light_and_dark(page) == []
    page.screenshot(path=tmp_path / "keys.png", full_page=True)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.screenshot(path=tmp_path / "keys-phone.png", full_page=True)
    row.get_by_role("button").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke it").click()
    expect(row).to_contain_text("revoked")
    assert closed.client.get("/items", headers=staff).status_code == 401
    expect(page.locator(".audit-line").first).to_contain_text("revoked a key")
