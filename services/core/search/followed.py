"""What a follower has made of the item store so far."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from services.core.domain import Item
from services.core.errors import Loading, LoadingError
from services.core.index_state import IndexState
from services.core.search.camera_means import CameraMeans
from services.core.search.catalogue_copy import CatalogueCopy
from services.core.search.damaged_items import DamagedItems
from services.core.search.hubs import Hubs
from services.core.search.snapshot import KeepableIndex, KeptIndex, LoadedSnapshot, Snapshot
from services.core.search.space_state import SpaceState
from services.core.search.verdict import Calibration
from services.core.search.view import View, view_of


class Followed:
    """A copy of the catalogue and the view of it; one thread changes it, any may read."""

    def __init__(self, *, camera_means: CameraMeans, clock: Callable[[], float] = time.monotonic) -> None:
        self._camera_means, self._clock = camera_means, clock
        self._copy: CatalogueCopy | None = None
        self._fitted_s = clock()
        # None while the catalogue has never had an item.
        self.view: View | None = None
        # None until the store has been read once.
        self.cursor: int | None = None
        # The store's, when its items were read.
        self.identity: str | None = None
        # The items that are left out.
        self.damaged = DamagedItems()
        # The items that are damped most, as of `_hub_items` items.
        self.hubs, self._hub_items = Hubs(), 0
        # None once there is an answer: the store's items have been read, or it was read and has none.
        self.loading: Loading | None = Loading()
        # The snapshot that this began with, and whether that has been found damaged meanwhile.
        self.resumed: LoadedSnapshot | None = None
        self._is_doubted = False
        # Held while copy and cursor change.
        self._changing = threading.Lock()

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

    def doubt(self) -> None:
        """Let the next `follow` read all items again, as the snapshot that this began with is damaged."""
        self._is_doubted = True

    def _frozen(self) -> tuple[Snapshot, KeptIndex] | None:
        """Everything as it is now but the store's history; None if it can't be kept, or there is nothing."""
        with self._changing:
            copy, cursor, store = self._copy, self.cursor, self.identity
            if copy is None or cursor is None or store is None or not isinstance(copy.index, KeepableIndex):
                return None
            if self.loading is not None or self._is_doubted:
                return None
            return copy.snapshot(store=store, cursor=cursor, hubs=self.hubs), copy.index.frozen()

    def _forget(self) -> None:
        self.loading = Loading()  # first: nobody may see an empty catalogue
        self._copy, self.view, self.damaged, self.resumed = None, None, DamagedItems(), None
        self.cursor, self._is_doubted = None, False

    def _replace(
        self, copy: CatalogueCopy | None, damaged: DamagedItems, *, cursor: int, identity: str | None
    ) -> None:
        """Show a copy that has been read from the whole store, None if that has no items."""
        with self._changing:
            self._copy, self.view, self.damaged = copy, None if copy is None else view_of(copy), damaged
            self.cursor, self.loading, self.identity = cursor, None, identity
            self._note_hubs(copy)
        self._fitted_s = self._clock()

    def _update(self, copy: CatalogueCopy, items: Mapping[str, Item | None], *, cursor: int) -> None:
        """Show items as they are now, None for one that is gone; what people said of them counts at once."""
        with self._changing:
            copy.take(items, cursor=cursor)
            assert self.view is not None
            self.view = replace(self.view, calibration=Calibration(dict(copy.leaning)))
            # A few items hardly change what is usual in a large catalogue.
            if abs(len(copy.facts) - self._hub_items) > len(copy.facts) // 100:
                self._note_hubs(copy)
            self.cursor = cursor

    def _note_hubs(self, copy: CatalogueCopy | None) -> None:
        self.hubs = Hubs() if copy is None else Hubs.of(copy.standings)
        self._hub_items = 0 if copy is None else len(copy.facts)
