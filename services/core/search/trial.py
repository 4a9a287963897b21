"""The trial of a new item before it is saved: what would it have been named for in its camera's last minute?

The frames of the thing itself are the run of alike frames around the one that is most like the item. The item
may be named for these alone: not for the scene before and after, and for no frame of another item.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.wire import Observation, Vectors, WireError, unit
from services.core.camera_mean import SeenFrame
from services.core.catalogue.views import RECIPE
from services.core.domain import Item, ItemFacts
from services.core.ports import ItemStore, KnnSearch, MatchQueue, Memory
from services.core.records import Match, MatchRecord, Neighbour, Verdict
from services.core.search.lookup import Lookup
from services.core.search.nearest import own_mean
from services.core.search.shards import WithOne
from services.core.search.view import View

# The id of an item that has none yet; no item can have it.
NEW_ID = ""
NEAREST = 3
# Cosines from which two frames in a row show the same thing, though it is turned: with their mean taken off,
# and as they are, because the mean of a single scene would take all of it away.
_SAME_CENTRED, _SAME_RAW = 0.4, 0.9
# Share of frames, and their least number, from which a wrong name is no chance.
_SHARE, _LEAST = 0.25, 2


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome of a trial; `nearest` are other items of the catalogue, as matches of the item's vectors.

    `named` counts those of the `frames` that the item would be named for, `named_empty` those among the
    `empty` ones, which showed neither it nor another item for certain. `other` is the item that it would be
    mistaken for.
    """

    frames: int
    named: int
    empty: int
    named_empty: int
    nearest: tuple[Match, ...]
    other: ItemFacts | None

    @property
    def warning(self) -> str | None:
        """What a person has to know before the item is saved."""
        if _is_much(self.named_empty, self.empty):
            return "empty_desk"
        return "another_item" if self.other else None

    def to_json(self) -> dict[str, Any]:
        """The form of POST /teach/trial's answer."""
        other = None if self.other is None else {"id": self.other.id, "title": self.other.title}
        return {
            "frames": self.frames,
            "would_name": self.named,
            "empty_frames": self.empty,
            "would_name_empty": self.named_empty,
            "nearest": [
                {"id": match.item.id, "title": match.item.title, "score": round(match.score, 4)}
                for match in self.nearest
            ],
            "warning": self.warning,
            "other": other if self.warning == "another_item" else None,
        }


class Trials:
    """Tries new items in the search process, whose index and memory of cameras it needs."""

    def __init__(
        self, live: Callable[[], View | None], lookup: Lookup, queue: MatchQueue, store: ItemStore
    ) -> None:
        """`live` is the follower's: it gives the present view, or raises LoadingError."""
        self._live, self._lookup, self._queue, self._store = live, lookup, queue, store

    def run(self, taught: Observation, *, item_id: str | None = None) -> Trial:
        """Try the vectors of an item's pictures against its camera's last minute.

        `item_id` is that of the item that they are added to, if it exists. Raises WireError for vectors of
        another model or length than the catalogue's, LoadingError, or UnavailableError.
        """
        view = self._live()
        if view is None:  # an empty catalogue: whatever comes is the first item
            return Trial(0, 0, 0, 0, (), None)
        if (taught.model, taught.vectors.shape[1]) != (view.model, view.dim):
            text = f"vectors of model {taught.model}; expected {view.model} like the catalogue's"
            raise WireError("model", text)
        memory = Memory((), self._queue.memories([taught.thing])[taught.thing].mean)
        frames = [frame for frame in self._queue.seen(taught.thing) if frame.model == view.model]
        (item,) = self._store.get_many([item_id]) if item_id else [None]
        item = _with_pictures(item if item and item.model == view.model else None, view, taught.vectors)
        return tried(taught, frames[::-1], view, self._lookup, memory, item)


def tried(
    taught: Observation,
    frames: Sequence[SeenFrame],
    view: View,
    lookup: Lookup,
    memory: Memory,
    item: Item,
) -> Trial:
    """The trial of an item to which `taught` are added, against frames in the order of their times."""
    item_id, memories = item.id, {taught.thing: memory}
    nearest = _nearest(lookup.answer([taught], view, memories=memories)[0], item_id)
    joined = with_item(view, item, own_mean(memory, view))
    seen = [
        replace(taught, vectors=frame.vector[np.newaxis], captured_at_s=frame.captured_at_s)
        for frame in frames
    ]
    records = lookup.answer(seen, joined, memories=memories)
    names = np.array([_names(*pair, item_id) for pair in zip(records, frames, strict=True)], np.bool_)
    own = _showing(frames, taught.vectors)
    known = np.array([frame.verdict == Verdict.MATCH for frame in frames], np.bool_)
    wrong = names & ~own
    other = _mistaken(frames, wrong & known, ~own & known, item_id)
    return Trial(
        frames=len(frames),
        named=int(names.sum()),
        empty=int((~own & ~known).sum()),
        named_empty=int((wrong & ~known).sum()),
        nearest=nearest[1],
        other=nearest[0] or (view.facts.get(other) if other else None),
    )


