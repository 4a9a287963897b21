"""A product feed in XML, as Google Merchant reads it: RSS 2.0 or Atom.

It is read by expat, with a document type refused: what has none can't name files or addresses to be read, nor
entities that grow. Of each item its own elements are values, by their names without a namespace.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from services.core.errors import InputError
from services.core.importing.table_encoding import Opened
from services.core.importing.table_rows import Line

_GOOGLE = "http://base.google.com/ns/1.0"
_ITEMS = ("item", "entry")
_MOST_DEPTH, _MOST_VALUES, _MOST_TEXT = 64, 500, 131_072
_PIECE_BYTES = 65_536


def feed_items(opened: Opened, name: str, encoding: str = "") -> Iterator[Line]:
    """The items of a feed; raises InputError with the line if it is not XML or holds a document type."""
    reader = _Reader(name, encoding)
    with opened() as file:
        while True:
            piece = file.read(_PIECE_BYTES)
            yield from reader.read(piece)
            if not piece:
                return


class _Reader:
    """Gathers the items of a feed while it is parsed."""

    def __init__(self, name: str, encoding: str) -> None:
        self._name = name
        try:
            self._parser = expat.ParserCreate(encoding or None, namespace_separator=" ")
        except ValueError:
            raise InputError(f"encoding {encoding[:40]!a} is not known") from None
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.EntityDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._found: list[Line] = []
        self._path: list[str] = []
        # Of the present item: the depth of its element, its values by name, and the text of the present one.
        self._depth = 0
        self._values: dict[str, list[str]] = {}
        self._own: set[str] = set()
        self._words: list[str] = []
        self._size = 0

    def read(self, piece: bytes) -> list[Line]:
        """The items that end in this piece; an empty one is the file's end."""
        try:
            self._parser.Parse(piece, not piece)
        except expat.ExpatError as error:
            why = expat.errors.messages.get(error.code, str(error))
            raise InputError(f"{self._name} line {error.lineno} is not XML: {why}") from None
        except (LookupError, ValueError) as error:  # an encoding that it names itself
            raise InputError(f"{self._name} is not XML that can be read: {str(error)[:100]}") from None
        found, self._found = self._found, []
        return found

    def _refuse_doctype(self, *_: Any) -> None:
        raise InputError(
            f"{self._name} line {self._parser.CurrentLineNumber} holds a document type (<!DOCTYPE), which a "
            "feed has no need of; expected RSS or Atom without one, or a .csv"
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        space, _, name = tag.rpartition(" ")
        self._path.append(name)
        if len(self._path) > _MOST_DEPTH:
            raise InputError(f"{self._name} line {self._parser.CurrentLineNumber} is nested deeper than 64")
        if not self._depth and name in _ITEMS and len(self._path) > 1:
            self._depth, self._values, self._own, self._size = len(self._path), {}, set(), 0
        elif self._depth:
            self._words = []
            if len(self._path) == self._depth + 1 and name == "link" and attributes.get("href"):
                self._keep(name, attributes["href"], space)  # Atom's

    def _text(self, text: str) -> None:
        if self._depth:
            self._size += len(text)
            if self._size > _MOST_TEXT:
                line = self._parser.CurrentLineNumber
                raise InputError(f"{self._name} line {line}: an item of more than {_MOST_TEXT:,} characters")
            self._words.append(text)

    def _end(self, tag: str) -> None:
        if self._depth and len(self._path) == self._depth:
            values = {name: _joined(name, texts) for name, texts in self._values.items()}
            self._found.append(Line(self._parser.CurrentLineNumber, values))
            self._depth = 0
        elif self._depth:
            space, _, _ = tag.rpartition(" ")
            # <shipping><price> is `shipping price`.
            self._keep(" ".join(self._path[self._depth :]), "".join(self._words), space)
            self._words = []
        self._path.pop()

    def _keep(self, name: str, text: str, space: str) -> None:
        """Keep a value; of two of a name, such as RSS's title and Google's, Google's own count."""
        if not text.strip() or len(self._values) >= _MOST_VALUES:
            return
        if space == _GOOGLE and name not in self._own:
            self._own.add(name)
            self._values[name] = []
        elif space != _GOOGLE and name in self._own:
            return
        self._values.setdefault(name, []).append(text.strip())


def _joined(name: str, texts: list[str]) -> str:
    # Addresses of pictures are told apart by line ends.
    return ("\n" if "image" in name else ", ").join(texts)
