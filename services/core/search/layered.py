"""Values by item id that a snapshot keeps in files, under those that have changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Protocol, TypeVar, overload

from services.core.search.shards import Shards

V = TypeVar("V")
T = TypeVar("T")
V_co = TypeVar("V_co", covariant=True)

# Number of values that were read and stay in memory: cameras show the same items again and again.
_MOST_READ = 50_000
_GONE = None
_UNCHANGED = object()


class KeptValues(Protocol[V_co]):
    """Values that are read when they are asked for; any thread may ask."""

    def __len__(self) -> int:
        """Their number."""

    def ids(self) -> Iterator[str]:
        """The ids of all."""

    def read(self, item_id: str, /) -> V_co | None:
        """The value of an item, None for one that has none."""


class Layered(MutableMapping[str, V]):
    """Kept values and changes of them, which are in memory; one thread writes, any may read by id."""

    def __init__(self, kept: KeptValues[V]) -> None:
        self.kept = kept
        # The changed values, None for one that is gone.
        self._own: Shards[V | None] = Shards()
        self._read: dict[str, V] = {}
        self._count = len(kept)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        own = dict(self.changed())
        yield from (item_id for item_id in self.kept.ids() if item_id not in own)
        yield from (item_id for item_id, value in own.items() if value is not _GONE)

    def changed(self) -> Iterator[tuple[str, V | None]]:
        """The values that have changed since, None for one that is gone."""
        return ((item_id, self._own.get(item_id)) for item_id in self._own)

    def __getitem__(self, item_id: str) -> V:
        found = self.get(item_id)
        if found is None:
            raise KeyError(item_id)
        return found

    def __contains__(self, item_id: object) -> bool:
        return isinstance(item_id, str) and self.get(item_id) is not None

    @overload
    def get(self, item_id: str, default: None = None, /) -> V | None: ...
    @overload
    def get(self, item_id: str, default: V, /) -> V: ...
    @overload
    def get(self, item_id: str, default: T, /) -> V | T: ...
    def get(self, item_id: str, default: object = None, /) -> object:
        """The value, or `default`."""
        own = self._own.get(item_id, _UNCHANGED)
        if own is not _UNCHANGED:
            return default if own is _GONE else own
        found = self._read.get(item_id)
        if found is None:
            found = self.kept.read(item_id)
            if found is None:
                return default
            if len(self._read) >= _MOST_READ:
                self._read = {}
            self._read[item_id] = found
        return found

    def __setitem__(self, item_id: str, value: V) -> None:
        self._count += item_id not in self
        self._own[item_id] = value

    def __delitem__(self, item_id: str) -> None:
        if item_id not in self:
            raise KeyError(item_id)
        self._count -= 1
        self._own[item_id] = _GONE

    def frozen(self) -> Layered[V]:
        """The values as they are now."""
        copy = Layered(self.kept)
        copy._own, copy._count = self._own.frozen(), self._count
        return copy


def frozen(values: Mapping[str, V]) -> Mapping[str, V]:
    """Values as they are now, for the thread that writes them."""
    return values.frozen() if isinstance(values, Layered | Shards) else dict(values)
