"""The catalogue's view: browsing, changing, adding and deleting items, each with its way back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.system.pictures import picture
from tests.system.stack import Stack
from tests.web.pages import PHONE, Pages
from tests.web.proxy import proxy

VIEW = "#view=catalogue"
MUG = "mug-harbour"
TITLE = "Harbour stripe enamel mug"
# Gives a node a file as a person drops or pastes it.
_GIVE = """
(node, [kind, bytes]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], "picture.jpg", { type: "image/jpeg" }));
  const name = kind === "drop" ? "dataTransfer" : "clipboardData";
  const Kind = kind === "drop" ? DragEvent : ClipboardEvent;
  node.dispatchEvent(new Kind(kind, { bubbles: true, cancelable: true, [name]: transfer }));
}
"""


@pytest.fixture(autouse=True)
def unchanged(without_camera: Stack) -> Iterator[None]:
    """The catalogue is others' too: each test leaves it as it was."""
    before = without_camera.get("/items?limit=1000")["items"]
    yield
    assert without_camera.get("/items?limit=1000")["items"] == before


def opened(pages: Pages, stack: Stack, *, place: str = VIEW, **options: Any) -> Page:
    """A page with the first items."""
    page = pages.open(f"{stack.page}{place}", **options)
    page.locator(".card").first.wait_for(timeout=20_000)
    return page


def dialog(page: Page) -> Locator:
    """The open dialog."""
    return page.locator("dialog[open]")


def toast(page: Page, text: str) -> Locator:
    """The line that says what was done."""
    line = page.locator("#toast", has_text=text)
    line.wait_for()
    return line


def take_back(page: Page, text: str) -> None:
    """Undo what the line says."""
    toast(page, text).get_by_role("button", name="Undo").click()
    toast(page, "Taken back")


def open_mug(page: Page) -> Locator:
    """The mug's dialog."""
    page.locator(f'[data-id="{MUG}"] .card').click()
    dialog(page).get_by_label("Title").wait_for()
    return dialog(page)


def item(stack: Stack, item_id: str = MUG) -> Any:
    """An item as the api tells it."""
    return stack.get(f"/items/{item_id}")


def test_nothing_is_read_before_the_view_is_shown_and_then_all_of_it(
    without_camera: Stack, pages: Pages
) -> None:
    asked: list[str] = []
    page = pages.open("about:blank")
    page.on("request", lambda request: asked.append(request.url))
    page.goto(without_camera.page)
    page.locator("#stage").wait_for()
    page.get_by_role("link", name="Catalogue").wait_for()
    assert not [url for url in asked if "/items?" in url]
    page.get_by_role("link", name="Catalogue").click()
    items = without_camera.get("/items?limit=1000")["items"]
    assert len(items) > 60
    # Those below the first page come when one scrolls.
    page.locator(".card").first.wait_for()
    page.mouse.move(400, 500)
    page.mouse.wheel(0, 20_000)
    expect(page.locator(".card")).to_have_count(len(items))
    assert page.locator(".card-title").all_text_contents() == [each["title"] for each in items]
    expect(page.get_by_role("status").filter(has_text="items")).to_have_text(f"{len(items)} items")
    assert page.get_by_role("button", name="Show more").count() == 0
    first = page.locator(".card img").first
    assert first.get_attribute("loading") == "lazy"


def test_the_filter_is_kept_in_the_address_and_cleared(without_camera: Stack, pages: Pages) -> None:
    page = opened(pages, without_camera)
    page.keyboard.press("/")
    page.keyboard.type("MUG")
    mugs = without_camera.get("/items?text=mug&limit=1000")["items"]
    expect(page.locator(".catalogue-count")).to_have_text(f"{len(mugs)} items found")
    assert page.locator(".card-title").all_text_contents() == [each["title"] for each in mugs]
    assert page.url.endswith("text=MUG")
    page.reload()
    expect(page.locator(".card")).to_have_count(len(mugs))
    assert page.get_by_label("Filter by words").input_value() == "MUG"
    page.get_by_label("Filter by words").fill("no such thing")
    page.get_by_role("heading", name="Nothing found for “no such thing”").wait_for()
    page.locator(".catalogue-state").get_by_role("button", name="Clear the filter").click()
    expect(page.locator(".card")).not_to_have_count(0)
    assert "text" not in page.url
    assert page.evaluate("document.activeElement.type") == "search"


