"""Imports that go wrong: a file is gone, the index lags, a row is on its way at the stop."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.system.pictures import write_pictures
from tests.system.stack import Stack, eventually, stopped
from tests.web.pages import KNOWN_KEY, HeldPosts, Pages, drop

VIEW = "#view=catalogue"


pytestmark = pytest.mark.usefixtures("without_items")


def open_import(page: Page, *files: Path) -> None:
    """Choose these files in the import's dialog."""
    page.locator(".catalogue-ways .button").nth(1).click()
    choose(page, *files)


def choose(page: Page, *files: Path) -> None:
    """Choose these files too."""
    page.locator(".import input[type=file]").first.set_input_files(list(files))


def words(page: Page) -> Locator:
    """The dialog's words on its progress."""
    return page.locator(".import .progress-words")


def count(stack: Stack) -> int:
    """The number of items."""
    return len(stack.get("/items?limit=1000")["items"])


def test_a_table_that_is_gone_is_named_and_the_rest_goes_on(
    with_key: Stack, pages: Pages, tmp_path: Path
) -> None:
    write_pictures(tmp_path, ["red.jpg", "blue.jpg"])
    table = tmp_path / "shop.csv"
    table.write_text("title,image\nRed,red.jpg\n")
    page = pages.open(f"{with_key.page}{VIEW}", script=KNOWN_KEY)
    open_import(page, table)
    page.get_by_text("1 row still needs its picture").wait_for()
    table.unlink()
    choose(page, *tmp_path.glob("*.jpg"))
    expect(page.locator(".import").get_by_role("alert")).to_have_text("shop.csv can't be read any more")
    page.get_by_text("2 pictures, each of which becomes an item").wait_for()
    drop(page, tmp_path / "never.csv", (640, 400))
    expect(page.locator(".import").get_by_role("alert")).to_have_text("never.csv can't be read any more")
    page.get_by_text("2 pictures, each of which becomes an item").wait_for()


def test_a_row_that_was_on_its_way_at_the_end_does_not_bring_the_import_back(
    with_key: Stack, pages: Pages, tmp_path: Path
) -> None:
    write_pictures(tmp_path, [f"{n:02}.jpg" for n in range(14)])
    page = pages.open(f"{with_key.page}{VIEW}", script=KNOWN_KEY)
    later = HeldPosts(page, "**/items", passing=1)
    open_import(page, *tmp_path.iterdir())
    page.get_by_role("button", name="Import 14 items").click()
    page.locator(".dialog-bar").get_by_role("button", name="Close").click()
    bar = page.get_by_role("complementary", name="Import items")
    expect(bar).to_contain_text("1 of 14 done")
    answers: list[str] = []
    page.on("response", lambda response: answers.append(f"{response.request.method} {response.url}"))
    page.evaluate(
        "for (const way of ['stop', 'close']) document.querySelector(`.import-bar [data-way=${way}]`).click()"
    )
    assert bar.count() == 0
    later.let_go()
    eventually(lambda: page.evaluate("1") and any("POST" in each for each in answers), within_s=20)
    page.wait_for_timeout(500)
    assert bar.count() == 0
    expect(page.locator(".card")).to_have_count(count(with_key))
    # A new import starts from nothing.
    open_import(page, tmp_path / "00.jpg")
    page.get_by_role("button", name="Import 1 item").click()
    expect(words(page)).to_have_text("1 item imported; it can be found now.")


def test_an_index_that_does_not_catch_up_is_not_said_to_have_done_so(
    with_key: Stack, pages: Pages, tmp_path: Path
) -> None:
    write_pictures(tmp_path, ["red.jpg"])
    page = pages.open("about:blank")
    page.add_init_script(KNOWN_KEY)
    page.clock.install()
    page.goto(f"{with_key.page}{VIEW}")
    page.get_by_role("heading", name="The catalogue is empty").wait_for()
    with stopped(with_key.pid("services.search")):
        open_import(page, tmp_path / "red.jpg")
        page.get_by_role("button", name="Import 1 item").click()
        expect(words(page)).to_contain_text("All sent.")
        page.clock.fast_forward(61_000)
        soon = "1 item imported; it can be found as soon as the index is up to date."
        expect(words(page)).to_have_text(soon)
    pages.forget_errors("/healthz")
    with_key.wait_well()


def test_refused_rows_have_korean_words(with_key: Stack, pages: Pages, tmp_path: Path) -> None:
    write_pictures(tmp_path, ["red.jpg"])
    table = tmp_path / "shop.csv"
    table.write_text("id,title,image\na,Red,red.jpg\na,Again,red.jpg\nb,Rot,red.jpg\n")
    page = pages.open(f"{with_key.page}{VIEW}", script=KNOWN_KEY, locale="ko-KR")
    open_import(page, table, tmp_path / "red.jpg")
    place = "shop.csv 3번째 줄"
    page.get_by_role("button", name="품목 2개 가져오기").click()
    refused, same = (page.get_by_role("list", name=name) for name in ("거부된 행", "구별할 수 없어"))
    expect(refused).to_have_text(f"{place} ID 'a'는 이미 shop.csv 2번째 줄의 것입니다")
    # Both are on their way at once, so either may be the first.
    expect(same).to_have_text(re.compile(r"^(Rot \(b\) .*: Red \(a\)|Red \(a\) .*: Rot \(b\))$"))
    with page.expect_download() as download:
        page.get_by_role("button", name="거부된 행을 CSV로 저장").click()
    saved = tmp_path / "refused.csv"
    download.value.save_as(saved)
    with saved.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["title"], row["refused row"]) == ("Again", place)
    assert row["refused reason"].startswith("ID 'a'")
