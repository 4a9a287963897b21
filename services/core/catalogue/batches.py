"""The use cases of changing many items at once: one step of the store, and one undo for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from services.core.catalogue.edits import Edit
from services.core.catalogue.items import Catalogue, seen_by
from services.core.catalogue.kept_items import FiledItems, KeptItems
from services.core.catalogue.undo import PastMany, UndoStore
from services.core.domain import Item, ItemFacts, ItemWords, ManyWritten
from services.core.errors import InputError

MOST_ITEMS = 10_000
# What an item has beside its metadata, which of many at once nobody changes.
_OWN = ("id", "title", "link")
# Whole items that are in memory at a time.
_AT_ONCE = 200
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BatchEdit:
    """New metadata for many items: fields to set and to remove; the others stay.

    Raises InputError for none at all, for one that is set and removed, and for a title, a link or an id.
    """

    to_set: Mapping[str, str]
    to_remove: Sequence[str] = ()

    def __post_init__(self) -> None:
        names = [name.strip() for name in (*self.to_set, *self.to_remove)]
        if not names:
            raise InputError("there is nothing to change; expected `set` or `remove` with fields of metadata")
        for name in names:
            if name in _OWN:
                raise InputError(
                    f"`{name}` can't be changed of many items at once; expected fields of metadata"
                )
            if names.count(name) > 1:
                raise InputError(f"`{name[:60]}` is named twice; expected it once, to set or to remove it")

    def of(self, facts: ItemFacts) -> ItemWords:
        """The item's words after it; raises InputError for invalid ones, and for a damaged item."""
        if facts.damage:
            raise InputError(f"item {facts.id!r} is damaged in the item store: {facts.damage}")
        gone = {name.strip() for name in self.to_remove}
        kept = {name: value for name, value in facts.metadata.items() if name not in gone}
        metadata = kept | {name.strip(): value for name, value in self.to_set.items()}
        draft = Edit(metadata=metadata).draft(facts)
        return ItemWords(facts.id, facts.revision, draft.title, draft.link, draft.metadata)


@dataclass(frozen=True, slots=True)
class BatchChanged:
    """How many items were changed, which were refused with which reason, and how all is taken back.

    `undo` is None if nothing was changed, or if it is too much to be kept.
    """

    changed: int
    refused: Mapping[str, str]
    change: int
    undo: str | None


