"""Reading of one stored item's values: what is damaged is noted and replaced, and the rest is kept."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from common.wire import Vectors
from services.core.catalogue.vector_check import are_units, vectors_of
from services.core.domain import is_text

_SHOWN = 40
# The length of a picture's local features in bytes.
_LENGTH = struct.Struct("<I")


class StoredValues:
    """Checks the values of one row, whatever their types; `damage` names the faults."""

    def __init__(self) -> None:
        self._faults: list[str] = []

    @property
    def damage(self) -> str:
        """The faults in words, "" if there are none."""
        return "; ".join(self._faults)

    def note(self, fault: str) -> None:
        """Add a fault."""
        self._faults.append(fault)

    def text(self, name: str, value: object) -> str:
        """A text, "" for anything else."""
        if isinstance(value, str) and is_text(value):
            return value
        self.note(f"its {name} is {_shown(value)}; expected text")
        return ""

    def link(self, value: object) -> str | None:
        """The link, if there is one."""
        return None if value is None else self.text("link", value)

    def metadata(self, value: object) -> dict[str, str]:
        """The metadata of its JSON, {} if it is none of ours."""
        found = self._json("metadata", value, dict)
        fields = {
            name: each
            for name, each in found.items()
            if isinstance(each, str) and is_text(name) and is_text(each)
        }
        if len(fields) < len(found):
            self.note("its metadata is no object of texts")
        return fields

    def keys(self, value: object) -> tuple[str, ...]:
        """The keys of a JSON list of pictures, without what is no key."""
        found = self._json("list of pictures", value, list)
        return tuple(key for key in (self.text("picture", each) for each in found) if key)

    def number(self, name: str, value: object, *, at_least: int) -> int:
        """A whole number, `at_least` for anything else."""
        if isinstance(value, int) and value >= at_least:
            return value
        self.note(f"its {name} is {_shown(value)}; expected a whole number from {at_least}")
        return at_least

    def vectors(self, name: str, content: object, dim: int, *, at_least: int = 0) -> Vectors:
        """float32 [n, dim] of unit length, none of them if one is damaged; `dim` is 1 or more."""
        nothing: Vectors = np.empty((0, dim), np.float32)
        if not isinstance(content, bytes):
            self.note(f"its {name} are {_shown(content)}; expected bytes")
        elif self.views(name, len(content), dim, at_least=at_least):
            vectors = vectors_of(content, dim)
            if are_units(vectors):
                return vectors
            self.note(f"one of its {name} is not of length 1")
        return nothing

    def views(self, name: str, size: object, dim: int, *, at_least: int = 0) -> int:
        """The number of vectors in `size` bytes, 0 if that is not a whole number of them."""
        count, rest = divmod(size, 2 * dim) if isinstance(size, int) else (0, 1)
        if rest:
            self.note(f"its {name} have {size} bytes; expected {2 * dim} for each")
        elif count < at_least:
            self.note(f"it has {count} {name}; expected {at_least} or more")
        return 0 if rest else count

    def _json(self, name: str, value: object, kind: type) -> Any:
        try:
            found = json.loads(self.text(name, value))
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, kind):
            if isinstance(value, str):
                self.note(f"its {name} is {_shown(value)}; expected JSON")
            return kind()
        return found


def packed_points(points: Sequence[bytes]) -> bytes:
    """The local features of an item's pictures as one value, each behind its length."""
    return b"".join(_LENGTH.pack(len(blob)) + blob for blob in points)


def points_of(content: object, pictures: int) -> tuple[bytes, ...]:
    """What `packed_points` made of an item with this number of pictures; () for anything else.

    Without them an item is still found, so that it is not damaged.
    """
    rest, points = content if isinstance(content, bytes) else b"", list[bytes]()
    while len(rest) >= _LENGTH.size:
        end = _LENGTH.size + _LENGTH.unpack_from(rest)[0]
        if end > len(rest):
            return ()
        points.append(rest[_LENGTH.size : end])
        rest = rest[end:]
    return tuple(points) if not rest and len(points) == pictures else ()


def _shown(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
