"""The import in the page: tables, pictures and folders, on a server with a key."""

from __future__ import annotations

import base64
import csv
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from services.core.importing.import_rows import BadRow, read_rows
from services.core.importing.tables import read_table
from tests.system.pictures import picture, write_pictures
from tests.system.stack import Stack, eventually
from tests.tables import EXPECTED, TABLES
from tests.web.pages import KEY, KNOWN_KEY, HeldPosts, Pages

VIEW = "#view=catalogue"


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
    key = page.get_by_role("textbox", name="API key")
    key.fill(KEY)
    key.press("Enter")
    dialog.get_by_text("4 rows still need their pictures").wait_for()
    assert dialog.get_by_role("button", name="Import 0 items").is_disabled()
    choose(dialog, *tmp_path.glob("*.jpg"))
    found = dialog.locator(".plan-lines")
    for words in ("5 rows", "4 pictures", "1 row without its picture", "1 row that cannot", "1 picture that"):
        expect(found).to_contain_text(words)
    dialog.get_by_role("button", name="Import 3 items").click()
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
    assert "not a picture that can be read" in rows["Bad mug"]["refused reason"]
    assert rows["No picture"]["refused reason"].startswith("no picture; expected a path in `image`")
    assert rows["Gone mug"]["refused row"] == "shop.csv line 6"
    dialog.locator(".progress").get_by_role("button", name="Close").click()
    expect(page.locator(".card-title")).to_have_text(["Blue mug", "Red mug"])
    assert not [address for address in [*addresses, page.url] if KEY in address]
    assert KEY not in with_key.log()


def test_an_import_goes_on_behind_its_dialog_and_can_be_stopped(
    with_key: Stack, pages: Pages, tmp_path: Path
) -> None:
    write_pictures(tmp_path, [f"{n:02}.jpg" for n in range(14)])
    page = with_known_key(pages, with_key)
    later = HeldPosts(page, "**/items", passing=5)
    dialog = open_import(page)
    choose(dialog, *tmp_path.iterdir())
    dialog.get_by_role("button", name="Import 14 items").click()
    dialog.locator(".dialog-bar").get_by_role("button", name="Close").click()
    bar = page.get_by_role("complementary", name="Import items")
    expect(bar).to_contain_text("5 of 14 done")
    asked: list[str] = []

    def stay(asking: Dialog) -> None:
        asked.append(asking.type)
        asking.dismiss()

    page.on("dialog", stay)
    page.evaluate("setTimeout(() => location.reload())")
    eventually(lambda: page.evaluate("1") and asked == ["beforeunload"], within_s=10)
    bar.get_by_role("button", name="Stop").click()
    expect(bar).to_contain_text("Stopped")
    later.let_go()
    eventually(lambda: f"{len(items(with_key))} of 14" in bar.inner_text(), within_s=20)
    count = len(items(with_key))
    assert 0 < count < 14
    bar.get_by_role("button", name="Resume").click()
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


def planned(page: Page, files: dict[str, bytes]) -> Any:
    """The plan that the page makes of these files."""
    return page.evaluate(
        """async (files) => {
          const { makePlan } = await import("./js/catalogue/plan.js");
          const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
          const of = ([path, text]) => ({ path, file: new File([bytes(text)], path) });
          const chosen = Object.entries(files).map(of);
          const plan = await makePlan(chosen, new Map());
          for (const job of plan.jobs) job.sources = job.sources.map(({ url, file }) => url ?? file.name);
          return plan;
        }""",
        {path: base64.b64encode(content).decode() for path, content in files.items()},
    )


