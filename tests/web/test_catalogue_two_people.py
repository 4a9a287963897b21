"""Two people change one item on the page: the second is told, sees both texts, and loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.system.pictures import picture
from tests.system.stack import Stack
from tests.web.pages import PHONE, Pages
from tests.web.shelf import MUG, TITLE, dialog, item, open_mug, opened, take_back, toast
from tests.web.wcag import violations

pytestmark = pytest.mark.usefixtures("mug")

ADDRESS = f"/items/{MUG}"
PRICE = "€12.00"
OVERTAKEN = "Somebody else has changed this item meanwhile"


@pytest.fixture
def mug(without_camera: Stack, unchanged: None) -> Iterator[None]:
    """The mug, whose words are restored at the end."""
    assert unchanged is None
    before = item(without_camera)
    yield
    words = {name: before[name] for name in ("title", "link", "metadata")}
    without_camera.client.put(ADDRESS, json=words).raise_for_status()


def theirs(stack: Stack, **words: object) -> None:
    """A change by somebody else."""
    stack.client.put(ADDRESS, json=words).raise_for_status()


def save(mug: Locator) -> None:
    mug.get_by_role("button", name="Save").click()


def overtaken(pages: Pages, mug: Locator) -> Locator:
    """The message about the two texts."""
    conflict = mug.get_by_role("region", name=OVERTAKEN)
    conflict.wait_for()
    pages.expect_errors("status of 409")
    return conflict


def sides(conflict: Locator) -> dict[str, tuple[str, str]]:
    """Both texts of each field that differs."""
    fields = conflict.get_by_role("listitem").all()
    return {
        field.get_by_role("heading").inner_text(): (
            field.locator(".conflict-text").first.inner_text(),
            field.locator(".conflict-text").last.inner_text(),
        )
        for field in fields
    }


def typed(page: Page) -> Locator:
    """The mug's dialog with unsaved words in it."""
    mug = open_mug(page)
    mug.get_by_label("Title").fill("My mug")
    mug.get_by_label("Value of price").fill("9.99")
    return mug


def test_the_second_of_two_people_sees_both_texts_and_keeps_her_own(
    without_camera: Stack, pages: Pages
) -> None:
    one, other = opened(pages, without_camera), opened(pages, without_camera)
    first, second = open_mug(one), typed(other)
    first.get_by_label("Title").fill("Their mug")
    first.get_by_label("Value of colour").fill("green")
    save(first)
    toast(one, "Saved: Their mug")

    save(second)
    conflict = overtaken(pages, second)
    assert sides(conflict) == {"Title": ("My mug", "Their mug"), "price": ("9.99", PRICE)}
    assert other.evaluate("document.activeElement.textContent") == OVERTAKEN
    assert second.get_by_label("Title").input_value() == "My mug"
    # An untouched field, which is as the other person left it.
    assert second.get_by_label("Value of colour").input_value() == "green"
    assert item(without_camera)["title"] == "Their mug"
    conflict.get_by_role("button", name="Keep mine").click()
    toast(other, "Saved: My mug")
    now = item(without_camera)
    assert (now["title"], now["metadata"]["price"], now["metadata"]["colour"]) == ("My mug", "9.99", "green")
    take_back(other, "Saved")
    assert item(without_camera)["title"] == "Their mug"


@pytest.mark.parametrize(
    "look", [{}, {"color_scheme": "dark"}, {"locale": "ko-KR"}, PHONE, {**PHONE, "color_scheme": "dark"}]
)
def test_both_texts_can_be_read_and_reached_by_everybody(
    without_camera: Stack, pages: Pages, look: dict[str, Any]
) -> None:
    page = opened(pages, without_camera, **look)
    page.locator(f'[data-id="{MUG}"] .card').click()
    title = page.locator("dialog .words .field-input").first
    title.fill("My mug")
    theirs(without_camera, title="Their mug")
    title.press("Enter")
    page.locator(".conflict").wait_for()
    pages.expect_errors("status of 409")
    assert violations(page) == []
    # By keyboard alone: the second button after the message takes the other's words.
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(title).to_have_value("Their mug")
    page.locator(".conflict-taken .button").wait_for()
    assert violations(page) == []


def test_their_text_is_taken_and_the_own_one_comes_back(without_camera: Stack, pages: Pages) -> None:
    page = opened(pages, without_camera)
    mug = typed(page)
    theirs(without_camera, title="Their mug")
    save(mug)
    conflict = overtaken(pages, mug)
    conflict.get_by_role("button", name="Take theirs").click()
    assert mug.get_by_label("Title").input_value() == "Their mug"
    assert mug.get_by_label("Value of price").input_value() == PRICE
    expect(conflict).to_be_hidden()
    expect(page.locator(f'[data-id="{MUG}"]')).to_contain_text("Their mug")
    mug.get_by_role("button", name="Bring mine back").click()
    assert sides(conflict) == {"Title": ("My mug", "Their mug"), "price": ("9.99", PRICE)}
    conflict.get_by_role("button", name="Take theirs").click()
    # Nothing unsaved is left.
    page.keyboard.press("Escape")
    expect(dialog(page)).to_have_count(0)
    assert item(without_camera)["title"] == "Their mug"


