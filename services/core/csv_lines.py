"""Lines of comma-separated values for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

# A spreadsheet would compute a cell that begins with one of these.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_line(values: Iterable[Any]) -> str:
    """A line; a text that a spreadsheet would compute has an apostrophe before it."""
    text = io.StringIO()
    csv.writer(text).writerow([_cell(each) for each in values])
    return text.getvalue()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