def test_tables_are_read_as_the_command_line_reads_them(with_key: Stack, pages: Pages) -> None:
    page = with_known_key(pages, with_key)
    for name, expected in EXPECTED.items():
        rows = expected.get("rows", [])
        named = {image for row in rows for image in row.get("images", []) if not image.startswith("http")}
        plan = planned(page, {name: (TABLES / name).read_bytes(), **dict.fromkeys(named, b"x")})
        if "refused" in expected:
            assert expected["refused"] in plan["tables"][0]["trouble"]
            continue
        told = {job["where"]: job for job in [*plan["jobs"], *plan["refused"]]}
        assert list(map(len, (plan["jobs"], plan["refused"]))) == [
            sum("id" in row for row in rows),
            sum("reason" in row for row in rows),
        ]
        for row in rows:
            job = told[f"{name} line {row['line']}"]
            if "reason" in row:
                assert job["why"] == row["reason"]
            else:
                assert job["sources"] == row["images"]
                draft = {key: value for key, value in job["draft"].items() if value}
                assert draft == {key: row[key] for key in ("id", "title", "link", "metadata") if key in row}
    pages.expect_errors("status of 400")


def test_what_is_no_picture_of_a_folder_is_passed_over_aloud(
    with_key: Stack, pages: Pages, tmp_path: Path
) -> None:
    folder = tmp_path / "nas"
    for inner in (folder, folder / "@eaDir" / "mug.jpg", folder / ".thumbnails"):
        write_pictures(inner, ["mug.jpg"])
    for name in ("a.heic", "b.heic", "notes.txt"):
        (folder / name).write_bytes(b"hello")
    page = with_known_key(pages, with_key)
    dialog = open_import(page)
    choose(dialog, folder)
    found = dialog.locator(".plan-lines")
    expect(found).to_contain_text("1 picture, which becomes an item")
    expect(found).to_contain_text("2 system files skipped")
    for kind in ("2 .heic", "1 .txt"):
        expect(found).to_contain_text(kind)
    dialog.get_by_role("button", name="Start over").click()
    choose(dialog, folder / "a.heic", folder / "b.heic")
    nothing = "There is nothing to import among these: neither a .csv, .jsonl, .txt, .xml or .zip file,"
    expect(dialog.get_by_role("alert")).to_have_text(f"{nothing} nor a picture. Skipped: 2 .heic")
    pages.expect_errors("status of 400")


def listed(dialog: Locator, name: str) -> Locator:
    """The list of that name among a table's choices."""
    return dialog.get_by_role("combobox", name=name, exact=True)


def test_columns_are_proposed_and_can_be_chosen_with_the_keyboard(
    with_key: Stack, pages: Pages, tmp_path: Path
) -> None:
    write_pictures(tmp_path, ["front.jpg", "back.jpg"])
    table = tmp_path / "shop.csv"
    table.write_bytes("Ref;Name;Nazwa;Image;Image 2\nr1;Mug;Żółta;front.jpg;back.jpg\n".encode("cp1250"))
    page = with_known_key(pages, with_key)
    dialog = open_import(page)
    choose(dialog, table, *tmp_path.glob("*.jpg"))
    expect(dialog.locator(".plan-bad").first).to_contain_text("its encoding is unclear")
    # So may be those of the list that are passed on the way to the right one.
    pages.forget_errors("status of 400")
    encoding = listed(dialog, "Encoding")
    encoding.focus()
    for name in ("utf-8", "utf-16", "cp949", "cp1252", "cp1250"):
        encoding.press("ArrowDown")
        expect(dialog.locator("[aria-busy]")).to_have_count(0)
        expect(encoding.locator("option:checked")).to_have_text(name)
        expect(encoding).to_be_focused()
    title = listed(dialog, "Title")
    expect(title.locator("option:checked")).to_have_text("Name")
    expect(listed(dialog, "Picture").locator("option:checked")).to_have_text("Image")
    expect(listed(dialog, "Picture 2").locator("option:checked")).to_have_text("Image 2")
    expect(listed(dialog, "Id").locator("option:checked")).to_have_text("none")
    title.focus()
    title.press("ArrowDown")
    expect(title.locator("option:checked")).to_have_text("Nazwa")
    expect(title).to_be_focused()
    listed(dialog, "Id").press_sequentially("Ref")
    expect(dialog.locator("[aria-busy]")).to_have_count(0)
    dialog.get_by_role("button", name="Import 1 item").press("Enter")
    done(dialog, "1 item imported")
    (item,) = items(with_key).values()
    assert (item["id"], item["title"], len(item["pictures"])) == ("r1", "Żółta", 2)


