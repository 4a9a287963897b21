"""Printing of the command line: whatever a text holds, one line stays one line and moves no cursor."""

from __future__ import annotations

import sys

from common.visible_text import visible


def say(*lines: str) -> None:
    """Print lines of an answer to stdout."""
    for line in lines:
        print(visible(line), flush=True)


def tell(*lines: str) -> None:
    """Print lines about an answer to stderr."""
    for line in lines:
        print(visible(line), file=sys.stderr)


def items_in_words(count: int) -> str:
    """Such as "1 item" and "3,000 items"."""
    return f"{count:,} item" if count == 1 else f"{count:,} items"
