"""Pages of a large history, over HTTP, and the memory of the api: `python -m bench.history [ROWS]`.

A running system without a camera gets a history of made-up rows; each filter's page is asked for many times,
then all pages of the history, an export and a day's summary. Nothing of it is measured while it is written.
"""

from __future__ import annotations

import argparse
import itertools
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from services.adapters.sqlite_history import SqliteHistory
from services.core.history.showing import Guess, Review, Said, SaidOf, Showing
from services.core.records import Verdict
from tests.memory import peak_bytes, resident_bytes
from tests.system.stack import Stack, running

DAYS, CAMERAS, ITEMS = 30, 8, 500
TIMES, AT_ONCE = 30, 5000
MOST_MS = 200.0
_DAY_S = 86_400.0
_SCORES = (0.8, 0.1, 0.05, 0.02)
_VERDICTS = [Verdict.MATCH] * 7 + [Verdict.UNSURE] + [Verdict.NO_MATCH] * 2


def main() -> None:
    """Print the milliseconds of each page, and the api's memory; exit code 1 beyond MOST_MS."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("rows", type=int, nargs="?", default=100_000)
    count = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        _fill(data / "history.sqlite", count)
        settings = {"LOOKALIKE_SAMPLES": "0", "LOOKALIKE_SOURCE": "none"}
        with running(Path(folder), settings=settings) as stack:
            stack.wait_loaded()
            slowest_ms = _measure(stack, count)
    raise SystemExit(0 if slowest_ms < MOST_MS else f"a page took {slowest_ms:.0f} ms")


def _measure(stack: Stack, count: int) -> float:
    pid = stack.pid("services.api")
    before = resident_bytes(pid)
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 5 * _DAY_S))
    filters = {
        "none": "",
        "one camera": "thing=cam-3",
        "one item": "item=item-123",
        "one day": f"from={day}&to={day}T23:59:59Z",
        "unsure": "verdict=unsure",
        "wrong": "feedback=wrong",
        "waiting for a review": "review=open",
        "all at once": f"thing=cam-3&verdict=match&item=item-123&from={day}",
        "nothing fits": "thing=nobody&verdict=unsure",
        "oldest": f"to={time.strftime('%Y-%m-%d', time.gmtime(time.time() - (DAYS - 1) * _DAY_S))}",
    }
    slowest_ms = 0.0
    for name, asked in filters.items():
        times_ms = [_ms(stack, f"/history?limit=50&{asked}") for _ in range(TIMES)]
        slowest_ms = max(slowest_ms, max(times_ms[1:]))
        print(f"{name}: {statistics.median(times_ms):.1f} ms, {max(times_ms):.1f} ms at most")
    print(f"inbox: {_ms(stack, '/history/inbox'):.0f} ms, a day's summary: ", end="")
    print(f"{_ms(stack, f'/history/summary?day={day}'):.0f} ms")
    pages = sum(1 for _ in _pages(stack))
    print(f"all {pages:,} pages: {(resident_bytes(pid) - before) / 1e6:+.1f} MB of memory")
    took_ms = _ms(stack, "/history/export?format=csv")
    print(f"export of {count:,} rows: {took_ms / 1000:.1f} s, ", end="")
    print(f"{(peak_bytes(pid) - before) / 1e6:+.1f} MB at most since the start of all this")
    return slowest_ms


def _pages(stack: Stack) -> Iterator[object]:
    after: str | None = ""
    while after is not None:
        after = stack.get(f"/history?limit=500&after={after}")["next"]
        yield after


def _ms(stack: Stack, path: str) -> float:
    began_s = time.perf_counter()
    stack.client.get(path, timeout=120).raise_for_status()
    return (time.perf_counter() - began_s) * 1000


def _fill(path: Path, count: int) -> None:
    with closing(SqliteHistory(path)) as history:
        made = _rows(count)
        while rows := list(itertools.islice(made, AT_ONCE)):
            history.write(rows, [])
            history.say({row.id: said for row in rows if (said := _said(row)) != Said()})


def _rows(count: int) -> Iterator[Showing]:
    chance, now_s = random.Random(0), time.time()
    for number in range(count):
        began_s = now_s - DAYS * _DAY_S * (1 - number / count)
        items = [f"item-{chance.randrange(ITEMS)}" for _ in range(4)]
        guesses = tuple(
            Guess(item, f"Item {item} of the shelf", score)
            for item, score in zip(items, _SCORES, strict=True)
        )
        yield Showing(
            id=round(began_s * 1000),
            thing=f"cam-{chance.randrange(CAMERAS)}",
            began_at_s=began_s,
            seen_at_s=began_s + 4,
            verdict=chance.choice(_VERDICTS),
            guesses=guesses,
            last_record=round(began_s * 1000) + 3,
            expires_at_s=began_s + 9,
            ended=True,
            metadata={"price": "12.50", "category": "shelf", "colour": "blue"},
            session="5f3a9c01",
            seq=number,
            box=(0.25, 0.1, 0.5, 0.8),
            frames=30,
            latency_ms=50.0,
        )


def _said(row: Showing) -> Said:
    """What people said of every tenth match and of most unsure showings."""
    if row.verdict == Verdict.UNSURE and row.id % 10:
        return Said(SaidOf.WRONG, Review.ITEM, "item-1", row.id)
    if row.verdict == Verdict.MATCH and not row.id % 10:
        return Said(SaidOf.WRONG if row.id % 3 else SaidOf.RIGHT, None, None, row.id)
    return Said()


if __name__ == "__main__":
    main()
