"""Writes the generated pages of docs/contracts, or checks them: `python -m docs.generator [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from docs.generator.cli_page import commands
from docs.generator.http_page import calls
from docs.generator.markdown import filled
from docs.generator.settings_page import settings

DOCS = Path(__file__).resolve().parents[1]
# Each page is its template, with text from the code behind its mark.
PAGES: dict[str, Callable[[], str]] = {"cli": commands, "http": calls, "settings": settings}


def main() -> int:
    """Write the pages; with --check name those that are stale, with exit code 1 if there are any."""
    stale = [name for name in PAGES if not _is_true(name)]
    if "--check" in sys.argv[1:]:
        for name in stale:
            print(f"error: docs/contracts/{name}.md does not fit the code; run `make docs`", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        _page(name).write_text(_text(name), encoding="utf-8")
    return 0


def _is_true(name: str) -> bool:
    return _page(name).exists() and _page(name).read_text(encoding="utf-8") == _text(name)


def _page(name: str) -> Path:
    return DOCS / "contracts" / f"{name}.md"


def _text(name: str) -> str:
    template = Path(__file__).with_name(f"{name}.template").read_text(encoding="utf-8")
    return filled(template, PAGES[name]())


if __name__ == "__main__":
    sys.exit(main())
