"""The use cases of a person's changes to single items, each of which can be taken back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from common.wire import Vectors
from services.core.catalogue.items import Catalogue, Draft, seen_by
from services.core.catalogue.undo import Past, Undo
from services.core.domain import ConflictError, InputError, Item, MissingError

MAX_PICTURES = 16
# Of changes that others keep overtaking.
_TRIES = 20
Content = Callable[[], bytes]
_NO_VECTORS: Vectors = np.empty((0, 0), np.float32)


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to be different of an item: None leaves it, an empty link takes the link away."""

    title: str | None = None
    link: str | None = None
    metadata: Mapping[str, str] | None = None

    def of(self, item: Item) -> Item:
        """The item with these words; raises InputError for what can't be."""
        draft = Draft(
            title=item.title if self.title is None else self.title,
            id=item.id,
            link=item.link if self.link is None else self.link,
            metadata=item.metadata if self.metadata is None else self.metadata,
        ).checked()
        return replace(item, title=draft.title, link=draft.link, metadata=draft.metadata)


@dataclass(frozen=True, slots=True)
class Changed:
    """A change that is durable: the item as it is now (None: it is gone), its cursor, and what undoes it."""

    item_id: str
    item: Item | None
    change: int
    undo: str


class Editor:
    """Changes one item at a time; safe to use from several threads of the one process that writes.

    `content` gives a picture file when it is called, once all else is known to be right: it may have to be
    fetched.
    """

    def __init__(self, catalogue: Catalogue, undo: Undo) -> None:
        self._catalogue, self._undo = catalogue, undo
        self._lock = threading.Lock()

    def add(self, draft: Draft, content: Content) -> Changed:
        """Add or replace an item with one picture; raises InputError."""
        draft = draft.checked()
        self._check_model()
        item = self._catalogue.make(draft, content())
        with self._lock:
            return self._write(item.id, self._stored(item.id), item)

    def edit(self, item_id: str, edit: Edit, content: Content | None = None) -> Changed:
        """Change an item's words, and the picture that is shown if there is a `content`.

        Raises MissingError, or InputError.
        """
        before = self._existing(item_id)
        edit.of(before)
        if content is None:
            return self._revise(item_id, edit.of)
        self._check_model()
        look = self._catalogue.look(content())

        def with_picture(item: Item) -> Item:
            looks = [look, *map(self._catalogue.look_again, item.more_pictures)]
            return seen_by(edit.of(item), looks, model=self._model)

        return self._revise(item_id, with_picture)

    def add_view(self, item_id: str, content: Content) -> Changed:
        """Give an item a further picture; raises MissingError, or InputError, for one too many as well."""
        _check_room(self._existing(item_id))
        self._check_model()
        look = self._catalogue.look(content())

        def with_view(item: Item) -> Item:
            _check_room(item)
            if item.model != self._model:  # vectors of two models are never mixed
                looks = [*map(self._catalogue.look_again, item.pictures), look]
                return seen_by(item, looks, model=self._model)
            return replace(
                item,
                more_pictures=(*item.more_pictures, look.picture),
                vectors=np.concatenate([item.vectors, look.vectors]),
                probes=np.concatenate([item.probes, look.probes]) if len(item.probes) else look.probes,
            )

        return self._revise(item_id, with_view)

    def remove_view(self, item_id: str, number: int) -> Changed:
        """Take away one of an item's pictures, counted from 0; raises MissingError, or ConflictError."""
        self._check_model()

        def without(item: Item) -> Item:
            keys = list(item.pictures)
            if not 0 <= number < len(keys):
                raise MissingError(f"item {item_id!r} has the pictures 0 to {len(keys) - 1}, and no {number}")
            del keys[number]
            if not keys:
                raise ConflictError(f"it is the only picture of item {item_id!r}; delete the item instead")
            return seen_by(item, list(map(self._catalogue.look_again, keys)), model=self._model)

        return self._revise(item_id, without)

    def delete(self, item_id: str) -> Changed:
        """Remove an item; raises MissingError."""
        with self._lock:
            return self._write(item_id, self._existing(item_id), None)

    def undo(self, token: str) -> Changed:
        """Make the item of a change what it was before it, once.

        Raises MissingError for a token that is unknown, used or too old, ConflictError if the item has
        changed since. It is a change too, and can be undone.
        """
        with self._lock:
            past = self._undo.find(token)
            now = self._stored(past.item_id)
            if not _same(now, past.after):
                happened = "is gone" if now is None else "has changed"
                raise ConflictError(
                    f"item {past.item_id!r} {happened} since then; undo the later change first, or edit it"
                )
            changed = self._write(past.item_id, now, past.before)
            self._undo.forget(token)
            return changed

    def _revise(self, item_id: str, make: Callable[[Item], Item]) -> Changed:
        """Make the item anew of what it is, which may take a while; again if it changed meanwhile."""
        for _ in range(_TRIES):
            before = self._existing(item_id)
            after = make(before)
            with self._lock:
                now = self._stored(item_id)
                if _same(now, before) and now is not None and now.model == before.model:
                    return self._write(item_id, before, after)
        raise ConflictError(f"item {item_id!r} is being changed by others all the time; try again")

    def _write(self, item_id: str, before: Item | None, after: Item | None) -> Changed:
        store = self._catalogue.store
        change = store.delete(item_id) if after is None else store.put(after)
        kept = None if after is None else replace(after, vectors=_NO_VECTORS, probes=_NO_VECTORS)
        token = self._undo.remember(Past(item_id, before, kept))
        # Read again, because one that replaces another inherits its feedback.
        return Changed(item_id, self._stored(item_id), change or store.head(), token)

    def _check_model(self) -> None:
        """Raise ConflictError if what is made of a picture now would stay out of every search."""
        if model := self._catalogue.other_model:
            raise ConflictError(
                f"the catalogue is of model {model} by now, and this process runs model {self._model}: "
                "start it again with the LOOKALIKE_MODEL of the last `lookalike index rebuild`"
            )

    @property
    def _model(self) -> str:
        return self._catalogue.featurizer.fingerprint

    def _stored(self, item_id: str) -> Item | None:
        (item,) = self._catalogue.store.get_many([item_id])
        return item

    def _existing(self, item_id: str) -> Item:
        item = self._stored(item_id)
        if item is None:
            raise MissingError(f"there is no item {item_id!r}")
        return item


def _check_room(item: Item) -> None:
    if len(item.pictures) >= MAX_PICTURES:
        raise InputError(f"item {item.id!r} has {MAX_PICTURES} pictures already, and that is the most")


def _same(one: Item | None, other: Item | None) -> bool:
    """Whether a person sees no difference; feedback makes none, and another model's vectors neither."""
    if one is None or other is None:
        return one is other
    return (one.title, one.link, dict(one.metadata), one.pictures) == (
        other.title,
        other.link,
        dict(other.metadata),
        other.pictures,
    )
