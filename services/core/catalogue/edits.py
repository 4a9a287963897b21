"""The use cases of a person's changes to single items, each of which can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from services.core.catalogue.changes import Changed, ItemChanges
from services.core.catalogue.conditions import revision_of
from services.core.catalogue.cut_outs import Content
from services.core.catalogue.items import Catalogue, Draft, Look, seen_by
from services.core.catalogue.undo import PastMany, UndoStore
from services.core.catalogue.views import RECIPE
from services.core.domain import Item, ItemFacts, RevisionError
from services.core.errors import ConflictError, InputError, MissingError

MAX_PICTURES = 16


@dataclass(frozen=True, slots=True)
class Edit:
    """New words of an item: None leaves a field as it is, an empty link removes the link."""

    title: str | None = None
    link: str | None = None
    metadata: Mapping[str, str] | None = None

    def of(self, item: Item) -> Item:
        """The item with these words; raises InputError for invalid ones."""
        draft = self.draft(item.facts)
        return replace(item, title=draft.title, link=draft.link, metadata=draft.metadata)

    def draft(self, facts: ItemFacts) -> Draft:
        """The words of an item after it; raises InputError for invalid ones."""
        return Draft(
            title=facts.title if self.title is None else self.title,
            id=facts.id,
            link=facts.link if self.link is None else self.link,
            metadata=facts.metadata if self.metadata is None else self.metadata,
        ).checked()


class Editor:
    """Changes one item at a time; any number of threads and processes may do so at once.

    A change is made from the item as it was read and written on condition of that revision; if another writer
    was faster, it is made again from the newer item. If the caller names the revision that it `expected`,
    any other is refused at once, with RevisionError, which holds the item as it is now. `content` gives the
    picture files, which may have to be fetched; it is called once all else is known to be right.
    """

    def __init__(self, catalogue: Catalogue, undo: UndoStore) -> None:
        self._catalogue, self._undo = catalogue, undo
        self._changes = ItemChanges(catalogue.store, undo)

    def add(self, draft: Draft, content: Content, *, expected: str | None = None) -> Changed:
        """Add or replace an item with these pictures, the shown one first; raises InputError.

        With NO_ITEM expected it only adds.
        """
        draft = draft.checked()
        assert draft.id is not None
        self._check_model()
        self._changes.check(draft.id, expected)
        item = self._catalogue.make(draft, content())
        _check_room(item, 0)

        def added(_before: Item | None) -> Item:
            self._check_model()
            return item

        return self._changes.make(item.id, added, expected)

    def edit(
        self, item_id: str, edit: Edit, content: Content | None = None, *, expected: str | None = None
    ) -> Changed:
        """Change an item's words; with a `content` its pictures stand in place of the one that is shown.

        Raises MissingError, or InputError.
        """
        if content is None:
            return self._changes.revise(item_id, lambda item: self._mended(edit.of(item)), expected)
        edit.of(self._changes.existing(item_id, expected))
        self._check_model()
        given = list(map(self._catalogue.look, content()))

        def with_pictures(item: Item) -> Item:
            _check_room(item, len(given) - 1)
            _check_kinds(item, item.more_pictures, given)
            self._check_model()
            looks = [*given, *self._catalogue.looks_again(item, item.more_pictures)]
            return seen_by(edit.of(item), looks, model=self._model)

        return self._changes.revise(item_id, with_pictures, expected)

    def add_views(self, item_id: str, content: Content, *, expected: str | None = None) -> Changed:
        """Give an item further pictures; raises MissingError, or InputError, also for too many."""
        _check_room(self._changes.existing(item_id, expected), 1)
        self._check_model()
        looks = list(map(self._catalogue.look, content()))

        def with_views(item: Item) -> Item:
            _check_room(item, len(looks))
            _check_kinds(item, item.pictures, looks)
            self._check_model()
            # An item's vectors are all of one recipe, and those of a damaged one are lost.
            if item.damage or (item.model, item.recipe) != (self._model, RECIPE):
                return seen_by(item, [*self._catalogue.looks_again(item), *looks], model=self._model)
            return replace(
                item,
                more_pictures=(*item.more_pictures, *(look.picture for look in looks)),
                taught=(*item.taught, *(look.picture for look in looks if look.taught)),
                points=_more_points(item, looks),
                vectors=np.concatenate([item.vectors, *(look.vectors for look in looks)]),
            )

        return self._changes.revise(item_id, with_views, expected)

    def remove_view(self, item_id: str, number: int, *, expected: str | None = None) -> Changed:
        """Take away one of an item's pictures, counted from 0; raises MissingError, or ConflictError."""
        pictures = self._changes.existing(item_id, expected).pictures
        if not 0 <= number < len(pictures):
            raise MissingError(f"item {item_id!r} has the pictures 0 to {len(pictures) - 1}, and no {number}")

        def without(item: Item) -> Item:
            self._check_model()
            keys = list(item.pictures)
            if pictures[number] not in keys:
                raise MissingError(f"item {item_id!r} has not got this picture any more")
            # Another picture may have taken its place meanwhile.
            keys.remove(pictures[number])
            if not keys:
                raise ConflictError(f"it is the only picture of item {item_id!r}; delete the item instead")
            return seen_by(item, self._catalogue.looks_again(item, keys), model=self._model)

        return self._changes.revise(item_id, without, expected)

    def delete(self, item_id: str, *, expected: str | None = None) -> Changed:
        """Remove an item; raises MissingError."""
        return self._changes.revise(item_id, lambda _item: None, expected)

    def undo(self, token: str) -> Changed:
        """Put the item of a change back as it was before, once.

        Raises MissingError for a token that is unknown, used or too old, ConflictError if the item has
        changed since. It is a change too, and can be undone.
        """
        past = self._undo.find(token)
        if isinstance(past, PastMany):
            raise ConflictError("this token is that of a change of many items")

        def as_before(now: Item | None) -> Item | None:
            if revision_of(now) != past.after:
                happened = "is gone" if now is None else "has changed"
                raise RevisionError(
                    f"item {past.item_id!r} {happened} since then; undo the later change first, or edit it",
                    current=now,
                )
            before = self._brought_back(past.before, now)
            for key in before.pictures if before else ():
                self._catalogue.pictures.touch(key)  # they may be about to be collected
            return before and self._mended(before)

        changed = self._changes.make(past.item_id, as_before, None)
        self._undo.forget(token)
        return changed

    def _brought_back(self, before: Item | None, now: Item | None) -> Item | None:
        """The item as it was, with vectors of its present model."""
        if before is None or now is None:
            return before
        if before.pictures == now.pictures:
            return replace(now, title=before.title, link=before.link, metadata=before.metadata)
        if before.model == now.model:
            return before
        self._check_model()
        return seen_by(before, self._catalogue.looks_again(before), model=self._model)

    def _mended(self, item: Item) -> Item:
        """The item; if it was damaged, with new vectors of its pictures. Raises InputError if one is gone."""
        if not item.damage:
            return item
        self._check_model()
        try:
            return seen_by(item, self._catalogue.looks_again(item), model=self._model)
        except InputError as error:
            raise InputError(
                f"item {item.id!r} is damaged in the item store ({item.damage}), and {error}; send its "
                "picture too"
            ) from None

    def _check_model(self) -> None:
        """Raise ConflictError if new vectors would stay out of every search, being of another model."""
        if model := self._catalogue.other_model:
            raise ConflictError(
                f"the catalogue is of model {model} by now, and this process runs model {self._model}: "
                "start it again with the LOOKALIKE_MODEL of the last `lookalike index rebuild`"
            )

    @property
    def _model(self) -> str:
        return self._catalogue.featurizer.fingerprint


def _more_points(item: Item, looks: Sequence[Look]) -> tuple[bytes, ...]:
    """The local features of an item's pictures and of further ones, none if no picture has any."""
    points = (*(item.points or [b""] * len(item.pictures)), *(look.points for look in looks))
    return points if any(points) else ()


def _check_room(item: Item, more: int) -> None:
    """Raise InputError if an item has no room for this number of further pictures."""
    has = len(item.pictures)
    if more and has >= MAX_PICTURES:
        raise InputError(f"item {item.id!r} has {MAX_PICTURES} pictures already, and that is the most")
    if has + more > MAX_PICTURES:
        raise InputError(
            f"item {item.id!r} would have {has + more} pictures; expected at most {MAX_PICTURES}"
        )


def _check_kinds(item: Item, keys: Sequence[str], looks: Sequence[Look]) -> None:
    """Raise InputError if one picture file would be a taught one and one of the catalogue's at once."""
    for look in looks:
        if look.picture in keys and look.taught != (look.picture in item.taught):
            raise InputError(f"item {item.id!r} has one of these pictures already")
