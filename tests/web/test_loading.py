"""The page while the search reads the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.system.loading import MANY, SEEN, TITLE, restarted_search, stored
from tests.system.stack import Stack, eventually, running
from tests.web.pages import Pages, text
from tests.web.played import playing
from tests.web.wcag import violations_light_and_dark


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system with MANY items."""
    folder = tmp_path_factory.mktemp("many")
    data, settings = stored(folder)
    with running(folder, settings=settings, data=data) as stack:
        eventually(lambda: stack.get("/healthz")["status"] == "ok", within_s=60, why=stack.log)
        yield stack


WORDS = {
    "en-GB": (
        "The catalogue is loading",
        r"The catalogue is loading: \d+%, ([1-9]\d*) of (\d+) items\.",
        "Loading",
    ),
    "ko-KR": (
        "카탈로그를 불러오는 중입니다",
        r"카탈로그를 불러오는 중: \d+%, 품목 (\d+)개 중 ([1-9]\d*)개\.",
        "불러오는 중",
    ),
}


def test_while_the_catalogue_is_read_the_page_says_how_far_it_is_and_shows_no_verdict(
    many: Stack, pages: Pages
) -> None:
    with playing(many, "door") as door:
        door.see(SEEN[0])
        opened = {each: pages.open(f"{many.page}#camera=door", locale=each) for each in WORDS}
        for page in opened.values():
            page.locator(".best-title", has_text=TITLE).wait_for(timeout=40_000)
        with restarted_search(many, many.folder / "stored" / "items.sqlite") as search:
            search.let_read_slowly()
            for language, page in opened.items():
                title, words, badge = WORDS[language]
                page.get_by_role("heading", name=title).wait_for(timeout=30_000)
                # It may still show what it heard before the first items were read.
                page.locator("#intake .intake-words", has_text=re.compile(words)).wait_for(timeout=20_000)
                found = re.fullmatch(words, text(page, "#intake .intake-words"))
                assert found, text(page, "#intake")
                read, total = sorted(map(int, found.groups()))
                assert (0 < read < MANY, total) == (True, MANY)
                assert 0 < page.locator("#intake progress").evaluate("(bar) => bar.value / bar.max") < 1
                assert text(page, "#badge") == badge
                assert page.locator("#best .verdict").is_hidden()
                assert page.locator(".best-title").is_hidden()
            assert violations_light_and_dark(opened["en-GB"]) == []
            search.let_read_all()
            for page in opened.values():
                page.locator('#badge[data-badge="live"]').wait_for(timeout=30_000)
                page.locator(".best-title", has_text=TITLE).wait_for(timeout=20_000)
                page.locator("#intake").wait_for(state="hidden", timeout=20_000)
                assert page.locator("#notice").is_hidden()
    pages.forget_errors("status of 503")
