"""Making of many items: threads load and prepare pictures ahead of the model."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Concatenate, ParamSpec, TypeVar

import numpy as np

from common.wire import Vectors
from services.core.catalogue.cut_outs import THING_BOX
from services.core.catalogue.items import Draft, Look, seen_by
from services.core.catalogue.picture_key import picture_key
from services.core.catalogue.views import RECIPE, Shots
from services.core.catalogue.visible import check_visible
from services.core.domain import Item
from services.core.errors import InputError, UnavailableError
from services.core.importing.import_rows import BadRow
from services.core.importing.worker_threads import ahead
from services.core.ports import Featurizer, Picture, PointDescriber

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Job:
    """An item to make. `load` gives its picture files, the shown one first, and may raise InputError.

    `where` is its place in the source, for people, and `mark` its name in a journal. `packed` is the item of
    an archive; its vectors are taken if they are of the right model and recipe.
    """

    where: str
    draft: Draft
    load: Callable[[], list[bytes]]
    mark: str = ""
    packed: Item | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """An item that is ready for the store, and its picture files by key."""

    job: Job
    item: Item
    pictures: dict[str, bytes]

    @property
    def size(self) -> int:
        """The size of its pictures in bytes."""
        return sum(map(len, self.pictures.values()))

    @property
    def made_again(self) -> bool:
        """Whether it came with vectors of another model or recipe, which were not taken."""
        return self.job.packed is not None and self.job.packed is not self.item


@dataclass(frozen=True, slots=True)
class _Seen:
    """One picture file of an item: its key, the pictures to be embedded, and its local features."""

    key: str
    views: list[Picture]
    points: bytes
    # A taught picture is one frame whose thing's place is known.
    taught: bool = False


def _refusing(
    step: Callable[Concatenate[Job, P], R], job: Job, *args: P.args, **more: P.kwargs
) -> R | BadRow:
    """One step of making one item; whatever it raises refuses that item and no other."""
    try:
        return step(job, *args, **more)
    except InputError as error:
        return BadRow(job.where, str(error))
    except UnavailableError:
        raise  # it concerns all items
    except Exception as error:
        log.exception("%s: a fault of ours", job.where)
        return BadRow(job.where, f"a fault of ours: {type(error).__name__}: {str(error)[:200]}")


@dataclass(frozen=True, slots=True)
class Maker:
    """Turns jobs into items; the model runs in the caller's thread, all else in threads ahead of it."""

    featurizer: Featurizer
    # The same function as the catalogue's.
    decode: Callable[[bytes], tuple[Picture, str]]
    shots: Shots
    describer: PointDescriber
    # A picture file to its suffix without decoding it; raises InputError.
    suffix: Callable[[bytes], str]
    # Number of pictures prepared at once: one for each processor that the model leaves free.
    workers: int = 1
    # Number of further items whose pictures may be loaded meanwhile.
    loaders: int = 1
    _free: threading.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_free", threading.Semaphore(self.workers))

    def make_all(self, jobs: Iterable[Job]) -> Iterator[Made | BadRow]:
        """The items in the order in which they are done, a BadRow for one that can't be made."""
        threads = self.loaders + self.workers
        prepare = partial(_refusing, self._prepare)
        for result in ahead(prepare, jobs, threads=threads, waiting=threads + self.workers):
            yield result if isinstance(result, BadRow | Made) else _refusing(self._embed, *result)

    def _prepare(self, job: Job) -> Made | tuple[Job, dict[str, bytes], list[_Seen]]:
        contents = job.load()
        with self._free:
            if job.packed is not None and self._is_current(job.packed):
                return Made(job, job.packed, self._keyed(job.packed, contents))
            # An item of an archive was in a catalogue already.
            seen = [self._look(content, job.packed) for content in contents]
        return job, dict(zip((each.key for each in seen), contents, strict=True)), seen

    def _is_current(self, item: Item) -> bool:
        found = item.model, item.vectors.shape[1], item.recipe
        return found == (self.featurizer.fingerprint, self.featurizer.dim, RECIPE)

    def _keyed(self, item: Item, contents: Sequence[bytes]) -> dict[str, bytes]:
        """The files by their keys; raises InputError if one of the item's keys is not among them."""
        keyed = {picture_key(content, suffix=self.suffix(content)): content for content in contents}
        for key in item.pictures:
            if key not in keyed:
                raise InputError(f"its picture {key} is of another kind than its name says")
        return keyed

    def _look(self, content: bytes, packed: Item | None) -> _Seen:
        picture, suffix = self.decode(content)
        key = picture_key(content, suffix=suffix)
        if packed is None:
            check_visible(picture)
        elif key in packed.taught:
            points = self.describer.describe_thing(picture, THING_BOX)
            return _Seen(key, [picture], points, taught=True)
        views = self.shots(picture)
        return _Seen(key, views, self.describer.describe(views[0]))

    def _embed(self, job: Job, pictures: dict[str, bytes], seen: Sequence[_Seen]) -> Made:
        looks = [Look(each.key, self._vectors(each), each.taught, each.points) for each in seen]
        draft = job.draft
        assert draft.id is not None
        bare = Item(draft.id, draft.title, "", "", looks[0].vectors, draft.link, draft.metadata)
        return Made(job, seen_by(bare, looks, model=self.featurizer.fingerprint), pictures)

    def _vectors(self, seen: _Seen) -> Vectors:
        """A batch of one picture's views; larger ones are no faster on a processor, and need new memory."""
        if not seen.taught:
            return self.featurizer.embed(seen.views)
        vectors, _boxes = self.featurizer.look(seen.views, np.array([THING_BOX], np.float32))
        return vectors
