"""The ports of the use cases; each is implemented in services/adapters and by a fake in tests."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from common.local_points import LocalPoints
from common.wire import Vectors
from services.core.camera_mean import CameraMean, SeenFrame
from services.core.domain import Change, IndexChange, Item, ItemFacts, ItemWords, ManyWritten
from services.core.evidence import Vote
from services.core.index_state import IndexState
from services.core.records import MatchRecord, Neighbour

Picture = NDArray[np.uint8]
# Left, top, width and height as shares of a picture: float32 [n, 4].
Boxes = NDArray[np.float32]


class Featurizer(Protocol):
    """Turns pictures into vectors."""

    @property
    def fingerprint(self) -> str:
        """The first 12 hex digits of the model file's sha-256."""

    @property
    def dim(self) -> int:
        """The length of a vector."""

    def embed(self, pictures: Sequence[Picture], /) -> Vectors:
        """Pictures of nothing but the thing, already cut, to float32 [n, dim], each row of unit length.

        Pictures are uint8 [height, width, 3] in BGR. Nothing is searched for.
        """

    def look(self, pictures: Sequence[Picture], /, boxes: Boxes | None = None) -> tuple[Vectors, Boxes]:
        """The vectors of camera frames, float32 [n, dim], and the box of the thing in each.

        With `boxes` the thing is there, and is not searched for.
        """


class PointDescriber(Protocol):
    """Describes pictures by local features."""

    def describe(self, picture: Picture, /, box: Sequence[float] | None = None) -> bytes:
        """The encoded local features (common/local_points.py) of BGR uint8 [height, width, 3].

        b"" for a picture with hardly any. `box` is the place of the thing, x, y, w, h as shares: it is
        described with a margin around it. The same picture gives the same bytes.
        """

    def describe_thing(self, picture: Picture, /, box: Sequence[float]) -> bytes:
        """The same of the thing in the box alone, without what lies beside it there."""


class PointMatcher(Protocol):
    """Compares local features of two pictures; safe to use from several threads."""

    def inliers(self, seen: LocalPoints, known: LocalPoints, /) -> int:
        """The number of distinct places of `known` that one perspective takes to their like in `seen`."""


class KnnSearch(Protocol):
    """Finds the nearest items; any thread may search at any time, and waits for no writer."""

    def __len__(self) -> int:
        """The number of items."""

    def search(self, vectors: Vectors, *, k: int) -> list[list[Neighbour]]:
        """For each row of float32 [n, dim], of unit length, its k nearest items, nearest first.

        An item comes once, by the nearest of its vectors.
        """


class KnnWriter(Protocol):
    """Takes changes of the items' vectors; one thread at a time may write."""

    @property
    def cursor(self) -> int:
        """The store's cursor up to which its changes are applied, 0 at first."""

    def apply(self, changes: Sequence[IndexChange], *, cursor: int) -> None:
        """Apply changes in one step, in their order: of several with one id the last counts.

        A search sees all of them or none. Raises ValueError, and applies none, for vectors of another shape
        than [views, dim]. An item with 0 views is none.
        """


class KnnIndex(KnnSearch, KnnWriter, Protocol):
    """An index for its one writer; all others get its KnnSearch."""

    def state(self) -> IndexState:
        """The index as it is now; any thread may ask, and nobody is waited for."""


class IndexFactory(Protocol):
    """Makes empty indexes."""

    def __call__(self, model: str, dim: int, /) -> KnnIndex:
        """An index of vectors of `dim` numbers, made by this model."""


