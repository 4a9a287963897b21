"""The lines where the ids of a table stand first, in 24 bytes an id: a table may have a million rows."""

from __future__ import annotations

from array import array
from hashlib import blake2b

_BEGIN = 1024


class FirstLines:
    """Texts by a 64-bit hash, each with a number; two of a million share one in 1 of 37 million cases."""

    def __init__(self) -> None:
        self._hashes = array("Q", bytes(8 * _BEGIN))
        self._lines = array("L", bytes(self._width * _BEGIN))
        self._count = 0

    _width = array("L").itemsize

    def __len__(self) -> int:
        return self._count

    def __contains__(self, text: str) -> bool:
        return self._hashes[self._place(_hash(text))] != 0

    def first(self, text: str, line: int) -> int:
        """The line that was given with this text first."""
        key = _hash(text)
        place = self._place(key)
        if not self._hashes[place]:
            self._hashes[place], self._lines[place] = key, line
            self._count += 1
            if self._count * 3 > len(self._hashes) * 2:
                self._grow()
            return line
        return self._lines[place]

    def _place(self, key: int) -> int:
        """The place of a hash, or the empty one where it belongs."""
        last = len(self._hashes) - 1
        place = key & last
        while self._hashes[place] not in (0, key):
            place = (place + 1) & last
        return place

    def _grow(self) -> None:
        before = zip(self._hashes, self._lines, strict=True)
        size = 2 * len(self._hashes)
        self._hashes, self._lines = array("Q", bytes(8 * size)), array("L", bytes(self._width * size))
        for key, line in before:
            if key:
                place = self._place(key)
                self._hashes[place], self._lines[place] = key, line


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(errors="surrogateescape"), digest_size=8).digest()) or 1
