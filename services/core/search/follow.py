"""The follower, which keeps an index in step with the item store."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from common.wire import Vectors
from services.core.domain import Change, Item, ItemFacts
from services.core.errors import Loading, LoadingError
from services.core.index_state import IndexState
from services.core.ports import IndexFactory, ItemStore, KnnIndex, KnnSearch
from services.core.search.camera_means import CameraMeans
from services.core.search.catalogue_copy import CatalogueCopy
from services.core.search.code_book import CodeBook
from services.core.search.damaged_items import DamagedItems, usual_dim
from services.core.search.hubs import Hubs
from services.core.search.recognition import history, resumable
from services.core.search.snapshot import KeepableIndex, KeptIndex, LoadedSnapshot, Snapshot, SnapshotStore
from services.core.search.space import PLAIN, ModelSpace, Space, SpacedIndex, Standing
from services.core.search.space_fit import SpaceStatistics
from services.core.search.space_state import SpaceState
from services.core.search.trained import TrainedIndex
from services.core.search.verdict import Calibration

_PAGE = 500
# A damaged item may be mended without a change of the store's history.
_LOOK_AGAIN_S = 5.0
# The pause before all items are read again for another space, in times that reading them took.
_RESPACE_PAUSE = 10
# Time after a start from a snapshot in which cameras come to be known; before that its space stays.
_CAMERAS_COME_S = 60.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class View:
    """The state that a search sees: an index of one model's vectors, its items' facts and what people said.

    The index holds the vectors that `space` makes, and `standings` make scores of their cosines.
    `facts` are those of the items that can be found; an item that has just gone may be in an answer of the
    index and no longer here. The space of a training `is_kept` until another one. `codes` finds items by what
    their barcodes say.
    """

    model: str
    dim: int
    index: KnnSearch
    calibration: Calibration = field(default_factory=Calibration)
    facts: Mapping[str, ItemFacts] = field(default_factory=dict)
    space: Space = PLAIN
    standings: Mapping[str, Standing] = field(default_factory=dict)
    is_kept: bool = False
    codes: CodeBook = field(default_factory=CodeBook)

    @property
    def compared(self) -> SpacedIndex:
        """The index, to be searched by vectors of the space or by pictures' own."""
        return SpacedIndex(self.index, self.space, self.standings)


