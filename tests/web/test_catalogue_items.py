"""Changing, adding and deleting items on the page, each with its undo."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.system.pictures import picture
from tests.system.stack import Stack
from tests.web.pages import Pages
from tests.web.shelf import MUG, TITLE, dialog, item, open_mug, opened, take_back, toast

pytestmark = pytest.mark.usefixtures("unchanged")

# Gives a file to a node as a drop or paste does.
_GIVE = """
(node, [kind, bytes]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], "picture.jpg", { type: "image/jpeg" }));
  const name = kind === "drop" ? "dataTransfer" : "clipboardData";
  const Kind = kind === "drop" ? DragEvent : ClipboardEvent;
  node.dispatchEvent(new Kind(kind, { bubbles: true, cancelable: true, [name]: transfer }));
}
"""


def test_an_edit_is_saved_and_taken_back(without_camera: Stack, pages: Pages) -> None:
    page = opened(pages, without_camera)
    before = item(without_camera)
    mug = open_mug(page)
    assert mug.get_by_text(before["model"]).is_hidden()  # behind "Diagnostics"
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
    pages.expect_errors("status of 400")
    assert link.evaluate("(node) => node === document.activeElement && node.ariaInvalid") == "true"
    for _ in range(3):  # any number of times
        page.keyboard.press("Escape")
    mug.get_by_text("There are unsaved changes").wait_for()
    mug.get_by_role("button", name="Keep editing").click()
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
        expect(mug.locator(".view")).to_have_count(count)

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
    # The last one stays: without a picture an item is not recognised.
    assert mug.locator(".views-remove:visible").count() == 0
    assert item(without_camera)["pictures"] == before["pictures"]
    file = tmp_path / "side.jpg"
    file.write_text("no picture")
    mug.locator("input[type=file]").first.set_input_files(file)
    mug.get_by_text("not a picture that can be read").wait_for()
    pages.expect_errors("status of 400")


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
    add.get_by_text(f"The id {MUG} already belongs to “{TITLE}”").wait_for()
    pages.expect_errors("status of 409")
    add.get_by_label("Id").fill("blue-pot")
    words, files = {"id": "twin", "title": "Twin"}, {"image": picture(4, kind="PNG")}
    assert without_camera.client.post("/items", data=words, files=files).status_code == 201
    add.get_by_role("button", name="Add it").click()
    toast(page, "Added: blue tea pot. It looks just like Twin (twin); a camera names them together.")
    assert without_camera.client.delete("/items/twin").status_code == 200
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