def ready(dialog: Locator) -> None:
    """Wait until the table was read with the choices made."""
    expect(dialog.locator("[aria-busy]")).to_have_count(0)


def test_a_mapping_by_hand_is_shown_remembered_and_used_for_the_refused_rows(
    with_key: Stack, pages: Pages, tmp_path: Path
) -> None:
    write_pictures(tmp_path, ["a.jpg", "b.jpg", "c.jpg"])
    table = tmp_path / "stock.csv"
    table.write_text(
        "Ref,Words,Shot,Back,Cost,VK\nr1,Mug 赤,a.jpg,b.jpg,1,4\nr2,Pot,no.jpg,,2,5\nr2,,,b.jpg,,\n"
        "r3,Jug,c.jpg,,3,6\n"
    )
    page = with_known_key(pages, with_key)
    dialog = open_import(page)
    choose(dialog, table, *tmp_path.glob("*.jpg"))
    expect(dialog.locator(".plan-bad")).to_contain_text("Choose below which columns of stock.csv have")
    mapping = {"Title": "Words", "Picture": "Shot", "Picture 2": "Back", "Id": "Ref", "Price": "VK"}
    for name, column in mapping.items():
        listed(dialog, name).select_option(column)
        ready(dialog)
    dialog.get_by_role("checkbox", name="Cost").uncheck()
    ready(dialog)
    pages.forget_errors("status of 400")
    row = dialog.locator(".map-table tr", has=page.get_by_role("rowheader", name="Title"))
    expect(row.locator("td.map-value")).to_have_text(["Mug 赤", "Pot", "Jug"])
    dialog.get_by_role("button", name="Import 2 items").click()
    done(dialog, "2 items imported; all can be found now. 1 row was refused.")
    found = items(with_key)
    assert {name: (len(item["pictures"]), item["metadata"]) for name, item in found.items()} == {
        "r1": (2, {"price": "4"}),
        "r3": (1, {"price": "6"}),
    }
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Save the refused rows as CSV").click()
    saved = tmp_path / "refused.csv"
    download.value.save_as(saved)
    lines = saved.read_text("utf-8-sig").splitlines()
    assert lines[0] == "Ref,Words,Shot,Back,Cost,VK,refused row,refused reason"
    assert [line.split(",")[:6] for line in lines[1:]] == [
        ["r2", "Pot", "no.jpg", "", "2", "5"],
        ["r2", "", "", "b.jpg", "", ""],
    ]
    saved.write_text(saved.read_text("utf-8-sig").replace("no.jpg", "c.jpg"), encoding="utf-8")
    dialog.get_by_role("button", name="Import more").click()
    choose(dialog, saved, *tmp_path.glob("*.jpg"))
    expect(dialog).to_contain_text("These are the columns that you chose last time for such a table.")
    pages.forget_errors("status of 400")
    dialog.get_by_role("button", name="Import 1 item").click()
    done(dialog, "1 item imported")
    assert (len(items(with_key)["r2"]["pictures"]), items(with_key)["r2"]["metadata"]) == (2, {"price": "5"})


def test_the_sample_table_is_one_that_an_import_reads(with_key: Stack, pages: Pages, tmp_path: Path) -> None:
    page = with_known_key(pages, with_key)
    dialog = open_import(page)
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Download a sample table").click()
    saved = tmp_path / "sample.csv"
    download.value.save_as(saved)
    first, second = read_table(saved.read_bytes(), name="sample.csv").rows
    assert first.images == ("red-mug.jpg", "red-mug-side.jpg")
    assert (second.draft and second.draft.metadata["currency"], second.reason) == ("EUR", "")


def test_an_empty_catalogue_says_what_to_do(with_key: Stack, pages: Pages) -> None:
    page = with_known_key(pages, with_key)
    state = page.locator(".catalogue-state")
    state.get_by_role("button", name="Import").click()
    page.locator("dialog[open].import").wait_for()
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