def test_an_edit_is_saved_and_taken_back(without_camera: Stack, pages: Pages) -> None:
    page = opened(pages, without_camera)
    before = item(without_camera)
    mug = open_mug(page)
    mug.get_by_label("Title").fill("Mug of the harbour")
    mug.get_by_label("Value of price").fill("9.99")
    mug.get_by_role("button", name="Remove colour").click()
    mug.get_by_role("button", name="Add a detail").click()
    mug.get_by_label("Name, such as price").last.fill("material")
    mug.get_by_label("Value of material").fill("enamel\nand steel")
    mug.get_by_label("Link").fill("https://shop.example/mug")
    mug.get_by_role("button", name="Save").click()
    toast(page, "Saved: Mug of the harbour")
    now = item(without_camera)
    assert (now["title"], now["link"]) == ("Mug of the harbour", "https://shop.example/mug")
    assert now["metadata"] == {"category": "Mugs", "price": "9.99", "material": "enamel\nand steel"}
    card = page.locator(f'[data-id="{MUG}"]')
    expect(card).to_contain_text("Mugs · 9.99")
    assert page.evaluate("document.activeElement.closest('li')?.dataset.id") == MUG

    take_back(page, "Saved")
    expect(card).to_contain_text(TITLE)
    assert item(without_camera) == before


def test_what_the_server_refuses_is_said_at_its_field_and_nothing_typed_is_lost(
    without_camera: Stack, pages: Pages
) -> None:
    page = opened(pages, without_camera)
    mug = open_mug(page)
    link = mug.get_by_label("Link")
    link.fill("shop.example")
    mug.get_by_role("button", name="Save").click()
    mug.get_by_text("the link 'shop.example' is not an http or https address").wait_for()
    pages.expect_errors("400")
    assert link.evaluate("(node) => node === document.activeElement && node.ariaInvalid") == "true"
    for _ in range(3):  # as often as one likes
        page.keyboard.press("Escape")
    mug.get_by_text("There are changes that are not saved").wait_for()
    mug.get_by_role("button", name="Go on editing").click()
    assert link.input_value() == "shop.example"
    mug.get_by_role("button", name="Close").click()
    mug.get_by_role("button", name="Discard them").click()
    expect(dialog(page)).to_have_count(0)
    assert item(without_camera)["link"] is None


def test_further_pictures_come_by_file_drop_and_paste_and_go_again(
    without_camera: Stack, pages: Pages, tmp_path: Path
) -> None:
    page = opened(pages, without_camera)
    before = item(without_camera)
    mug = open_mug(page)

    def has(count: int) -> None:
        expect(mug.locator(".view")).to_have_count(count, timeout=20_000)

    mug.evaluate(_GIVE, ["drop", list(picture(2))])
    has(2)
    mug.evaluate(_GIVE, ["paste", list(picture(3))])
    has(3)
    assert len(item(without_camera)["pictures"]) == 3
    mug.get_by_role("button", name="Remove picture 3").click()
    has(2)
    mug.get_by_role("button", name="Undo").click()
    has(3)
    for n in (3, 2):
        mug.get_by_role("button", name=f"Remove picture {n}").click()
        has(n - 1)
    # The last one stays: an item is recognised by it.
    assert mug.locator(".views-remove:visible").count() == 0
    assert item(without_camera)["pictures"] == before["pictures"]
    file = tmp_path / "side.jpg"
    file.write_text("no picture")
    mug.locator("input[type=file]").first.set_input_files(file)
    mug.get_by_text("not a picture that can be read").wait_for()
    pages.expect_errors("400")


def test_an_item_is_added_with_an_uploaded_picture_and_taken_back(
    without_camera: Stack, pages: Pages, tmp_path: Path
) -> None:
    page = opened(pages, without_camera)
    file = tmp_path / "blue_tea-pot.png"
    file.write_bytes(picture(4, kind="PNG"))
    page.locator("#catalogue").evaluate(_GIVE, ["drop", list(picture(5))])
    add = dialog(page)
    add.get_by_alt_text("The chosen picture").wait_for()
    add.get_by_role("button", name="Close").click()
    add.get_by_role("button", name="Discard them").click()
    page.get_by_role("button", name="Add an item").click()
    add.get_by_label("Title").fill("Blue")
    add.get_by_role("button", name="Add it").click()
    add.get_by_text("Choose a picture first").wait_for()
    add.get_by_label("Title").fill("")
    add.locator("input[type=file]").first.set_input_files(file)
    assert add.get_by_label("Title").input_value() == "blue tea pot"
    add.get_by_label("Value of price").fill("7")
    add.get_by_label("Id").fill(MUG)
    add.get_by_role("button", name="Add it").click()
    add.get_by_text(f"The id {MUG} is that of “{TITLE}” already").wait_for()
    add.get_by_label("Id").fill("blue-pot")
    add.get_by_role("button", name="Add it").click()
    toast(page, "Added: blue tea pot")
    now = item(without_camera, "blue-pot")
    assert (now["title"], now["metadata"]) == ("blue tea pot", {"price": "7"})
    assert page.locator(".card-room").first.get_attribute("data-id") == "blue-pot"
    assert page.evaluate("eyes.blobs.size") == 0
    take_back(page, "Added")
    expect(page.locator('[data-id="blue-pot"]')).to_have_count(0)


