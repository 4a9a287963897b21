"""References in the docs exist: files, headings, and named source files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Folders that are built, downloaded or written at run time.
LEFT_OUT = {"__pycache__", "build", "node_modules"}
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
# Files of the project, such as `edge/look/loop.py`; a name in capitals stands for the reader's own.
SOURCE = re.compile(r"(?:[a-z0-9_.-]+/)*(?:[a-z0-9_.-]+|[A-Z]{6,})\.(?:css|js|lua|md|py|sql|svg|toml|yml)")
FOLDER = re.compile(r"[a-z0-9_][a-z0-9_.-]*/(?:[a-z0-9_.-]+/)*")
BLOCK = re.compile(r"^ {4}.*$", re.MULTILINE)


def _files() -> list[Path]:
    """The project's files, without caches, environments and data folders."""

    def walk(folder: Path) -> Iterator[Path]:
        for path in folder.iterdir():
            if path.is_file():
                yield path
            elif path.name not in LEFT_OUT and (path.name == ".ci" or not path.name.startswith(".")):
                yield from walk(path)

    return sorted(walk(ROOT))


FILES = _files()
PLACES = {f"/{path.relative_to(ROOT).as_posix()}" for path in FILES}
PLACES |= {f"/{folder.as_posix()}/" for path in FILES for folder in path.relative_to(ROOT).parents}
PAGES = [path for path in FILES if path.suffix == ".md"]


def anchors(page: Path) -> set[str]:
    """A page's targets of links: its headings, and places with an id."""
    text = page.read_text(encoding="utf-8")
    titles = re.findall(r"^#+ +(.+)$", text, re.MULTILINE)
    words = (re.sub(r"[^\w\- ]", "", title.lower()) for title in titles)
    return {title.strip().replace(" ", "-") for title in words} | set(re.findall(r'<a id="([^"]+)">', text))


def broken(page: Path) -> list[str]:
    """Broken links of a page."""
    lost = []
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        place, _, fragment = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        if not target.exists() or (fragment and fragment not in anchors(target)):
            lost.append(link)
    return lost


def unknown(page: Path) -> list[str]:
    """Source files and folders that a page names and that do not exist; the end of a path is enough."""
    prose = BLOCK.sub("", page.read_text(encoding="utf-8"))
    named = [name for name in CODE.findall(prose) if SOURCE.fullmatch(name) or FOLDER.fullmatch(name)]
    return [name for name in named if not any(place.endswith(f"/{name}") for place in PLACES)]


def test_there_are_pages() -> None:
    assert ROOT / "README.md" in PAGES
    assert ROOT / "docs" / "decisions" / "README.md" in PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_each_link_leads_somewhere(page: Path) -> None:
    assert broken(page) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_each_named_source_file_exists(page: Path) -> None:
    assert unknown(page) == []


def test_a_broken_link_and_a_wrong_name_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A title, here\n[a](#a-title-here) [b](#no) [c](gone.md)\n"
        "`look/lop.py` `loop.py` `edge/look/` `edge/lok/`\n"
    )
    assert broken(page) == ["#no", "gone.md"]
    assert unknown(page) == ["look/lop.py", "edge/lok/"]
