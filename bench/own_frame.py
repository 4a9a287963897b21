"""Whether the picture beside a match is the frame that was matched: `python -m bench.own_frame`.

Needs what `make test-web` installs. Plays the sample clip through the whole system and looks at the page at
random moments of one loop (`--moments 200`); also measures how much of the page moved by itself.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.system.stack import eventually, running
from tests.web.film import read_clip
from tests.web.moments import WATCH_SHIFTS, faults, look, shifts_a_minute, watch
from tests.web.pages import chromium

LOOP_S = 60.0


def main() -> None:
    """Print how many moments showed a record's own frame, what the others showed, and the layout's shifts."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--moments", type=int, default=200)
    options.add_argument("--width", type=int, default=1280)
    options.add_argument("--height", type=int, default=800)
    given = options.parse_args()
    size = {"width": given.width, "height": given.height}
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), settings={}) as stack,
        sync_playwright() as driver,
        chromium(driver) as pages,
    ):
        stack.wait_loaded()
        page = pages.open(f"{stack.page}/#camera=cam-1", script=WATCH_SHIFTS, viewport=size)
        eventually(lambda: look(page).of == "record", within_s=60, why=stack.log)
        found, records = watch(page, stack, moments=given.moments, seconds=LOOP_S)
        shifts = shifts_a_minute(page)
        largest = Counter[str]()
        for value, *what in page.evaluate("shifts.all"):
            largest[" ".join(what)] += value
    wrong = faults(found, records, read_clip())
    print(f"{len(found) - len(wrong)} of {len(found)} moments show the frame of the record on the card")
    print("\n".join(wrong))
    grey = sum(moment.scene == "changed" for moment in found)
    print(f"grey, as the scene had changed: {grey}; layout shift a minute: {shifts:.4f}")
    for what, value in largest.most_common(5):
        print(f"  {value:.4f} {what}")


if __name__ == "__main__":
    main()
