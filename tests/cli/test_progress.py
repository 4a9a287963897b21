"""The progress of long work where there is no terminal."""

from __future__ import annotations

import pytest

from services.cli.progress import ShownProgress
from tests.fakes import FakeClock


def test_a_line_comes_every_few_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    clock = FakeClock()
    with ShownProgress("importing", 1000, every_s=10, clock=clock) as progress:
        for done in range(100, 1001, 10):
            progress.step(done, done - 100)
            clock.now_s += 0.5
        progress.print("refused: line 3: \x1b[2J")
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "importing: 300 of 1,000, 20.0 items/s, 0:00:35 left",
        "importing: 500 of 1,000, 20.0 items/s, 0:00:25 left",
        "importing: 700 of 1,000, 20.0 items/s, 0:00:15 left",
        "importing: 900 of 1,000, 20.0 items/s, 0:00:05 left",
        "importing: 1,000 of 1,000, 20.0 items/s, 0:00:00 left",
        "refused: line 3: \\x1b[2J",
    ]


def test_short_work_and_work_of_unknown_length(capsys: pytest.CaptureFixture[str]) -> None:
    clock = FakeClock()
    with ShownProgress("reading", unit="rows", clock=clock, every_s=10) as progress:
        progress.step(5)
        clock.now_s += 9
        progress.step(9)
        assert capsys.readouterr().err == ""
        clock.now_s += 1
        progress.step(12_345)
    assert capsys.readouterr().err == "reading: 12,345, 1,234.5 rows/s\n"