def _names(record: MatchRecord, frame: SeenFrame, item_id: str) -> bool:
    """Whether the item is the answer to a frame; a guess is one where there was no answer before."""
    if not record.matches or record.matches[0].item.id != item_id:
        return False
    guessed = record.verdict is Verdict.UNSURE and frame.verdict == Verdict.NO_MATCH
    return record.verdict is Verdict.MATCH or guessed


def _nearest(record: MatchRecord, item_id: str) -> tuple[ItemFacts | None, tuple[Match, ...]]:
    """The item that the pictures are taken for already, if there is one, and the nearest ones."""
    others = tuple(match for match in record.matches if match.item.id != item_id)[:NEAREST]
    is_other = record.verdict is Verdict.MATCH and bool(others) and others[0] is record.matches[0]
    return others[0].item if is_other else None, others


def _showing(frames: Sequence[SeenFrame], taught: Vectors) -> NDArray[np.bool_]:
    """Which frames show the thing: the run of alike ones around the most alike to its pictures."""
    own = np.zeros(len(frames), np.bool_)
    if not frames:
        return own
    vectors = np.stack([frame.vector for frame in frames])
    first = last = int((vectors @ taught.T).max(axis=1).argmax())
    centred = unit(vectors - vectors.mean(axis=0) + 1e-9)
    alike = (centred[1:] * centred[:-1]).sum(axis=1) >= _SAME_CENTRED
    alike |= (vectors[1:] * vectors[:-1]).sum(axis=1) >= _SAME_RAW
    while first > 0 and alike[first - 1]:
        first -= 1
    while last < len(frames) - 1 and alike[last]:
        last += 1
    own[first : last + 1] = True
    return own


def _mistaken(
    frames: Sequence[SeenFrame], wrong: NDArray[np.bool_], of: NDArray[np.bool_], item_id: str
) -> str | None:
    """The item whose frames the new one would take over, None if it is none or only now and then."""
    taken = Counter(frame.best_id for frame, is_wrong in zip(frames, wrong, strict=True) if is_wrong)
    shown = Counter(frame.best_id for frame, is_of in zip(frames, of, strict=True) if is_of)
    for other, count in taken.most_common():
        if other not in (None, item_id) and _is_much(count, shown[other]):
            return other
    return None


def _is_much(count: int, of: int) -> bool:
    return count >= max(_LEAST, _SHARE * of)


def _with_pictures(item: Item | None, view: View, vectors: Vectors) -> Item:
    """The item, or a new one, with taught pictures of these vectors."""
    keys = tuple(f"tried-{number}" for number in range(len(vectors)))
    if item is None:
        bare = Item(NEW_ID, "", keys[0], view.model, vectors, recipe=RECIPE)
        return replace(bare, more_pictures=keys[1:], taught=keys)
    return replace(
        item,
        more_pictures=(*item.more_pictures, *keys),
        taught=(*item.taught, *keys),
        vectors=np.concatenate([item.vectors, vectors]),
    )


def with_item(view: View, item: Item, camera: Vectors | None) -> View:
    """The view as it will be when the item is saved; `camera` is its camera's mean.

    A space that nothing was taught to knows no mean of taught pictures yet, and gets it with the item.
    """
    space = view.space
    if space.shipped is not None and not space.taught_items and camera is not None and not view.is_kept:
        space = replace(space, taught_mean=camera)
    rows, standing = space.placed(item)
    standings = view.standings if standing is None else WithOne(view.standings, item.id, standing)
    return replace(
        view,
        index=_IndexWithItem(view.index, item.id, rows),
        facts=WithOne(view.facts, item.id, item.facts),
        standings=standings,
    )


@dataclass(frozen=True, slots=True)
class _IndexWithItem:
    """An index in which an item has these rows, float32 [rows, dim], in place of those that it had."""

    index: KnnSearch
    item_id: str
    rows: Vectors

    def __len__(self) -> int:
        return len(self.index) + 1

    def search(self, vectors: Vectors, *, k: int) -> list[list[Neighbour]]:
        """As of the port."""
        cosines = vectors @ self.rows.T
        others = self.index.search(vectors, k=k)
        return [self._joined(*pair)[:k] for pair in zip(others, cosines, strict=True)]

    def _joined(self, found: Sequence[Neighbour], cosines: Vectors) -> list[Neighbour]:
        nearest = int(cosines.argmax())
        distance = max(0.0, 2 - 2 * float(cosines[nearest])) ** 0.5
        own = Neighbour(self.item_id, distance, vector=self.rows[nearest])
        others = [each for each in found if each.item_id != self.item_id]
        return sorted([*others, own], key=lambda each: each.distance)
