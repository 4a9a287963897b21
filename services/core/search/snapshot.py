"""A snapshot of a search's copy of the catalogue, from which a search starts; it reads what changed since."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from common.version import VERSION
from common.wire import Vectors
from services.core.catalogue.views import RECIPE
from services.core.domain import Change, ItemFacts
from services.core.errors import UnavailableError
from services.core.ports import KnnIndex
from services.core.search.code_book import CodeBook
from services.core.search.hubs import Hubs
from services.core.search.space import ModelSpace, Space, Standing
from services.core.search.space_fit import KeptStatistics

# Is called between small steps of long work, where it may wait, or end the work by an exception.
Breathe = Callable[[], object]


class SnapshotBusyError(UnavailableError):
    """Another process is writing a snapshot into the same folder."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The items of a model as of the store's `cursor`, without their index.

    `store` is the store's identity, and `history` are its last changes up to the cursor, by which it is
    recognised. `made_by` is what else the numbers depend on. What is shipped with the model is left out of
    `space`, which was fitted with the mean `cameras`, float32 [dim]. The other names are CatalogueCopy's.
    """

    store: str
    made_by: str
    model: str
    dim: int
    cursor: int
    history: tuple[Change, ...]
    facts: Mapping[str, ItemFacts]
    standings: Mapping[str, Standing]
    leaning: Mapping[str, float]
    other_recipe: frozenset[str]
    damaged: Mapping[str, str]
    hubs: Hubs
    space: Space
    statistics: KeptStatistics
    cameras: Vectors | None = None
    # Made of the facts when they are written; one that has been read has them.
    codes: CodeBook = field(default_factory=CodeBook, compare=False)


class KeptIndex(Protocol):
    """An index as it was at one moment."""

    @property
    def file_bytes(self) -> int:
        """About the size of the files that `save` writes."""

    def save(self, folder: Path, /, *, breathe: Breathe) -> None:
        """Write its files into a folder that is empty; may raise OSError."""


@runtime_checkable
class KeepableIndex(Protocol):
    """A KnnIndex that can be kept in files, and loaded by its IndexFiles."""

    def frozen(self) -> KeptIndex:
        """The index as it is now, whatever is applied later; for the thread that writes."""


class IndexFiles(Protocol):
    """The form in which one kind of index is kept."""

    @property
    def kind(self) -> str:
        """Its name, with a number that changes with the form."""

    @property
    def mapped(self) -> frozenset[str]:
        """The names of the files that `load` only maps, and that are read piece by piece afterwards."""

    def load(self, folder: Path, /, *, dim: int, cursor: int) -> KnnIndex:
        """The index of the files that `KeptIndex.save` wrote; large ones are mapped, not read.

        Raises InputError or OSError for files that it can't use.
        """


@dataclass(frozen=True, slots=True)
class LoadedSnapshot:
    """A snapshot that was found, with its index.

    `check` reads the large files, which are only mapped so far, and says what is wrong with them, "" if
    nothing is.
    """

    name: str
    snapshot: Snapshot
    index: KnnIndex
    check: Callable[[Breathe], str]


class SnapshotStore(Protocol):
    """Keeps the newest snapshot; several processes may share it."""

    def load(self) -> LoadedSnapshot | None:
        """The newest snapshot, None if there is none; damaged ones are told of in the log, and dropped."""

    def cursor(self, store: str, /) -> int | None:
        """The cursor of the newest snapshot of a store, None if there is none."""

    def save(self, snapshot: Snapshot, index: KeptIndex, /, *, breathe: Breathe) -> str:
        """Keep a snapshot, durable on return, in place of all others; gives its name.

        Raises SnapshotBusyError, NoSpaceError or another UnavailableError, and what `breathe` raises; the
        others are kept then.
        """

    def drop(self, name: str, /) -> None:
        """Remove a snapshot, if it is there."""


def made_by(shipped: ModelSpace | None) -> str:
    """What the numbers of a snapshot depend on beside the items: this version, and what is shipped."""
    digest = hashlib.sha256()
    if shipped is not None:
        digest.update(shipped.camera_mean.tobytes())
        digest.update(shipped.camera_vectors.tobytes())
    return f"{VERSION}, views {RECIPE}, means {digest.hexdigest()[:12] if shipped else 'none'}"
