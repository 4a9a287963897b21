"""The import in the page: tables, pictures and folders, on a server with a key."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from services.core.importing.import_rows import BadRow, read_rows
from tests.system.pictures import picture, write_pictures
from tests.system.stack import Stack, eventually
from tests.web.pages import KEY, KNOWN_KEY, Pages

VIEW = "#view=catalogue"
# Quotes, semicolons within them, spaces, empty lines, a second id, a second picture, too few columns.
TABLE = (
    'id,Title,image,url,link,price,"shop, shelf"\r\n'
    'a,"Red ""mug""; new", mug.jpg,,https://shop.example/a,3.50,\r\n'
    "\r\n"
    ',Plain,"folder/plain.jpg",,,,"two\r\nlines"\r\n'
    "a,Again,mug.jpg,,,,\r\n"
    ",Twice,folder/plain.jpg,,,,\r\n"
    ",Alone,,,,,\r\n"
    "few,columns\r\n"
    ",Far,,https://shop.example/far.jpg,,,B7"
)


pytestmark = pytest.mark.usefixtures("without_items")


def items(stack: Stack) -> dict[str, Any]:
    """All items by id."""
    return {item["id"]: item for item in stack.get("/items?limit=1000")["items"]}


def with_known_key(pages: Pages, stack: Stack) -> Page:
    """The empty catalogue, opened by a person who has given the key."""
    page = pages.open(f"{stack.page}{VIEW}", script=KNOWN_KEY)
    page.get_by_role("heading", name="The catalogue is empty").wait_for()
    return page


def open_import(page: Page) -> Locator:
    """The import's dialog."""
    page.locator(".catalogue-head").get_by_role("button", name="Import").click()
    return page.locator("dialog[open].import")


def choose(dialog: Locator, *files: Path) -> None:
    """Choose files, or a folder."""
    kind = "[webkitdirectory]" if files[0].is_dir() else ":not([webkitdirectory])"
    dialog.locator(f"input[type=file]{kind}").set_input_files(list(files) if kind[1] == "n" else files[0])


def done(dialog: Locator, text: str) -> None:
    """Wait for the import's end."""
    expect(dialog.locator(".progress-words")).to_contain_text(text)


def test_a_table_is_imported_and_refused_rows_are_told_with_the_key_asked_for_once(
    with_key: Stack, pages: Pages, tmp_path: Path
) -> None:
    addresses: list[str] = []
    page = pages.open("about:blank")
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(f"{with_key.page}{VIEW}")
    write_pictures(tmp_path, ["red.jpg", "blue.jpg", "spare.jpg"])
    (tmp_path / "broken.jpg").write_text("no picture")
    table = tmp_path / "shop.csv"
    table.write_text(
        "id,title,image,price\nred,Red mug,red.jpg,3\nblue,Blue mug,blue.jpg,4\nbad,Bad mug,broken.jpg,5\n"
        ",No picture,,6\ngone,Gone mug,gone.jpg,7\n",
        encoding="utf-8-sig",
    )
    dialog = open_import(page)
    choose(dialog, table)
    dialog.get_by_text("4 rows still need their pictures").wait_for()
    assert dialog.get_by_role("button", name="Import 0 items").is_disabled()
    choose(dialog, *tmp_path.glob("*.jpg"))
    found = dialog.locator(".plan-lines")
    for words in ("5 rows", "4 pictures", "1 row without its picture", "1 row that cannot", "1 picture that"):
        expect(found).to_contain_text(words)
    dialog.get_by_role("button", name="Import 3 items").click()

    key = page.get_by_role("textbox", name="API key")
    key.fill(KEY)
    key.press("Enter")
    done(dialog, "2 items imported; all can be found now. 3 rows were refused.")
    assert page.get_by_role("textbox", name="API key").count() == 0
    pages.forget_errors("status of 401")
    pages.expect_errors("status of 400")
    assert set(items(with_key)) == {"red", "blue"}
    assert items(with_key)["red"]["metadata"] == {"price": "3"}
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Save the refused rows as CSV").click()
    saved = tmp_path / "refused.csv"
    download.value.save_as(saved)
    with saved.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["title"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"Bad mug", "No picture", "Gone mug"}
    assert "not a picture that can be read" in rows["Bad mug"]["reason"]
    assert rows["No picture"]["reason"].startswith("no picture; expected a path in `image`")
    assert rows["Gone mug"]["row"] == "shop.csv line 6"
    dialog.locator(".progress").get_by_role("button", name="Close").click()
    expect(page.locator(".card-title")).to_have_text(["Blue mug", "Red mug"])
    assert not [address for address in [*addresses, page.url] if KEY in address]
    assert KEY not in with_key.log()


