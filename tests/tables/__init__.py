"""Examples of tables, and the rows that every reader has to find in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from services.core.errors import InputError
from services.core.importing.table_rows import TableRow
from services.core.importing.tables import read_table

TABLES = Path(__file__).parent / "examples"
EXPECTED: dict[str, Any] = json.loads((TABLES / "expected.json").read_text(encoding="utf-8"))


def summary(name: str, content: bytes) -> dict[str, Any]:
    """What the reader finds in a table, in the form of expected.json."""
    try:
        table = read_table(content, name=name)
    except InputError as error:
        return {"refused": str(error)}
    rows = [_row(row) for row in table.rows]
    found: dict[str, Any] = {
        "encoding": table.encoding,
        "separator": table.separator,
        "rows": rows,
    }
    if table.columns.foreign:
        found["columns"] = table.columns.told(table.names)
    if table.columns.system:
        found["system"] = table.columns.system
        found["skipped"] = table.columns.by_field(table.names)["skip"]
    if table.left_out:
        found["left_out"] = dict(table.left_out)
    return found


def _row(row: TableRow) -> dict[str, Any]:
    if row.draft is None:
        return {"line": row.line, "reason": row.reason}
    found = {"line": row.line, "id": row.draft.id, "title": row.draft.title, "images": list(row.images)}
    optional = {"link": row.draft.link, "metadata": dict(row.draft.metadata)}
    return found | {name: value for name, value in optional.items() if value}
