"""The file of an import's refused rows, which can be corrected and imported as it is."""

from __future__ import annotations

import csv
from pathlib import Path

from services.cli.printed import tell
from services.core.errors import InputError, no_space_told
from services.core.importing.import_rows import BadRow
from services.core.importing.refused_rows import refused_lines
from services.core.importing.tables import Table


class RefusedFile:
    """Gathers what is refused, and writes it as CSV; without a path it does nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._reasons: dict[str, str] = {}

    def check(self, table: Table | None) -> None:
        """Raise InputError before the import, if it could not be written after it."""
        if self._path is None:
            return
        if table is None:
            raise InputError("--refused is for the rows of a table; a folder or an archive has none")
        if self._path.suffix.lower() != ".csv":
            raise InputError(f"--refused {self._path} is no .csv, as which it is imported again")
        if not self._path.parent.is_dir():
            raise InputError(f"--refused {self._path}: there is no folder {self._path.parent}")
        if Path(table.name).resolve() == self._path.resolve():
            raise InputError(f"--refused {self._path} is the table itself; expected another file")

    def note(self, row: BadRow) -> None:
        """Remember a refused row."""
        if self._path is not None:
            self._reasons[row.where] = row.reason

    def write(self, table: Table | None) -> None:
        """Write the file if there is a row for it."""
        if self._path is None or table is None or not self._reasons:
            return
        # With the mark by which spreadsheets know UTF-8.
        with no_space_told(str(self._path)), self._path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(refused_lines(table, self._reasons))
        tell(f"refused rows with their reasons: {self._path}; correct them and import that file")