def test_an_import_goes_on_behind_its_dialog_and_can_be_stopped(
    with_key: Stack, pages: Pages, tmp_path: Path
) -> None:
    write_pictures(tmp_path, [f"{n:02}.jpg" for n in range(14)])
    page = with_known_key(pages, with_key)
    dialog = open_import(page)
    choose(dialog, *tmp_path.iterdir())
    dialog.get_by_role("button", name="Import 14 items").click()
    dialog.locator(".dialog-bar").get_by_role("button", name="Close").click()
    bar = page.get_by_role("complementary", name="Import items")
    expect(bar).to_contain_text(re.compile("[1-9] of 14 done"))
    asked: list[str] = []

    def stay(asking: Dialog) -> None:
        asked.append(asking.type)
        asking.dismiss()

    page.on("dialog", stay)
    page.evaluate("setTimeout(() => location.reload())")
    eventually(lambda: page.evaluate("1") and asked == ["beforeunload"], within_s=10)
    bar.get_by_role("button", name="Stop").click()
    expect(bar).to_contain_text("Stopped")
    eventually(lambda: f"{len(items(with_key))} of 14" in bar.inner_text(), within_s=20)
    count = len(items(with_key))
    assert 0 < count < 14
    bar.get_by_role("button", name="Go on").click()
    expect(bar).to_contain_text("14 items imported")
    assert len(items(with_key)) == 14
    expect(page.locator(".card")).to_have_count(14)
    bar.get_by_role("button", name="Close").click()
    expect(bar).to_be_hidden()


def test_a_folder_of_pictures_becomes_the_items_that_the_command_line_makes_and_once_only(
    with_key: Stack, pages: Pages, tmp_path: Path
) -> None:
    folder = tmp_path / "shop"
    write_pictures(folder, ["red_mug.jpg", "a-b.jpg"])
    write_pictures(folder / "a", ["b.jpg"])
    page = with_known_key(pages, with_key)
    expected = {row.draft.id: row.draft.title for row in read_rows(folder) if not isinstance(row, BadRow)}
    for _ in range(2):
        dialog = open_import(page)
        choose(dialog, folder)
        dialog.get_by_text("3 pictures, each of which becomes an item").wait_for()
        dialog.get_by_role("button", name="Import 3 items").click()
        done(dialog, "3 items imported")
        assert {each["id"]: each["title"] for each in items(with_key).values()} == expected
        dialog.get_by_role("button", name="Import more").click()
        dialog.locator(".dialog-bar").get_by_role("button", name="Close").click()


def test_tables_are_read_as_the_command_line_reads_them(
    with_key: Stack, pages: Pages, tmp_path: Path
) -> None:
    page = with_known_key(pages, with_key)
    lines = 'Mug, red, http://shop.example/m.jpg\n"Pot", https://shop.example/p.jpg\n'
    objects = '{"title":"Mug","image":"m.jpg","price":3,"new":true,"shelf":null}\n\n[1]\n{"title":"Pot"}\n'
    for name, content in {"t.csv": TABLE, "t.txt": lines, "t.jsonl": objects}.items():
        path = tmp_path / name
        path.write_text(content, encoding="utf-8", newline="")
        read = page.evaluate(
            """async ([name, text]) => {
              const { tableRows } = await import("./js/catalogue/rows.js");
              const { reason } = await import("./js/catalogue/refused.js");
              const of = (row) => [row.where, row.why ? reason(row) : row.draft];
              return tableRows(name, text).rows.map(of);
            }""",
            [name, content],
        )
        for (where, told), row in zip(read, read_rows(path), strict=True):
            assert row.where == f"{tmp_path}/{where}"
            if isinstance(row, BadRow):
                assert told.replace("that of t.", f"that of {tmp_path}/t.") == row.reason or name == "t.jsonl"
            else:
                assert (told["id"], told["title"].strip(), told["link"]) == (
                    row.draft.id,
                    row.draft.title,
                    row.draft.link or "",
                )
                # A form sends its lines with \r\n, whatever they had.
                plain = {key: value.replace("\r\n", "\n") for key, value in row.draft.metadata.items()}
                assert told["metadata"] == plain


def test_an_empty_catalogue_says_what_to_do(with_key: Stack, pages: Pages) -> None:
    page = with_known_key(pages, with_key)
    state = page.locator(".catalogue-state")
    state.get_by_role("button", name="Import").click()
    page.keyboard.press("Escape")
    state.get_by_role("button", name="Add an item").click()
    page.keyboard.press("Escape")
    state.get_by_role("button", name="Teach with the camera").click()
    expect(page.locator("#stage")).to_be_visible()
    assert "view" not in page.url


def test_what_is_added_is_found_by_its_picture(with_key: Stack, pages: Pages) -> None:
    page = with_known_key(pages, with_key)
    page.locator(".catalogue-head").get_by_role("button", name="Add an item").click()
    add = page.locator("dialog[open]")
    file: Any = {"name": "pot.jpg", "mimeType": "image/jpeg", "buffer": picture(9)}
    add.locator("input[type=file]").first.set_input_files(file)
    add.get_by_role("button", name="Add it").click()
    page.locator("#toast", has_text="Added: pot").wait_for()

    def found() -> bool:
        answer = with_key.client.post("/search", files={"image": picture(9)}).json()
        return [match["title"] for match in answer["matches"]] == ["pot"]

    eventually(found, within_s=10)
