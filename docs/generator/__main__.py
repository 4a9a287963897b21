"""Writes the generated pages of docs, or checks them: `python -m docs.generator [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from docs.generator.aws_costs import costs
from docs.generator.cli_page import commands
from docs.generator.http_page import calls
from docs.generator.markdown import filled, filled_between
from docs.generator.settings_page import settings

DOCS = Path(__file__).resolve().parents[1]
# Each page is its template, with text from the code behind its mark.
PAGES: dict[str, Callable[[], str]] = {"cli": commands, "http": calls, "settings": settings}
# Pages that are written by hand but for the text between two marks.
PARTS: dict[str, Callable[[], str]] = {"aws-costs": costs}


def main() -> int:
    """Write the pages; with --check name those that are stale, with exit code 1 if there are any."""
    stale = {page: text for page, text in _texts() if not page.exists() or page.read_text("utf-8") != text}
    if "--check" in sys.argv[1:]:
        for page in stale:
            name = page.relative_to(DOCS.parent)
            print(f"error: {name} does not fit the code; run `make docs`", file=sys.stderr)
        return 1 if stale else 0
    for page, text in stale.items():
        page.write_text(text, encoding="utf-8")
    return 0


def _texts() -> Iterator[tuple[Path, str]]:
    """Each page with its text."""
    for name, made in PAGES.items():
        template = Path(__file__).with_name(f"{name}.template").read_text(encoding="utf-8")
        yield DOCS / "contracts" / f"{name}.md", filled(template, made())
    for name, made in PARTS.items():
        page = DOCS / f"{name}.md"
        yield page, filled_between(page.read_text(encoding="utf-8"), made())


if __name__ == "__main__":
    sys.exit(main())
