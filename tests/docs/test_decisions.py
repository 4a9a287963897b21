"""The index of decisions has a line for each page, with the page's date."""

from __future__ import annotations

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "decisions"
ROW = re.compile(r"^\| (\d{4}-\d\d-\d\d) \| \[[^\]]+\]\(([\w.-]+)\) \| .+ \|$", re.MULTILINE)
DATE = re.compile(r"\A# .+\n\nDecided on (\d{4}-\d\d-\d\d)\.")


def test_the_index_lists_each_decision_with_its_date() -> None:
    listed = ROW.findall((FOLDER / "README.md").read_text(encoding="utf-8"))
    pages = [path for path in FOLDER.glob("*.md") if path.name != "README.md"]
    dated = {path.name: DATE.match(path.read_text(encoding="utf-8")) for path in pages}
    assert [name for name, date in dated.items() if date is None] == []
    assert {name: date for date, name in listed} == {name: date[1] for name, date in dated.items() if date}
    assert [date for date, _ in listed] == sorted(date for date, _ in listed)
