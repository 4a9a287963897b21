"""The follower, which keeps an index in step with the item store."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace

from services.core.domain import Change
from services.core.errors import Loading
from services.core.ports import IndexFactory, ItemStore, KnnIndex
from services.core.search.camera_means import CameraMeans
from services.core.search.catalogue_copy import CatalogueCopy
from services.core.search.damaged_items import DamagedItems
from services.core.search.followed import Followed
from services.core.search.recognition import history, resumable
from services.core.search.snapshot import KeptIndex, Snapshot, SnapshotStore
from services.core.search.space import ModelSpace
from services.core.search.trained import TrainedIndex
from services.core.search.view import view_of
from services.core.search.whole_reading import WholeReading

_PAGE = 500
# A damaged item may be mended without a change of the store's history.
_LOOK_AGAIN_S = 5.0
# The pause before all items are read again for another space, in times that reading them took.
_RESPACE_PAUSE = 10
# Time after a start from a snapshot in which cameras come to be known; before that its space stays.
_CAMERAS_COME_S = 60.0

log = logging.getLogger(__name__)


class Follower(Followed):
    """Reads the store's ordered changes into memory; items of another model stay out of it.

    Model and dimension are those of the catalogue, so that the search needs no model file. One thread calls
    `follow`, and any reads the view.
    """

    def __init__(
        self,
        store: ItemStore,
        *,
        make_index: IndexFactory,
        space_of: Callable[[str], ModelSpace | None] = lambda _model: None,
        camera_means: CameraMeans | None = None,
        clock: Callable[[], float] = time.monotonic,
        open_trained: Callable[[TrainedIndex], KnnIndex] | None = None,
        snapshots: SnapshotStore | None = None,
    ) -> None:
        """`space_of` gives what is shipped with a model, by its fingerprint, None for an unknown one.

        `camera_means` are those that the answerer notes. `open_trained` gives the index over a training's
        rows, for `start_from`. The first `follow` goes on from the newest of `snapshots`, if there is one.
        """
        means = camera_means or CameraMeans()
        super().__init__(camera_means=means, clock=clock)
        self._store, self._space_of, self._open_trained = store, space_of, open_trained
        self._reading = WholeReading(store, make_index=make_index, space_of=space_of, camera_means=means)
        # None once one has been looked for.
        self._snapshots = snapshots
        # The time from which on the items may be read again for another space.
        self._respace_from_s = clock()
        self._looked_again_s = clock()
        # Loading that is under way.
        self._run: Generator[None, None, int] | None = None

    def start_from(self, trained: TrainedIndex) -> bool:
        """Begin with what a training left; `follow` then reads only what has changed since.

        False, and nothing begins, if it is not of this catalogue: then `follow` reads all items. The space
        stays that of the training, whatever changes.
        """
        assert self._open_trained is not None
        shipped = self._space_of(trained.model)
        head, model = self._store.state()
        is_spaced = trained.space.catalogue_mean is not None
        if model not in (None, trained.model) or head < trained.cursor or is_spaced != (shipped is not None):
            told = f"of model {trained.model} as of change {trained.cursor}; the catalogue is of {model}"
            log.warning("training %s is %s, change %d: it is left out", trained.training, told, head)
            return False
        space = replace(trained.space, shipped=shipped)
        copy = CatalogueCopy.begun(trained, self._open_trained(trained), space)
        self._copy, self.view, self.damaged = copy, replace(view_of(copy), is_kept=True), copy.damaged
        self.cursor, self._respace_from_s = trained.cursor, math.inf
        self._note_hubs(copy)
        return True

    def _resume(self, snapshots: SnapshotStore) -> None:
        """Go on from the newest snapshot, which answers at once, if there is one of this store."""
        loaded, self._snapshots = resumable(snapshots, self._store, self._space_of), None
        if loaded is None:
            return
        kept = loaded.snapshot
        copy = CatalogueCopy.resumed(kept, loaded.index, self._space_of(kept.model))
        self._copy, self.view, self.damaged, self.resumed = copy, view_of(copy), copy.damaged, loaded
        self.cursor, self.identity, self.loading = kept.cursor, kept.store, None
        self.hubs, self._hub_items = kept.hubs, len(copy.facts)
        self._respace_from_s = self._clock() + _CAMERAS_COME_S
        log.info("index: %d items as of change %d, from a snapshot", len(copy.facts), kept.cursor)

    def snapshot(self) -> tuple[Snapshot, KeptIndex] | None:
        """Everything as it is now, for any thread; None while there is nothing to keep, or it can't be."""
        if (found := self._frozen()) is None:
            return None
        kept, index = found
        return replace(kept, history=history(self._store, kept.cursor)), index

    def follow(self, *, due_s: float = math.inf) -> int:
        """Read the whole store the first time, its changes from then on; gives the number of items read.

        Reading all items ends after the page under way at `due_s`, a moment of the clock, with 0 read; the
        next call goes on.
        """
        if self._is_doubted:
            self._run = None
            self._forget()
        if self._snapshots is not None:
            self._resume(self._snapshots)
        head, model = self._store.state()
        if self._run is not None or self.cursor is None or self._is_to_load(head, model):
            return self._load(model, due_s)
        count = 0
        while head != self.cursor and (changes := self._store.changes(after=self.cursor, limit=_PAGE)):
            count += self._take(changes)
        self.loading = None  # true too if the first items were deleted while they were read
        if self._copy is not None and self._is_to_respace(self._copy):
            return self._load(model, due_s)
        self._look_again()
        return count

    def _is_to_respace(self, copy: CatalogueCopy) -> bool:
        """Whether it is time for another space."""
        cameras = self._reading.cameras(copy.model, copy)
        return self._clock() >= self._respace_from_s and copy.is_moved(cameras)

    def _is_to_load(self, head: int, model: str | None) -> bool:
        """Whether the items of this model have not been read yet."""
        if model is None:
            return False
        if self.view is None:  # while all are damaged, nothing changes before one of them does
            return head != self.cursor
        return self.view.model != model

    def _look_again(self) -> None:
        """Read the damaged items again now and then."""
        if not len(self.damaged) or self._clock() - self._looked_again_s < _LOOK_AGAIN_S:
            return
        self._looked_again_s = self._clock()
        assert self.cursor is not None
        ids = self.damaged.longest_noted(_PAGE)
        items = dict(zip(ids, self._store.get_many(ids, points=False), strict=True))
        if self._copy is not None:
            self._update(self._copy, items, cursor=self.cursor)
        elif any(self.damaged.sift(items).values()):
            self.cursor = None  # the first sound item: the next call reads all

    def _take(self, changes: Sequence[Change]) -> int:
        # Only the last state of an item matters, however often it changed.
        ids = list(dict.fromkeys(change.item_id for change in changes))
        cursor = changes[-1].cursor
        if self._copy is None:
            self.cursor = cursor
        else:
            items = self._store.get_many(ids, points=False)
            self._update(self._copy, dict(zip(ids, items, strict=True)), cursor=cursor)
        return len(ids)

    def _load(self, model: str | None, due_s: float) -> int:
        """Go on with loading, or begin; gives the number of items read once it is done."""
        run, self._run = self._run or self._loaded(model), None
        while True:
            try:
                next(run)
            except StopIteration as done:
                return int(done.value)
            if self._clock() >= due_s:
                self._run = run
                return 0

    def _loaded(self, model: str | None) -> Generator[None, None, int]:
        """Build an index beside the live one and swap; changes made meanwhile come with the next call.

        It stops after each page.
        """
        identity = self._store.identity()  # first: it changes with the model
        head, damaged, began_s = self._store.head(), DamagedItems(), self._clock()
        # Another model's index answers meanwhile, if there is one.
        note = self._note_progress if self.view is None and model is not None else None
        pages = self._reading.pages(model, damaged, cursor=head, present=self._copy, note=note)
        copy, count = yield from pages
        if self._store.model() != model:
            # The model changed meanwhile: items of one model are missing, so the next call reads again.
            return 0
        self._replace(copy, damaged, cursor=head, identity=identity)
        # New items wait while all are read again: a tenth of the time at most.
        self._respace_from_s = self._clock() + _RESPACE_PAUSE * (self._clock() - began_s)
        return count

    def _note_progress(self, read: int, total: int) -> None:
        # Items may have been added since they were counted.
        self.loading = Loading(read, max(read, total))
