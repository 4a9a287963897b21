"""The picture beside a match is the frame that was matched, at any moment."""

from __future__ import annotations

from tests.system.stack import Stack, eventually
from tests.web.film import Picture
from tests.web.moments import WATCH_SHIFTS, faults, look, watch
from tests.web.pages import Pages

# `python -m bench.own_frame` takes 200 over one loop of the clip.
MOMENTS, SECONDS = 20, 20.0


def test_the_picture_beside_a_match_is_the_frame_that_was_matched(
    with_clip: Stack, pages: Pages, clip: list[Picture]
) -> None:
    page = pages.open(f"{with_clip.page}/#camera=cam-1", script=WATCH_SHIFTS)
    eventually(lambda: look(page).of == "record", within_s=60, why=with_clip.log)
    found, records = watch(page, with_clip, moments=MOMENTS, seconds=SECONDS)
    assert faults(found, records, clip) == []

    page.locator("#pause").click()
    paused = look(page)
    page.wait_for_timeout(3000)  # longer than any scene's answer takes
    assert (look(page).record, look(page).card) == (paused.record, paused.card)
    records |= {each["id"]: each for each in with_clip.get("/matches?thing=cam-1&limit=100")["records"]}
    assert faults([*found, paused, look(page)], records, clip) == []