class BatchEditor:
    """Changes many items at once; those that others change meanwhile are refused, and the rest is done."""

    def __init__(self, catalogue: Catalogue, undo: UndoStore, *, file: Callable[[], FiledItems]) -> None:
        """`file` makes an empty file for deleted items."""
        self._store, self._undo, self._file, self._catalogue = catalogue.store, undo, file, catalogue

    def edit(self, ids: Iterable[str], edit: BatchEdit) -> BatchChanged:
        """Change metadata; items that have it already count as not changed."""
        refused, words, befores = dict[str, str](), list[ItemWords](), dict[str, ItemFacts]()
        for item_id, facts in self._facts(ids):
            try:
                new = edit.of(_there(item_id, facts))
            except InputError as error:
                refused[item_id] = str(error)
                continue
            assert facts is not None
            if new.metadata != facts.metadata:
                words.append(new)
                befores[item_id] = facts
        return self._revised(words, befores, refused)

    def delete(self, ids: Iterable[str]) -> BatchChanged:
        """Remove items, and the feedback on them."""
        wanted, kept = _each_once(ids), self._file()
        refused, revisions = dict[str, str](), dict[str, str]()
        for some in _parts(wanted):
            for item_id, item in zip(some, self._store.get_many(some), strict=True):
                if item is None:
                    refused[item_id] = f"there is no item {item_id!r}"
                else:
                    kept.add(item)
                    revisions[item_id] = item.revision
        written = self._store.delete_many(revisions)
        for item_id in written.refused:
            kept.leave(item_id)
        return self._told(written, len(kept), refused, PastMany(gone=kept))

    def undo(self, token: str, past: PastMany) -> BatchChanged:
        """Take a change of many items back, once; items that changed since are refused.

        That is a change too, and can be undone. Raises InputError if this process has another model than the
        catalogue, and would have to look at deleted items again.
        """
        if past.gone is not None and past.gone.pictures:
            changed = self._bring_back(past.gone)
        elif past.added:
            changed = self._take_away(past.added)
        else:
            befores = {each.id: each for _, each in self._facts(each.id for each in past.words) if each}
            words = [each for each in past.words if each.id in befores]
            gone = [each.id for each in past.words if each.id not in befores]
            changed = self._revised(words, befores, {each: f"item {each!r} is gone" for each in gone})
        if changed.changed:
            self._undo.forget(token)
        return changed

    def _revised(
        self, words: Sequence[ItemWords], befores: Mapping[str, ItemFacts], refused: dict[str, str]
    ) -> BatchChanged:
        """Write words over items, which were read with those before."""
        written = self._store.revise_many(words) if words else ManyWritten(self._store.head(), {})
        past = tuple(
            ItemWords(each.id, each.revision(before.pictures), before.title, before.link, before.metadata)
            for each in words
            if each.id not in written.refused
            for before in (befores[each.id],)
        )
        return self._told(written, len(past), refused, PastMany(words=past))

    def _take_away(self, revisions: Mapping[str, str]) -> BatchChanged:
        """Delete items that an undo had brought back, if they are as they were then."""
        found = {each.id: each.revision for _, each in self._facts(revisions) if each}
        same = [each for each, revision in revisions.items() if found.get(each) == revision]
        refused = {
            each: f"item {each!r} {'has changed' if each in found else 'is gone'} since then"
            for each in revisions
            if each not in same
        }
        changed = self.delete(same)
        return BatchChanged(changed.changed, {**refused, **changed.refused}, changed.change, changed.undo)

    def _bring_back(self, gone: KeptItems) -> BatchChanged:
        refused, added, change = dict[str, str](), dict[str, str](), self._store.head()
        for some in _parts(gone):
            if any(map(self._is_to_look_again, some)):
                self._catalogue.check_model()
            items = list[Item]()
            for item in some:
                for key in item.pictures:
                    self._catalogue.pictures.touch(key)  # they may be about to be collected
                try:
                    items.append(self._looked_again(item) if self._is_to_look_again(item) else item)
                except InputError as error:
                    refused[item.id] = str(error)
            written = self._store.add_many(items)
            refused |= written.refused
            change = max(change, written.change)
            added |= {item.id: item.revision for item in items if item.id not in written.refused}
        return self._told(ManyWritten(change, {}), len(added), refused, PastMany(added=added))

    def _is_to_look_again(self, item: Item) -> bool:
        """Whether nothing would find the item by the vectors that it has."""
        return bool(item.damage) or self._store.model() not in (None, item.model)

    def _looked_again(self, item: Item) -> Item:
        """The item with vectors of the present model; raises InputError if a picture is gone."""
        looks = self._catalogue.looks_again(item)
        return seen_by(item, looks, model=self._catalogue.featurizer.fingerprint)

    def _told(
        self, written: ManyWritten, changed: int, refused: Mapping[str, str], past: PastMany
    ) -> BatchChanged:
        token = self._undo.remember_many(past) if changed else None
        return BatchChanged(changed, {**refused, **written.refused}, written.change, token)

    def _facts(self, ids: Iterable[str]) -> Iterator[tuple[str, ItemFacts | None]]:
        for some in _parts(_each_once(ids)):
            yield from zip(some, self._store.facts(some), strict=True)


def _each_once(ids: Iterable[str]) -> list[str]:
    """The ids in their order; raises InputError for too many."""
    once = list(dict.fromkeys(ids))
    if len(once) > MOST_ITEMS:
        raise InputError(f"{len(once):,} items; expected at most {MOST_ITEMS:,} at once")
    return once


def _there(item_id: str, facts: ItemFacts | None) -> ItemFacts:
    if facts is None:
        raise InputError(f"there is no item {item_id!r}")
    return facts


def _parts(things: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(things)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