def test_a_deleted_item_comes_back_to_its_place(without_camera: Stack, pages: Pages) -> None:
    page = opened(pages, without_camera)
    order = page.locator(".card-title").all_text_contents()
    open_mug(page).get_by_role("button", name="Delete the item").click()
    line = toast(page, f"Deleted: {TITLE}")
    assert page.locator(f'[data-id="{MUG}"]').count() == 0
    follower = order[order.index(TITLE) + 1]
    assert follower in page.evaluate("document.activeElement.textContent")
    line.get_by_role("button", name="Undo").click()
    page.locator(f'[data-id="{MUG}"]').wait_for()
    assert page.locator(".card-title").all_text_contents()[: len(order)] == order


def test_by_keyboard_alone(without_camera: Stack, pages: Pages) -> None:
    page = opened(pages, without_camera)
    page.keyboard.press("/")
    page.keyboard.type("harbour stripe")
    expect(page.locator(".card")).to_have_count(1)
    for _ in range(4):  # clear, add, import, the card
        page.keyboard.press("Tab")
    assert TITLE in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    title = dialog(page).get_by_label("Title")
    title.wait_for()
    while not title.evaluate("(node) => node === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("End")
    page.keyboard.type(" with a key")
    page.keyboard.press("Enter")
    toast(page, f"Saved: {TITLE} with a key")
    page.keyboard.press("z")
    toast(page, "Taken back")
    expect(page.locator(".card-title")).to_have_text(TITLE)


def test_on_a_phone_nothing_is_cut_off_and_targets_are_large(without_camera: Stack, pages: Pages) -> None:
    page = opened(pages, without_camera, **PHONE)
    page.get_by_role("button", name="Add an item").click()
    assert dialog(page).get_by_role("button", name="Take a photo").is_visible()
    assert dialog(page).locator("input[capture=environment]").count() == 1
    dialog(page).get_by_role("button", name="Close").click()
    open_mug(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert dialog(page).evaluate("(node) => node.scrollWidth - node.clientWidth") == 0
    for button in page.locator("#catalogue button:visible, dialog .item-room button:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 36, button.inner_text()


def test_in_korean(without_camera: Stack, pages: Pages) -> None:
    page = opened(pages, without_camera, locale="ko-KR")
    expect(page.locator(".catalogue-count")).to_contain_text("품목")
    page.locator(f'[data-id="{MUG}"] .card').click()
    dialog(page).get_by_role("button", name="저장").wait_for()
    words = page.locator("#catalogue .button:visible, dialog .button, dialog .field-name").all_inner_texts()
    assert not [word for word in words if "." in word], "a text has no Korean"


def test_a_busy_proxys_own_answer_does_not_keep_the_items_away(without_camera: Stack, pages: Pages) -> None:
    with proxy(without_camera.port) as way:
        page = pages.open(way.page)
        page.get_by_role("button", name="Help").wait_for()
        body = b'{"message": "no healthy upstream"}'
        head = f"HTTP/1.1 503 Busy\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        way.answers[b"GET /healthz"] = head.encode() + body
        page.get_by_role("link", name="Catalogue").click()
        page.locator(".card").first.wait_for(timeout=10_000)
        page.close()
        pages.expect_errors("/healthz")


def test_a_lost_server_is_said_and_the_items_come_when_it_is_back(
    without_camera: Stack, pages: Pages
) -> None:
    page = pages.open(without_camera.page)
    page.get_by_role("link", name="Catalogue").wait_for()
    page.context.set_offline(True)
    page.get_by_role("link", name="Catalogue").click()
    page.locator(".catalogue-state").get_by_role("heading", name="The server does not answer").wait_for()
    page.context.set_offline(False)
    page.locator(".catalogue-state").get_by_role("button", name="Try now").click()
    page.locator(".card").first.wait_for()
    expect(page.locator(".catalogue-state")).to_be_hidden()
    pages.forget_errors("ERR_INTERNET_DISCONNECTED")
