"""The pictures that a table names, in the folder where it lies."""

from __future__ import annotations

import os
import posixpath
import re
import unicodedata
from pathlib import Path

from services.core.domain import is_text
from services.core.errors import InputError
from services.core.importing.file_names import is_address

# Of another protocol, or with a protocol left out; a drive's name has one letter.
_OTHER_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/|//|data:", re.IGNORECASE)


class PicturePlace:
    """Finds pictures in a folder, or names them in its home in S3."""

    def __init__(self, folder: Path, home: str = "") -> None:
        self._folder, self._home = folder.resolve(), home
        # By folder: its names, each under its composed form and under that in small letters.
        self._names: dict[Path, dict[str, set[str]]] = {}

    def find(self, source: str) -> Path | str:
        """The path or address of a picture; raises InputError for what is neither or outside the folder.

        The Unicode form of a name does not count, nor does upper or lower case if one file alone fits then.
        """
        if is_address(source):
            return source
        if not is_text(source) or "\0" in source:
            raise InputError(f"the picture {source[:60]!a} is neither a path nor an address")
        if _OTHER_ADDRESS.match(source):
            raise InputError(
                f"the picture {source[:200]!r} is no address that is fetched; expected http:// or https://, "
                "or a path from the file's folder"
            )
        path = self._placed(source)
        if self._home:
            return f"{self._home}/{posixpath.normpath(source)}"
        if not os.path.lexists(path) and "\\" in source:
            path = self._placed(source.replace("\\", "/"))
        return path if os.path.lexists(path) else self._alike(path)

    def _placed(self, source: str) -> Path:
        """The path; of `/m/mug.jpg`, as shops write it, the one in the folder if a file is there."""
        bare = source.lstrip("/")
        if bare != source and not self._home:
            path = self._within(bare)
            path = path if os.path.lexists(path) else self._alike(path)
            if os.path.lexists(path):
                return path
        return self._within(source)

    def _within(self, source: str) -> Path:
        try:
            path = (self._folder / source).resolve()
        except (OSError, RuntimeError) as error:  # links in a circle
            raise InputError(f"the picture {source[:200]!r} can't be found: {error}") from None
        if not path.is_relative_to(self._folder):
            raise InputError(f"the picture {source[:200]!r} lies outside the file's folder")
        return path

    def _alike(self, path: Path) -> Path:
        """The file whose path differs in its form alone, or the path itself."""
        found = self._folder
        for part in path.relative_to(self._folder).parts:
            name = self._alike_name(found, part)
            if name is None:
                return path
            found = found / name
        return self._within(str(found))

    def _alike_name(self, folder: Path, part: str) -> str | None:
        names = self._listed(folder)
        composed = unicodedata.normalize("NFC", part)
        for form in (composed, composed.casefold()):
            fitting = names.get(form, set())
            if len(fitting) > 1 and part not in fitting:
                either = " or ".join(map(repr, sorted(fitting)[:3]))
                raise InputError(f"the picture {part[:200]!r} may be {either}; expected one of these names")
            if fitting:
                return part if part in fitting else next(iter(fitting))
        return None

    def _listed(self, folder: Path) -> dict[str, set[str]]:
        if folder not in self._names:
            names: dict[str, set[str]] = {}
            try:
                for file in folder.iterdir():
                    composed = unicodedata.normalize("NFC", file.name)
                    for form in (composed, composed.casefold()):
                        names.setdefault(form, set()).add(file.name)
            except OSError:
                pass  # opening the picture will name the cause
            self._names[folder] = names
        return self._names[folder]