def test_who_goes_on_editing_sees_what_still_differs(without_camera: Stack, pages: Pages) -> None:
    page = opened(pages, without_camera)
    mug = typed(page)
    mug.get_by_role("button", name="Remove colour").click()
    theirs(without_camera, title="Their mug", metadata={"category": "Mugs", "price": "5", "colour": "red"})
    save(mug)
    conflict = overtaken(pages, mug)
    assert sides(conflict)["colour"] == ("empty", "red")
    conflict.get_by_role("button", name="Keep editing").click()
    title = mug.get_by_label("Title")
    assert title.evaluate("(node) => node === document.activeElement")
    title.fill("Our mug")
    assert sides(conflict)["Title"] == ("Our mug", "Their mug")
    mug.get_by_label("Value of price").fill("5")
    assert set(sides(conflict)) == {"Title", "colour"}
    theirs(without_camera, title="Their newest mug")
    title.press("Enter")
    pages.expect_errors("status of 409")
    expect(conflict.get_by_text("Their newest mug")).to_be_visible()
    title.press("Enter")
    toast(page, "Saved: Our mug")
    now = item(without_camera)
    assert (now["title"], now["metadata"]) == ("Our mug", {"category": "Mugs", "price": "5"})


def test_where_nothing_differs_nobody_is_asked(without_camera: Stack, pages: Pages) -> None:
    page = opened(pages, without_camera)
    mug = typed(page)
    made = without_camera.client.post(f"{ADDRESS}/views", files={"image": picture(7)})
    save(mug)
    toast(page, "Saved: My mug")
    pages.expect_errors("status of 409")
    mug = open_mug(page)
    expect(mug.locator(".view")).to_have_count(2)
    mug.get_by_label("Value of price").fill("7")
    words = item(without_camera)["metadata"] | {"price": "7"}
    theirs(without_camera, metadata=words)
    save(mug)
    toast(page, "Saved: My mug")
    pages.expect_errors("status of 409")
    assert made.is_success
    assert len(item(without_camera)["pictures"]) == 2
    without_camera.client.delete(f"{ADDRESS}/views/1").raise_for_status()


def test_a_picture_goes_only_if_it_is_the_one_that_was_seen(without_camera: Stack, pages: Pages) -> None:
    for number in (8, 9):
        without_camera.client.post(f"{ADDRESS}/views", files={"image": picture(number)}).raise_for_status()
    page = opened(pages, without_camera)
    mug = open_mug(page)
    theirs(without_camera, title="Their mug")
    without_camera.client.delete(f"{ADDRESS}/views/1").raise_for_status()
    mug.get_by_role("button", name="Remove picture 2").click()
    mug.get_by_text("Somebody else has changed the pictures meanwhile").wait_for()
    pages.expect_errors("status of 409")
    expect(mug.locator(".view")).to_have_count(2)
    assert len(item(without_camera)["pictures"]) == 2
    # Changed words do not change the pictures.
    theirs(without_camera, title="Their newest mug")
    mug.get_by_role("button", name="Remove picture 2").click()
    expect(mug.locator(".view")).to_have_count(1)
    pages.expect_errors("status of 409")
    # The words typed earlier are still over the words as they were read.
    mug.get_by_label("Title").fill("My mug")
    save(mug)
    assert sides(overtaken(pages, mug)) == {"Title": ("My mug", "Their newest mug")}


def test_an_item_that_somebody_has_changed_is_deleted_only_after_a_second_look(
    without_camera: Stack, pages: Pages
) -> None:
    page = opened(pages, without_camera)
    mug = open_mug(page)
    theirs(without_camera, title="Their mug")
    mug.get_by_role("button", name="Delete the item").click()
    mug.get_by_text("press “Delete the item” again").wait_for()
    pages.expect_errors("status of 409")
    assert mug.get_by_label("Title").input_value() == "Their mug"
    mug.get_by_role("button", name="Delete the item").click()
    take_back(page, "Deleted")
    assert item(without_camera)["title"] == "Their mug"


def test_what_was_typed_over_an_item_that_is_gone_stays(without_camera: Stack, pages: Pages) -> None:
    page = opened(pages, without_camera)
    mug = typed(page)
    gone = without_camera.client.delete(ADDRESS).json()
    save(mug)
    mug.get_by_text("Somebody else has deleted this item meanwhile").wait_for()
    pages.expect_errors("status of 404")
    assert mug.get_by_label("Title").input_value() == "My mug"
    mug.get_by_role("button", name="Close").click()
    mug.get_by_role("button", name="Discard them").click()
    expect(page.locator(f'[data-id="{MUG}"]')).to_have_count(0)
    without_camera.client.post("/items/undo", json={"undo": gone["undo"]}).raise_for_status()
    assert item(without_camera)["title"] == TITLE
