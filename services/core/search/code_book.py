"""The items by the codes that are theirs, in little memory: hashes of the codes, in sorted arrays."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.core.domain import ItemFacts
from services.core.search.item_codes import item_keys

Keys = NDArray[np.uint64]

# Codes beside the arrays at least, before they are put into them.
_FOLD_FROM = 4096


class CodeBook:
    """Finds items by their codes; one thread adds, any reads.

    What it gives may have changed since, or be another code's item with the same hash: whoever asks
    compares the item's codes.
    """

    def __init__(self, keys: Keys | None = None, ids: NDArray[Any] | None = None) -> None:
        """Begin with sorted hashes, and the id of each one's item."""
        none = np.empty(0, np.uint64), np.empty(0, object)
        self._base = none if keys is None or ids is None else (keys, ids)
        self._own: dict[int, tuple[str, ...]] = {}

    def __len__(self) -> int:
        return len(self._base[0]) + sum(map(len, self._own.values()))

    def add(self, item: ItemFacts) -> None:
        """Note the codes of an item as it is now."""
        for key in item_keys(item):
            number = code_hash(key)
            if item.id not in self._of(number):
                self._own[number] = (*self._own.get(number, ()), item.id)
        if len(self._own) > max(_FOLD_FROM, len(self._base[0]) // 4):
            self._fold()

    def items(self, keys: Iterable[str]) -> list[str]:
        """The ids of the items that may have one of these codes."""
        return list(dict.fromkeys(item_id for key in sorted(keys) for item_id in self._of(code_hash(key))))

    def _of(self, number: int) -> tuple[str, ...]:
        own = self._own.get(number, ())  # first: folding puts them into the base before they go from here
        keys, ids = self._base
        wanted = np.uint64(number)
        start = int(np.searchsorted(keys, wanted))
        end = start + int(np.searchsorted(keys[start : start + 64], wanted, side="right"))
        return (*own, *ids[start:end].tolist()) if end > start else own

    def _fold(self) -> None:
        """Put the codes beside the arrays into them."""
        pairs = [(number, item_id) for number, ids in self._own.items() for item_id in ids]
        keys = np.array([number for number, _ in pairs], np.uint64)
        ids = np.array([item_id for _, item_id in pairs], object)
        self._base = sorted_codes(np.concatenate([self._base[0], keys]), np.concatenate([self._base[1], ids]))
        self._own = {}


class CodePlaces:
    """The codes of items that are written one after the other, with the items' places."""

    def __init__(self) -> None:
        self._keys, self._places = array("Q"), array("i")

    def add(self, item: ItemFacts, *, place: int) -> None:
        """Note the codes of the item at a place."""
        numbers = [code_hash(key) for key in item_keys(item)]
        self._keys.extend(numbers)
        self._places.extend([place] * len(numbers))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Sorted hashes and the places of their items, for a file."""
        keys, places = sorted_codes(np.array(self._keys, np.uint64), np.array(self._places, np.int32))
        return {"code_keys": keys, "code_places": places}


def kept_codes(arrays: Mapping[str, NDArray[Any]], ids: Sequence[str]) -> CodeBook:
    """The book of what `CodePlaces` gave, where `ids` are those of the places; may raise IndexError."""
    return CodeBook(arrays["code_keys"], np.array(ids, object)[arrays["code_places"]])


def sorted_codes(keys: Keys, values: NDArray[Any]) -> tuple[Keys, NDArray[Any]]:
    """Hashes in their order, and what belongs to each."""
    order = np.argsort(keys, kind="stable")
    return keys[order], values[order]


def code_hash(key: str) -> int:
    """The 64 bits that stand for a key of `item_codes`, in every process the same."""
    # Damaged texts may hold halves of surrogate pairs.
    digest = hashlib.blake2b(key.encode(errors="surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "little")
