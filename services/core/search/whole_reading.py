"""Reading all items of a model into a new copy of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

from common.wire import Vectors
from services.core.domain import Item
from services.core.ports import IndexFactory, ItemStore
from services.core.search.camera_means import CameraMeans
from services.core.search.catalogue_copy import CatalogueCopy
from services.core.search.damaged_items import DamagedItems, usual_dim
from services.core.search.space import ModelSpace, Space
from services.core.search.space_fit import SpaceStatistics

_PAGE = 500


class WholeReading:
    """Reads an item store's pages; `space_of` gives what is shipped with a model, None for an unknown one."""

    def __init__(
        self,
        store: ItemStore,
        *,
        make_index: IndexFactory,
        space_of: Callable[[str], ModelSpace | None],
        camera_means: CameraMeans,
    ) -> None:
        self._store, self._make_index, self._space_of = store, make_index, space_of
        self._camera_means = camera_means

    def pages(
        self,
        model: str | None,
        damaged: DamagedItems,
        *,
        cursor: int,
        present: CatalogueCopy | None,
        note: Callable[[int, int], object] | None,
    ) -> Generator[None, None, tuple[CatalogueCopy | None, int]]:
        """A copy of the store's items of a model, None if there are none, and the number of items read.

        It stops after each page, and notes damaged items in `damaged`. The space is fitted to what the
        `present` copy knows, if it is of this model. `note` takes the items read and their number in all.
        """
        copy: CatalogueCopy | None = None
        after, count = "", 0
        own = present if present is not None and present.model == model else None
        total = self._store.count() if note else 0
        if note:
            note(0, total)
        while model is not None and (page := self._store.page(after=after, limit=_PAGE, points=False)):
            items = {item.id: item for item in page if item.damage or item.model == model}
            if copy is None and (dim := usual_dim(items.values())):
                copy = self._begun(model, dim, page, damaged, own)
            if copy is not None:
                copy.take(items, cursor=cursor)
            else:
                damaged.sift(items)
            after, count = page[-1].id, count + len(page)
            if note:
                note(count, total)
            yield
        return copy, count

    def cameras(self, model: str, present: CatalogueCopy | None) -> Vectors | None:
        """The mean of the cameras; while none is known, the one of the present copy of this model."""
        shipped = self._space_of(model)
        now = self._camera_means.middle(model, None if shipped is None else shipped.camera_mean)
        return present.cameras if now is None and present is not None else now

    def _begun(
        self, model: str, dim: int, page: Sequence[Item], damaged: DamagedItems, own: CatalogueCopy | None
    ) -> CatalogueCopy:
        """An empty copy, in a space that is fitted to the items of the first page, or to all if known."""
        cameras = self.cameras(model, own)
        if len(page) == _PAGE and own is not None:
            space = own.statistics.fit(cameras)
        else:
            space = self._fitted(model, dim, page, cameras)
        copy = CatalogueCopy(model, dim, self._make_index(model, dim), damaged, space)
        copy.cameras = cameras
        return copy

    def _fitted(self, model: str, dim: int, page: Sequence[Item], cameras: Vectors | None) -> Space:
        statistics = SpaceStatistics(self._space_of(model), dim)
        sound = DamagedItems().sift({item.id: item for item in page if item.model == model}, dim=dim)
        statistics.add(item for item in sound.values() if item is not None)
        return statistics.fit(cameras)