class ItemStore(Protocol):
    """The catalogue, durable; every call may raise UnavailableError.

    It keeps an item's vectors, as float16, once for each model that made some. An item is given with those of
    the catalogue's model, or while it has none of these, with those of another: `Item.model` says which.
    The local features (`Item.points`) belong to the vectors. Where `points` can be False, items come without
    them, which saves most of the reading; such an item must not be written back.
    """

    def put(self, item: Item, *, expected: str | None = None) -> int:
        """Write or replace an item; it is durable on return. Gives the change's cursor.

        With `expected` it is written only over an item of this revision (NO_ITEM: only if there is none), and
        only if no rebuild has made the item's vectors again since these were read; else it raises
        RevisionError. Check and write are one step among all writers, those of other processes too.

        The first item decides the catalogue's model. Vectors of other models that the item had are dropped.
        Feedback belongs to the id: what the store holds of it stays, and the item's own `right` and `wrong`
        are not written.
        """

    def put_many(self, items: Sequence[Item]) -> int:
        """Write or replace items as `put` does, in their order, of several with one id the last.

        All are durable on return; in as few steps as the store can, so after an error some may be written,
        the first ones. Gives the newest change's cursor.
        """

    def delete(self, item_id: str, *, expected: str | None = None) -> int | None:
        """Remove an item and the feedback about it; gives the change's cursor, or None if there was none.

        With `expected` only an item of this revision; raises RevisionError otherwise, as `put` does.
        """

    def revise_many(self, words: Sequence[ItemWords]) -> ManyWritten:
        """Write new words of items, each once; those that are not of the expected revision are left.

        All are durable on return; in as few steps as the store can, so if it fails between two, those of the
        rest are refused with the reason.
        """

    def delete_many(self, revisions: Mapping[str, str]) -> ManyWritten:
        """Remove the items of these ids, and the feedback about them, if each is of its revision.

        In steps as `revise_many`.
        """

    def add_many(self, items: Sequence[Item]) -> ManyWritten:
        """Write items, each once; those whose id has one already are left. In steps as `revise_many`."""

    def get_many(self, item_ids: Sequence[str], *, points: bool = True) -> list[Item | None]:
        """The items of these ids, in their order, None for one that does not exist."""

    def points(self, ids: Sequence[str]) -> dict[str, tuple[bytes, ...]]:
        """The local features of each picture of these items, in the order of `Item.pictures`, by id.

        () for an item that has none, or whose stored ones are damaged; an item that does not exist is left
        out. Neither vectors nor facts are read.
        """

    def facts(self, item_ids: Sequence[str]) -> list[ItemFacts | None]:
        """The items of `get_many` without vectors, which are not read either."""

    def page(self, *, after: str = "", limit: int = 100, text: str = "", points: bool = True) -> list[Item]:
        """The next items in the order of their ids, those behind the id `after`.

        With `text` only those whose id, title or a metadata value holds it, in upper or lower case.
        """

    def facts_page(self, *, after: str = "", limit: int = 100, text: str = "") -> list[ItemFacts]:
        """The items of `page` without vectors, which are not read either."""

    def count(self) -> int:
        """The number of items."""

    def head(self) -> int:
        """The cursor of the newest change, 0 for a store that never had one."""

    def state(self) -> tuple[int, str | None]:
        """What `head` and `model` give, in one request where the store takes one: to ask for news often."""

    def identity(self) -> str | None:
        """A name by chance that stands for this very store, None before its first write.

        One that was deleted and made again has another, though it may count its changes alike. `set_model`
        gives it another too, as items then have vectors that no change tells of.
        """

    def changes(self, *, after: int, limit: int = 1000) -> list[Change]:
        """The changes behind the cursor `after`, oldest first."""

    def model(self) -> str | None:
        """The fingerprint of the model that made the catalogue's vectors, None while it has no items."""

    def set_model(self, fingerprint: str) -> None:
        """Declare another model the catalogue's, in one step: from now on items come with its vectors."""

    def stage(self, item: Item) -> bool:
        """Keep the item's vectors as those of `item.model`, beside what it has of other models.

        False, and nothing is kept, if it was deleted or has other pictures by now. It is a change only if
        that model is the catalogue's; else nobody sees it before `set_model`.
        """

    def lacking(self, model: str, recipe: int, *, after: str = "", limit: int = 100) -> list[Item]:
        """The next items without vectors of this model and recipe of views, in the order of their ids."""

    def recipes(self, model: str) -> dict[int | None, int]:
        """The number of items by the recipe of their vectors of this model, None for those that have none.

        No vectors are read for it.
        """

    def prune(self) -> None:
        """Drop the vectors of other models from each item that has some of the catalogue's."""

    def check_write(self) -> None:
        """Write something that is no item, durable on return; raises UnavailableError if that fails."""

    def feedback(self, record_id: int, *, shown: str | None, really: str | None) -> int:
        """Remember feedback on a record, which showed `shown`, in place of earlier feedback.

        `really` equal to `shown` confirms that item; None says only that it was wrong. With None for both the
        earlier feedback is withdrawn. An item that does not exist takes no feedback. Each item whose counts
        changed is a change; gives the newest cursor.
        """


