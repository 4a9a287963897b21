"""Pieces of Markdown for the generated pages."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence

# The mark in a template behind which generated text goes.
MARK = "<!-- made of the code by `make docs` -->"
# The end of such text in a page that goes on by hand.
END = "<!-- up to here -->"
MAX_CELL = 120
_WIDTH = 124


def filled(template: str, made: str) -> str:
    """A template with `made` behind its mark, which stays to name its source."""
    assert template.count(MARK) == 1, f"a template has one line {MARK}"
    return template.replace(MARK, f"{MARK}\n\n{made.strip()}")


def filled_between(page: str, made: str) -> str:
    """A page with `made` between the mark and its end, in place of what was there."""
    before, _, rest = page.partition(MARK)
    _, end, after = rest.partition(END)
    assert end, f"a page has a line {MARK} and below it {END}"
    return f"{before}{MARK}\n\n{made.strip()}\n\n{END}{after}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; raises ValueError for a cell that is too long."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for row in rows:
        for cell in row:
            if len(cell) > MAX_CELL:
                raise ValueError(f"a cell of {len(cell)} characters; expected at most {MAX_CELL}: {cell}")
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |")
    return "\n".join(lines)


def wrapped(text: str, *, indent: str = "") -> str:
    """A paragraph in lines; all but the first begin with `indent`."""
    return textwrap.fill(
        text, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def first_sentence(text: str) -> tuple[str, str]:
    """The first sentence of a text, without its full stop, and the rest."""
    first, _, rest = re.sub(r"\s+", " ", text.strip()).partition(". ")
    return first.removesuffix("."), rest
