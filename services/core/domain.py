"""The catalogue's types: items, their facts and changes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from common.wire import Vectors
from services.core.errors import ConflictError, InputError
from services.core.revision import content_revision

_ITEM_ID = re.compile(r"[^\s/\\\x00-\x1f\x7f-\x9f][^/\\\x00-\x1f\x7f-\x9f\u2028\u2029]{0,199}")

# Bytes of one picture's local features at most.
MAX_POINTS_BYTES = 16 * 1024
# No item can have these ids: GET /items/archive answers with all items, and so do the others.
RESERVED_ITEM_IDS = frozenset({"archive", "export", "facets", "health"})

# Cosine of the vectors by which two items were found. A picture that was saved again has about as much; the
# samples' most alike items have 0.82.
EQUAL_FROM = 0.97


class RevisionError(ConflictError):
    """An item has changed since the maker of a change read it; `current` is it now, None if it is gone."""

    def __init__(self, text: str, *, current: Item | None) -> None:
        super().__init__(text)
        self.current = current


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """An item without its vectors, of which `views` is the number.

    The fields mean what those of Item mean.
    """

    id: str
    title: str
    picture: str
    model: str
    views: int
    link: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    right: int = 0
    wrong: int = 0
    more_pictures: tuple[str, ...] = ()
    taught: tuple[str, ...] = ()
    damage: str = ""

    @property
    def pictures(self) -> tuple[str, ...]:
        """The keys of all its pictures, the one that is shown first."""
        return (self.picture, *self.more_pictures)

    @property
    def revision(self) -> str:
        """Changes with its words and its pictures; see `content_revision`."""
        return content_revision(
            title=self.title, link=self.link, metadata=self.metadata, pictures=self.pictures
        )


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the catalogue; `vectors` is float32 [views, dim], made by the model `model`.

    It is found by these. They are those of all its pictures, in their order, and `recipe` is the version of
    the recipe that made views out of each (catalogue/views.py).
    `picture` is the key of the picture that is shown, in the picture store; `more_pictures` are those of
    further views, and `taught` are those of its pictures that a camera took (they have other rows of
    `vectors`: catalogue/views.py). `points` are the local features of each picture, in their order, for a
    second look; b"" for a picture without, () for an item without any. `link` is the item's own page.
    `right` and `wrong` are how often people confirmed it and how often it was shown wrongly; the item store
    counts them.

    `damage` says what is wrong with the item as it is stored, "" if nothing is. A damaged one holds what
    could be read of it, for those who mend or delete it; all others leave it out.
    """

    id: str
    title: str
    picture: str
    model: str
    vectors: Vectors
    link: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    right: int = 0
    wrong: int = 0
    more_pictures: tuple[str, ...] = ()
    recipe: int = 1
    taught: tuple[str, ...] = ()
    points: tuple[bytes, ...] = ()
    damage: str = ""

    @property
    def pictures(self) -> tuple[str, ...]:
        """The keys of all its pictures, the one that is shown first."""
        return (self.picture, *self.more_pictures)

    @property
    def revision(self) -> str:
        """Changes with its words and its pictures; see `content_revision`."""
        return self.facts.revision

    @classmethod
    def of(
        cls,
        facts: ItemFacts,
        *,
        vectors: Vectors,
        recipe: int,
        points: tuple[bytes, ...] = (),
    ) -> Item:
        """The item of these facts, with what was made of its pictures."""
        return cls(
            id=facts.id,
            title=facts.title,
            picture=facts.picture,
            model=facts.model,
            vectors=vectors,
            link=facts.link,
            metadata=facts.metadata,
            right=facts.right,
            wrong=facts.wrong,
            more_pictures=facts.more_pictures,
            recipe=recipe,
            taught=facts.taught,
            points=points,
            damage=facts.damage,
        )

    @property
    def facts(self) -> ItemFacts:
        """The item without its vectors."""
        return ItemFacts(
            id=self.id,
            title=self.title,
            picture=self.picture,
            model=self.model,
            views=len(self.vectors),
            link=self.link,
            metadata=self.metadata,
            right=self.right,
            wrong=self.wrong,
            more_pictures=self.more_pictures,
            taught=self.taught,
            damage=self.damage,
        )

    @property
    def searched_text(self) -> str:
        """Its id, title and metadata values, folded; a searched text never spans two of them."""
        return searched_text(self.id, self.title, self.metadata)


@dataclass(frozen=True, slots=True)
class ItemWords:
    """New words of an item, to be written if it still has the revision `expected`."""

    id: str
    expected: str
    title: str
    link: str | None
    metadata: Mapping[str, str]

    def revision(self, pictures: Sequence[str]) -> str:
        """That of an item with these words and pictures."""
        return content_revision(title=self.title, link=self.link, metadata=self.metadata, pictures=pictures)


@dataclass(frozen=True, slots=True)
class ManyWritten:
    """The outcome of a write of many items: its cursor, and the ids that were left, each with the reason."""

    change: int
    refused: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One step of the item store's history: the item was written, or is gone, as of `cursor`."""

    cursor: int
    item_id: str


@dataclass(frozen=True, slots=True)
class IndexChange:
    """The vectors that an item has from now on, float32 [views, dim] of unit length; None: it is gone."""

    item_id: str
    vectors: Vectors | None


def searched_text(item_id: str, title: str, metadata: Mapping[str, str]) -> str:
    """An item's id, title and metadata values, folded; a searched text never spans two of them."""
    return "\x1f".join(fold(text) for text in (item_id, title, *metadata.values()))


def fold(text: str) -> str:
    """A text in the form for comparison, whatever its case and however its accents are composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def is_text(value: str) -> bool:
    """Whether it can be written as UTF-8; half of a surrogate pair can't, though JSON may hold one."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def check_item_id(item_id: str) -> str:
    """Return `item_id` if it can be one; raises InputError otherwise."""
    if item_id in RESERVED_ITEM_IDS:
        why = f"/items/{item_id} is the address of something else"
        raise InputError(f"item id {item_id!r} is not allowed, because {why}; expected another one")
    if _ITEM_ID.fullmatch(item_id) is None or item_id in (".", "..") or not is_text(item_id):
        expected = "1 to 200 characters without slashes, control characters or a leading space"
        raise InputError(f"item id {item_id[:60]!a} is not allowed; expected {expected}")
    return item_id
