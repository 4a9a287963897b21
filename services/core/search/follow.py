"""Keeps an index and its calibration in step with the item store, of which they are a cache."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from common.wire import Vectors
from services.core.domain import Item, Loading, LoadingError
from services.core.ports import ItemStore, KnnIndex
from services.core.search.verdict import SAMPLE, Calibration, leaning

_PAGE = 500


@dataclass(frozen=True, slots=True)
class View:
    """What a search sees at one moment: an index of one model's vectors, and how to judge its answers."""

    model: str
    dim: int
    index: KnnIndex
    calibration: Calibration = field(default_factory=Calibration)


class Follower:
    """Reads the store's ordered changes into an index; items of another model stay out of it.

    Model and dimension are those of the catalogue, so that the search needs no model file. One thread calls
    `follow` and another one may call `calibrate`, so that an item is found before the statistics know it.
    """

    def __init__(self, store: ItemStore, *, make_index: Callable[[int], KnnIndex]) -> None:
        self._store = store
        self._make_index = make_index
        self._lock = threading.Lock()
        # The probes of some items, and what feedback says of those that have any.
        self._sample: dict[str, Vectors] = {}
        self._leaning: dict[str, float] = {}
        self._since_calibration = 0
        # None as long as the catalogue has never had an item.
        self.view: View | None = None
        # None until the store has been read once.
        self.cursor: int | None = None
        # None once there is an answer: the store's items have been read, or it was read and has none.
        self.loading: Loading | None = Loading()

    @property
    def items(self) -> int:
        """How many items can be found."""
        return 0 if self.view is None else len(self.view.index)

    def live(self) -> View | None:
        """What answers now, None for an empty catalogue; raises LoadingError while there is no answer yet."""
        loading = self.loading  # first: it ends only when the view is there
        if loading is not None:
            raise LoadingError(loading)
        return self.view

    def follow(self) -> int:
        """Read the whole store the first time, its changes from then on; gives how many items it read."""
        model = self._store.model()
        if self.cursor is None or (model is not None and (self.view is None or self.view.model != model)):
            return self._load(model)
        count = 0
        while changes := self._store.changes(after=self.cursor, limit=_PAGE):
            # Only the last state of an item matters, however often it changed.
            ids = list(dict.fromkeys(change.item_id for change in changes))
            for item_id, item in zip(ids, self._store.get_many(ids), strict=True):
                self._take(item_id, item)
            self._note(len(ids))
            self.cursor = changes[-1].cursor
            count += len(ids)
        self.loading = None  # also of first items that were deleted while they were read
        return count

    def calibrate(self) -> bool:
        """Fit the calibration anew if enough has changed since the last time; False if it has not.

        Takes some tenths of a second for a catalogue of hundreds.
        """
        with self._lock:
            view, sample, count = self.view, dict(self._sample), self._since_calibration
            # A large catalogue hardly changes its statistics by one item.
            if view is None or count <= len(view.index) // 100:
                return False
        fitted = Calibration.fitted(view.index, sample, leaning={})
        with self._lock:
            # Another model's index, which has its own, may have come meanwhile.
            if self.view is not None and self.view.index is view.index:
                self.view = replace(view, calibration=replace(fitted, leaning=dict(self._leaning)))
                self._since_calibration -= count
        return True

    def _load(self, model: str | None) -> int:
        """Build an index beside the live one and swap; changes made meanwhile come with the next call."""
        head = self._store.head()
        fresh = Follower(self._store, make_index=self._make_index)
        after, count = "", 0
        # Another model's index answers meanwhile, if there is one.
        begins = self.view is None and model is not None
        total = self._store.count() if begins else 0
        self._note_progress(begins, 0, total)
        while model is not None and (page := self._store.page(after=after, limit=_PAGE)):
            for item in page:
                if item.model == model:
                    fresh._take(item.id, item)
            after, count = page[-1].id, count + len(page)
            self._note_progress(begins, count, total)
        if self._store.model() != model:
            # Changed meanwhile: items of the one or the other are missing, so the next call reads anew.
            return 0
        fresh._note(count)
        fresh.calibrate()
        with self._lock:
            self.view, self._sample, self._leaning = fresh.view, fresh._sample, fresh._leaning
            self._since_calibration, self.cursor, self.loading = 0, head, None
        return count

    def _note_progress(self, begins: bool, read: int, total: int) -> None:
        if begins:  # items may have come since they were counted
            self.loading = Loading(read, max(read, total))

    def _take(self, item_id: str, item: Item | None) -> None:
        with self._lock:
            if self.view is None:
                if item is None:
                    return
                dim = item.vectors.shape[1]
                self.view = View(item.model, dim, self._make_index(dim))
            if item is None or item.model != self.view.model:
                self.view.index.replace(item_id, None)
                self._sample.pop(item_id, None)
                self._leaning.pop(item_id, None)
                return
            self.view.index.replace(item_id, item.vectors)
            if item_id in self._sample or len(self._sample) < SAMPLE:
                self._sample[item_id] = item.probes
            if lean := leaning(item.right, item.wrong):
                self._leaning[item_id] = lean
            else:
                self._leaning.pop(item_id, None)

    def _note(self, count: int) -> None:
        """So many items were taken: the statistics may wait, but a person's word counts at once."""
        with self._lock:
            self._since_calibration += count
            if self.view is not None:
                lean = replace(self.view.calibration, leaning=dict(self._leaning))
                self.view = replace(self.view, calibration=lean)