class Follower:
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
        self._store = store
        self._make_index, self._space_of = make_index, space_of
        self._open_trained = open_trained
        self._camera_means = camera_means or CameraMeans()
        # The time from which on the items may be read again for another space.
        self._respace_from_s = clock()
        self._fitted_s = clock()
        self._clock = clock
        # None once one has been looked for.
        self._snapshots = snapshots
        # The snapshot that this began with, and whether that has been found damaged meanwhile.
        self.resumed: LoadedSnapshot | None = None
        self._is_doubted = False
        # Held while copy and cursor change.
        self._changing = threading.Lock()
        # The store's, when its items were read.
        self.identity: str | None = None
        self._looked_again_s = clock()
        # Loading that is under way.
        self._run: Generator[None, None, int] | None = None
        # The items that are left out.
        self.damaged = DamagedItems()
        self._copy: CatalogueCopy | None = None
        # None while the catalogue has never had an item.
        self.view: View | None = None
        # None until the store has been read once.
        self.cursor: int | None = None
        # The items that are damped most, as of `_hub_items` items.
        self.hubs, self._hub_items = Hubs(), 0
        # None once there is an answer: the store's items have been read, or it was read and has none.
        self.loading: Loading | None = Loading()

    @property
    def items(self) -> int:
        """The number of items that can be found."""
        return 0 if self.view is None else len(self.view.index)

    @property
    def other_recipe(self) -> int:
        """The number of them with vectors of another version's recipe."""
        return 0 if self._copy is None else len(self._copy.other_recipe)

    @property
    def knn(self) -> IndexState | None:
        """The index's kind and size; None while there is none."""
        return None if self._copy is None else self._copy.index.state()

    @property
    def space(self) -> SpaceState | None:
        """What the space was made of; None for a model of which no means are known."""
        view = self.view
        if view is None or view.space.shipped is None:
            return None
        return SpaceState(
            age_s=self._clock() - self._fitted_s,
            taught_items=view.space.taught_items,
            is_sharpened=view.space.metric is not None,
            cameras=self._camera_means.count(view.model),
        )

    def live(self) -> View | None:
        """The present view, None for an empty catalogue; raises LoadingError while there is none yet."""
        loading = self.loading  # checked first: it ends only when the view is there
        if loading is not None:
            raise LoadingError(loading)
        return self.view

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
        self._copy, self.view, self.damaged = copy, replace(_view(copy), is_kept=True), copy.damaged
        self.cursor, self._respace_from_s = trained.cursor, math.inf
        self._note_hubs(copy)
        return True

    def follow(self, *, due_s: float = math.inf) -> int:
        """Read the whole store the first time, its changes from then on; gives the number of items read.

        Reading all items ends after the page under way at `due_s`, a moment of the clock, with 0 read; the
        next call goes on.
        """
        if self._is_doubted:
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
        cameras = self._cameras(copy.model, copy.space.shipped)
        return self._clock() >= self._respace_from_s and copy.is_moved(cameras)

    def _resume(self, snapshots: SnapshotStore) -> None:
        """Go on from the newest snapshot, which answers at once, if there is one of this store."""
        loaded, self._snapshots = resumable(snapshots, self._store, self._space_of), None
        if loaded is None:
            return
        kept = loaded.snapshot
        copy = CatalogueCopy.resumed(kept, loaded.index, self._space_of(kept.model))
        self._copy, self.view, self.damaged, self.resumed = copy, _view(copy), copy.damaged, loaded
        self.cursor, self.identity, self.loading = kept.cursor, kept.store, None
        self.hubs, self._hub_items = kept.hubs, len(copy.facts)
        self._respace_from_s = self._clock() + _CAMERAS_COME_S
        log.info("index: %d items as of change %d, from a snapshot", len(copy.facts), kept.cursor)

    def doubt(self) -> None:
        """Let the next `follow` read all items again, as the snapshot that this began with is damaged."""
        self._is_doubted = True

    def _forget(self) -> None:
        self.loading = Loading()  # first: nobody may see an empty catalogue
        self._copy, self.view, self.damaged, self.resumed = None, None, DamagedItems(), None
        self.cursor, self._run, self._is_doubted = None, None, False

    def snapshot(self) -> tuple[Snapshot, KeptIndex] | None:
        """Everything as it is now, for any thread; None while there is nothing to keep, or it can't be."""
        with self._changing:
            copy, cursor, store = self._copy, self.cursor, self.identity
            if copy is None or cursor is None or store is None or not isinstance(copy.index, KeepableIndex):
                return None
            if self.loading is not None or self._is_doubted:
                return None
            kept, index = copy.snapshot(store=store, cursor=cursor, hubs=self.hubs), copy.index.frozen()
        return replace(kept, history=history(self._store, cursor)), index

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
            with self._changing:
                self._copy.take(items, cursor=self.cursor)
                self._note(self._copy)
        elif any(self.damaged.sift(items).values()):
            self.cursor = None  # the first sound item: the next call reads all

    def _take(self, changes: Sequence[Change]) -> int:
        # Only the last state of an item matters, however often it changed.
        ids = list(dict.fromkeys(change.item_id for change in changes))
        cursor = changes[-1].cursor
        if self._copy is not None:
            items = self._store.get_many(ids, points=False)
            with self._changing:
                self._copy.take(dict(zip(ids, items, strict=True)), cursor=cursor)
                self._note(self._copy)
                self.cursor = cursor
        self.cursor = cursor
        return len(ids)

    def _note(self, copy: CatalogueCopy) -> None:
        """Let what people said of the taken items count at once."""
        assert self.view is not None
        self.view = replace(self.view, calibration=Calibration(dict(copy.leaning)))
        # A few items hardly change what is usual in a large catalogue.
        if abs(len(copy.facts) - self._hub_items) > len(copy.facts) // 100:
            self._note_hubs(copy)

    def _note_hubs(self, copy: CatalogueCopy | None) -> None:
        self.hubs = Hubs() if copy is None else Hubs.of(copy.standings)
        self._hub_items = 0 if copy is None else len(copy.facts)

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
        copy, count = yield from self._read_all(model, damaged, cursor=head)
        if self._store.model() != model:
            # The model changed meanwhile: items of one model are missing, so the next call reads again.
            return 0
        with self._changing:
            self._copy, self.view, self.damaged = copy, None if copy is None else _view(copy), damaged
            self.cursor, self.loading, self.identity = head, None, identity
            self._note_hubs(copy)
        self._fitted_s = self._clock()
        # New items wait while all are read again: a tenth of the time at most.
        self._respace_from_s = self._clock() + _RESPACE_PAUSE * (self._clock() - began_s)
        return count

    def _read_all(
        self, model: str | None, damaged: DamagedItems, *, cursor: int
    ) -> Generator[None, None, tuple[CatalogueCopy | None, int]]:
        """A copy of the store's items of a model, None if there are none, and the number of items read.

        Damaged ones are noted in `damaged`.
        """
        copy: CatalogueCopy | None = None
        after, count = "", 0
        # Another model's index answers meanwhile, if there is one.
        begins = self.view is None and model is not None
        total = self._store.count() if begins else 0
        self._note_progress(begins, 0, total)
        while model is not None and (page := self._store.page(after=after, limit=_PAGE, points=False)):
            own = {item.id: item for item in page if item.damage or item.model == model}
            if copy is None and (dim := usual_dim(own.values())):
                cameras = self._cameras(model, self._space_of(model))
                space = self._fitted_space(model, dim, page, cameras)
                copy = CatalogueCopy(model, dim, self._make_index(model, dim), damaged, space)
                copy.cameras = cameras
            if copy is not None:
                copy.take(own, cursor=cursor)
            else:
                damaged.sift(own)
            after, count = page[-1].id, count + len(page)
            self._note_progress(begins, count, total)
            yield
        return copy, count

    def _cameras(self, model: str, shipped: ModelSpace | None) -> Vectors | None:
        """The mean of the cameras; while none is known, the one that the present space was fitted with."""
        now = self._camera_means.middle(model, None if shipped is None else shipped.camera_mean)
        own = self._copy if self._copy is not None and self._copy.model == model else None
        return own.cameras if now is None and own is not None else now

    def _fitted_space(self, model: str, dim: int, page: Sequence[Item], cameras: Vectors | None) -> Space:
        """The space for a model's items, fitted to those of the first page, or to all if known."""
        shipped = self._space_of(model)
        if len(page) == _PAGE and self._copy is not None and self._copy.model == model:
            return self._copy.statistics.fit(cameras)
        statistics = SpaceStatistics(shipped, dim)
        sound = DamagedItems().sift({item.id: item for item in page if item.model == model}, dim=dim)
        statistics.add(item for item in sound.values() if item is not None)
        return statistics.fit(cameras)

    def _note_progress(self, begins: bool, read: int, total: int) -> None:
        if begins:  # items may have been added since they were counted
            self.loading = Loading(read, max(read, total))


def _view(copy: CatalogueCopy) -> View:
    """The view of a copy that has just been read."""
    calibration = Calibration(dict(copy.leaning))
    view = View(copy.model, copy.dim, copy.index, calibration, copy.facts, copy.space, copy.standings)
    return replace(view, codes=copy.codes)
