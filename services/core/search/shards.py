"""Values by item id of which a copy takes no time, however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import TypeVar, overload

V = TypeVar("V")
T = TypeVar("T")

# Of a million values a part has a thousand, which are copied in some 10 us.
_PARTS = 1024


class Shards(MutableMapping[str, V]):
    """Values in parts, of which a frozen copy shares those that stay as they are.

    One thread writes, any may read; who iterates meanwhile sees each part as it was at one moment.
    """

    def __init__(self) -> None:
        self._parts: list[dict[str, V]] = [{} for _ in range(_PARTS)]
        # Whether a part belongs to a copy too, and is copied before it changes.
        self._is_shared = bytearray(_PARTS)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        for part in self._parts:
            yield from list(part)

    def pairs(self) -> Iterator[tuple[str, V]]:
        """All ids and values, in less time than `items` takes."""
        for part in self._parts:
            yield from list(part.items())

    def __getitem__(self, item_id: str) -> V:
        return self._parts[hash(item_id) % _PARTS][item_id]

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._parts[hash(item_id) % _PARTS]

    @overload
    def get(self, item_id: str, default: None = None, /) -> V | None: ...
    @overload
    def get(self, item_id: str, default: V, /) -> V: ...
    @overload
    def get(self, item_id: str, default: T, /) -> V | T: ...
    def get(self, item_id: str, default: object = None, /) -> object:
        """The value, or `default`."""
        return self._parts[hash(item_id) % _PARTS].get(item_id, default)

    def __setitem__(self, item_id: str, value: V) -> None:
        part = self._own_part(item_id)
        self._count += item_id not in part
        part[item_id] = value

    def __delitem__(self, item_id: str) -> None:
        if item_id not in self:
            raise KeyError(item_id)
        del self._own_part(item_id)[item_id]
        self._count -= 1

    def frozen(self) -> Shards[V]:
        """The values as they are now."""
        self._is_shared = bytearray(b"\1" * _PARTS)
        copy = Shards[V]()
        copy._parts, copy._is_shared, copy._count = list(self._parts), self._is_shared[:], self._count
        return copy

    def _own_part(self, item_id: str) -> dict[str, V]:
        number = hash(item_id) % _PARTS
        if self._is_shared[number]:
            self._parts[number] = dict(self._parts[number])
            self._is_shared[number] = False
        return self._parts[number]


class WithOne(Mapping[str, V]):
    """Values with one more, or with one in the place of another, which are not copied."""

    def __init__(self, values: Mapping[str, V], item_id: str, value: V) -> None:
        self._values, self._item_id, self._value = values, item_id, value

    def __len__(self) -> int:
        return len(self._values) + (self._item_id not in self._values)

    def __iter__(self) -> Iterator[str]:
        yield from (item_id for item_id in self._values if item_id != self._item_id)
        yield self._item_id

    def __getitem__(self, item_id: str) -> V:
        return self._value if item_id == self._item_id else self._values[item_id]
