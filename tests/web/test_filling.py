"""The page's words on an empty catalogue, a growing one, and an index that lags behind."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from services.core.importing.archive import write_archive
from services.core.ports import OpenPicture
from tests.system import single
from tests.system.stack import ROOT, Stack, eventually, running
from tests.web.pages import Pages, diagnostics, text
from tests.web.played import items
from tests.web.wcag import violations_light_and_dark

EMPTY = "The catalogue is empty"
# The index reads 500 items in a hundredth of a second of CPU, and reports after each 500.
MANY = 20 * 500
CPU_S, REST_S = 0.01, 0.4


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system with a camera and without an item."""
    with running(tmp_path_factory.mktemp("empty"), settings={"LOOKALIKE_SAMPLES": "0"}) as started:
        yield started


@contextlib.contextmanager
def slowed(pid: int) -> Iterator[threading.Event]:
    """A process that is stopped, and gets little CPU time once the event is set.

    By its CPU's clock, as on a busy machine it gets hardly any in a hundredth of a second.
    """
    begun, ending = threading.Event(), threading.Event()
    cpu = (~pid << 3) | 2  # Linux' clock of a process' CPU time

    def dole_out() -> None:
        begun.wait()
        while not ending.wait(REST_S):
            until_s = time.clock_gettime(cpu) + CPU_S
            os.kill(pid, signal.SIGCONT)
            while time.clock_gettime(cpu) < until_s and not ending.wait(0.001):
                pass
            os.kill(pid, signal.SIGSTOP)

    doling = threading.Thread(target=dole_out)
    os.kill(pid, signal.SIGSTOP)
    doling.start()
    try:
        yield begun
    finally:
        ending.set()
        begun.set()
        doling.join()
        os.kill(pid, signal.SIGCONT)


def archive_of_many(like: Stack) -> bytes:
    """An archive of MANY items that resemble nothing, with an existing item's picture."""
    item = items(like)[0]
    picture = like.client.get(f"/items/{item.id}/image").content
    vectors = np.random.default_rng(2).standard_normal((MANY, item.vectors.shape[1]), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    copies = (
        replace(item, id=f"many-{number}", vectors=vectors[number : number + 1]) for number in range(MANY)
    )
    return b"".join(write_archive(copies, lambda _key: OpenPicture.of(picture), model=item.model))


def test_an_empty_catalogue_leads_to_the_first_item(empty: Stack, pages: Pages) -> None:
    page = pages.open(empty.page)
    page.get_by_role("heading", name=EMPTY).wait_for()
    assert text(page, "#badge") == "Not live"
    assert violations_light_and_dark(page) == []
    add = page.get_by_role("button", name="Add items")
    add.focus()
    page.keyboard.press("Enter")
    eventually(lambda: "view=catalogue" in page.url, within_s=5)
    page.go_back()
    page.get_by_role("heading", name=EMPTY).wait_for()


def test_items_that_come_in_are_counted_and_matches_begin(empty: Stack, pages: Pages) -> None:
    page = pages.open(empty.page)
    page.get_by_role("heading", name=EMPTY).wait_for()
    rows = (ROOT / "samples" / "catalogue.csv").read_text().splitlines()
    few = empty.folder / "few.csv"
    few.write_text("\n".join(rows[:9]))
    shutil.copytree(ROOT / "samples" / "pictures", empty.folder / "pictures")
    done = empty.cli("items", "import", str(few))
    assert done.returncode == 0, done.stdout + done.stderr
    page.get_by_text("items so far").wait_for()
    assert page.locator("#intake progress").is_visible()
    page.locator("#intake").wait_for(state="hidden")
    page.locator("#notice").wait_for(state="hidden")
    diagnostics(page)
    assert "8 items" in text(page, ".details-index")
    # While the search reads the catalogue that has its first item.
    pages.forget_errors("status of 503")


def test_an_index_behind_its_store_shows_how_far_it_is(empty: Stack, pages: Pages) -> None:
    # An import into an empty catalogue is read as a whole.
    single.add(empty, 300, id="bowl", title="A bowl")
    before = len(items(empty))
    file = archive_of_many(empty)
    page = pages.open(empty.page)
    told: set[tuple[int, int]] = set()

    def is_half_done() -> bool:
        words = page.locator("#intake:not([hidden]) .intake-words").all_inner_texts()
        found = re.fullmatch(r"The index is catching up: (\d+)%, (\d+) changes left\.", "".join(words))
        if found:
            told.add((int(found[1]), int(found[2])))
        return any(share >= 50 for share, _to_go in told)

    with slowed(empty.pid("services.search")) as begun:
        answer = empty.client.post(
            "/items/archive", content=file, headers={"Content-Type": "application/zip"}, timeout=120
        )
        assert answer.json()["items"] == MANY
        with page.expect_request("**/healthz"):
            pass  # the answer comes when the search goes on, and is of the beginning
        begun.set()
        eventually(is_half_done, within_s=120, why=lambda: f"{told}; {empty.log()}")
        share = page.locator("#intake progress").evaluate("(bar) => bar.value / bar.max")
        assert 0.4 < share < 1
        assert violations_light_and_dark(page) == []
    assert len(told) >= 2
    assert all(abs(to_go / MANY - (1 - share / 100)) < 0.2 for share, to_go in told), told
    page.locator("#intake").wait_for(state="hidden", timeout=60_000)
    diagnostics(page)
    eventually(lambda: text(page, ".details-index").startswith(f"{before + MANY} items"), within_s=20)
    pages.forget_errors("status of 503")