class ByteSource(Protocol):
    """Bytes that are read once, from their start to their end."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most `size`, none at the end; may raise UnavailableError."""

    def close(self) -> None:
        """Give it back; may be called again."""


@dataclass(frozen=True, slots=True)
class OpenPicture:
    """A picture's content to be read in pieces, as it may be larger than is good for memory."""

    # In bytes.
    size: int
    source: ByteSource

    @classmethod
    def of(cls, content: bytes) -> Self:
        """One whose content is in memory."""
        return cls(len(content), io.BytesIO(content))

    def pieces(self) -> Generator[bytes]:
        """The content in pieces of at most 64 KiB; closes it at the end."""
        with contextlib.closing(self.source):
            while piece := self.source.read(64 * 1024):
                yield piece


class PictureStore(Protocol):
    """Pictures by key; the key is made of the content. Every call may raise UnavailableError."""

    def put(self, content: bytes, *, suffix: str) -> str:
        """Keep a picture file, durable on return, and give its key; `suffix` is its type, such as .jpg.

        One that is kept already counts as touched.
        """

    def touch(self, key: str) -> None:
        """Let a picture count as just put, if it is there: an item is about to name it."""

    def kept(self) -> Iterator[tuple[str, float]]:
        """Each picture's key, and when it was put or touched, in Unix seconds; in any order."""

    def collect(self, key: str, *, before_s: float) -> bool:
        """Delete a picture that nothing names; False without one, or if touched at `before_s` or later.

        One that is put or touched at the same moment stays, or is put again.
        """

    def tidy(self, *, before_s: float) -> None:
        """Remove what crashes before that time have left."""

    def get(self, key: str) -> bytes | None:
        """The content, or None for a key that does not exist."""

    def open(self, key: str) -> OpenPicture | None:
        """The content in pieces, to be closed, or None for a key that does not exist."""

    def check_write(self) -> None:
        """Write something that is no picture; raises UnavailableError if that fails."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of a camera: its last votes, newest first, and the mean of its scenes."""

    votes: Sequence[Vote] = ()
    mean: CameraMean | None = None


class MatchQueue(Protocol):
    """The LIFO list of match records, newest first, one for all cameras and one for each."""

    def push(self, record: MatchRecord) -> int | None:
        """Put a record on top; gives its id, or None if the camera's newest is already newer (dropped)."""

    def push_many(self, records: Sequence[MatchRecord]) -> list[int | None]:
        """Push records in their order, in one round trip; gives what `push` gives of each.

        After UnavailableError some may have been pushed.
        """

    def memories(self, things: Sequence[str]) -> dict[str, Memory]:
        """What is remembered of these cameras, as pushed by any process; one round trip."""

    def seen(self, thing: str) -> list[SeenFrame]:
        """The frames of a camera's last minute, newest first: at most one a second, and 60."""

    def latest(self, *, thing: str | None = None, limit: int = 1, after: int = 0) -> list[str]:
        """The newest records as JSON, newest first, those with an id above `after`.

        Those of other programs, which have no id, are passed over and counted.
        """

    def newest_matches(self) -> str | None:
        """The newest record with matches as JSON, also one of another program, such as the 2018 sample's."""

    def get(self, record_id: int, /) -> str | None:
        """The record of this id as JSON, None if it is neither among the newest nor remembered."""

    def remember(self, record: str, /) -> None:
        """Keep a record, given as JSON, for a day from now, however many newer ones come."""

    def note_clock(self, thing: str, *, offset_s: float) -> None:
        """Remember a camera's clock offset at an observation; ahead is positive."""

    def clock_offsets_s(self, things: Sequence[str]) -> dict[str, float]:
        """The lasting offsets of these cameras' clocks, of those that are off; one round trip."""

    def check(self) -> None:
        """Push a record to lists of its own and read it back; raises UnavailableError with the cause.

        A Redis that answers may still refuse every write.
        """
