"""Messages quoted in docs/troubleshooting.md are those of the code and of the page."""

from __future__ import annotations

import re
from pathlib import Path

from tests.page.texts import table

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
# A string literal continued in the next line.
JOINT = re.compile(r'"\s*\n\s*f?"')
QUOTED = re.compile(r"`` ?(.+?) ?``|`([^`]+)`")


def first_column(heading: str) -> list[str]:
    """The symptoms of a section's table."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| (.+?) \|", section, re.MULTILINE)[2:]


def test_quoted_messages_are_in_the_code() -> None:
    files = [
        path for room in ("common", "services", "edge", "models") for path in (ROOT / room).rglob("*.py")
    ]
    code = JOINT.sub("", "\n".join(path.read_text(encoding="utf-8") for path in [*files, ROOT / "Makefile"]))
    cells = [
        cell
        for heading in ("It does not start", "Importing", "HTTP", "Dropped observations")
        for cell in first_column(heading)
    ]
    quoted = [long or short for cell in cells for long, short in QUOTED.findall(cell)]
    assert len(quoted) > 20
    parts = [part.strip() for text in quoted for part in text.split("…")]
    assert [part for part in parts if part not in code] == []


def test_quoted_titles_are_on_the_page() -> None:
    titles = {re.sub(r"\{\w+\}", "…", text) for text in table("en").values()}
    quoted = [title for cell in first_column("The page shows no match") for title in cell.split("; ")]
    assert len(quoted) > 8
    assert [title for title in quoted if title not in titles] == []
